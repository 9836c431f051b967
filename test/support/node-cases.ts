import assert from 'node:assert/strict';
import { it, type TestContext } from 'node:test';
import { makeFileTorrent } from './app.ts';
import { eventually } from './eventually.ts';
import {
  announceTo,
  callApi,
  countsOf,
  type OpenHandle,
  randomHash,
  startNode,
  type TestNode,
  untilCounts,
} from './nodes.ts';
import { makeTempFolder } from './temp-folder.ts';

/** What several nodes on one database owe to each other: declared for each kind of database. `openDatabase` makes an empty one. */
export function declareNodeCases(openDatabase: (t: TestContext) => Promise<OpenHandle>): void {
  const start = async (t: TestContext, ...names: string[]): Promise<[TestNode, TestNode, TestNode]> => {
    const open = await openDatabase(t);
    const nodes = await Promise.all(names.map((name) => startNode(t, open, name)));
    return nodes as [TestNode, TestNode, TestNode]; // a case destructures as many as it names
  };

  it('hands out by every node whoever announced to one, and nobody who stopped', async (t) => {
    const nodes = await start(t, 'one', 'two', 'three');
    const infoHash = randomHash();
    const urls = nodes.map(({ url }) => url);
    const began = performance.now();
    await announceTo(nodes[0].url, infoHash, { port: 7001 });
    await untilCounts(urls, infoHash, { complete: 0, incomplete: 1 });
    t.diagnostic(`seen by all after ${Math.round(performance.now() - began)} ms`);
    assert.deepEqual(await announceTo(nodes[2].url, infoHash, { port: 7003, left: 0 }), [7001]);
    await untilCounts(urls, infoHash, { complete: 1, incomplete: 1 });
    await announceTo(nodes[1].url, infoHash, { port: 7001, event: 'stopped' });
    await untilCounts(urls, infoHash, { complete: 1, incomplete: 0 });
  });

  it('adds up what every node counted as completed, and loses nothing by a restart', async (t) => {
    const open = await openDatabase(t);
    const [one, two] = await Promise.all([startNode(t, open, 'one'), startNode(t, open, 'two')]);
    const infoHash = randomHash();
    for (const [node, port] of [
      [one, 7001],
      [two, 7002],
      [two, 7003],
    ] as const) {
      await announceTo(node.url, infoHash, { port, left: 5, event: 'started' });
      await announceTo(node.url, infoHash, { port, left: 0, downloaded: 5, event: 'completed' });
    }
    await untilCounts([one.url, two.url], infoHash, { complete: 3, downloaded: 3 });
    await two.app.stop();
    const again = await startNode(t, open, 'two', { dataDir: two.dataDir });
    await untilCounts([one.url, again.url], infoHash, { complete: 3, downloaded: 3 });
  });

  it('counts no download twice when a torrent is published again, here or on another node', async (t) => {
    const [one, two] = await start(t, 'one', 'two');
    const made = await makeFileTorrent(t);
    const { infoHash } = made.metainfo;
    const publication = { torrent: made.torrent, dataPath: made.path, resume: made.resume };
    await one.app.catalogue.add(publication);
    for (const port of [7001, 7002]) {
      await announceTo(one.url, infoHash, { port, left: 5, event: 'started' });
      await announceTo(one.url, infoHash, { port, left: 0, downloaded: 5, event: 'completed' });
    }
    await untilCounts([one.url, two.url], infoHash, { downloaded: 2 });
    await two.app.catalogue.add(publication);
    await one.app.catalogue.add(publication);
    await untilCounts([one.url, two.url], infoHash, { complete: 4, downloaded: 2 });
    await announceTo(two.url, infoHash, { port: 7003, left: 5, event: 'started' });
    await announceTo(two.url, infoHash, { port: 7003, left: 0, downloaded: 5, event: 'completed' });
    await untilCounts([one.url, two.url], infoHash, { complete: 5, downloaded: 3 });
  });

  it('fetches a magnet link on the node that was given it alone, and not when another one publishes its torrent', async (t) => {
    const [one, two] = await start(t, 'one', 'two');
    const made = await makeFileTorrent(t);
    const { infoHash } = made.metainfo;
    const source = `magnet:?xt=urn:btih:${Buffer.from(infoHash).toString('hex')}&x.pe=127.0.0.1:9`;
    await callApi(one, 'POST', '/torrents', { source, target: await makeTempFolder(t) });
    assert.equal(one.app.mirrors.pending.size, 1);
    assert.equal(two.app.mirrors.pending.size, 0);
    await two.app.catalogue.add({ torrent: made.torrent, dataPath: made.path, resume: made.resume });
    await eventually('it is a mirror', () => one.app.catalogue.get(infoHash)?.seed !== undefined);
    assert.equal(one.app.mirrors.pending.size, 0);
  });

  it('tracks and lists everywhere what one node publishes, counts its seed once, and hands it out', async (t) => {
    const [one, two] = await start(t, 'one', 'two');
    const made = await makeFileTorrent(t);
    const { infoHash } = made.metainfo;
    await one.app.catalogue.add({ torrent: made.torrent, dataPath: made.path, resume: made.resume });
    await eventually('it is listed by the other', () => two.app.catalogue.get(infoHash) !== undefined);
    await untilCounts([one.url, two.url], infoHash, { complete: 1, incomplete: 0 });
    assert.deepEqual(await announceTo(two.url, infoHash, { port: 7002 }), [one.app.peerPort]);
    await untilCounts([one.url, two.url], infoHash, { complete: 1, incomplete: 1 });
    assert.deepEqual(
      await announceTo(one.url, infoHash, { port: 7001 }),
      [7002, one.app.peerPort].sort(numbers),
    );
    const { row, holders, seed } = two.app.catalogue.require(infoHash);
    assert.deepEqual([row.dataPath, seed, holders], [null, undefined, [one.nodeId]]);
  });

  it('a removal by any node is one everywhere: the data is seeded no more', async (t) => {
    const [one, two] = await start(t, 'one', 'two');
    const made = await makeFileTorrent(t);
    const { infoHash } = made.metainfo;
    await one.app.catalogue.add({ torrent: made.torrent, dataPath: made.path, resume: made.resume });
    await eventually('it is listed by the other', () => two.app.catalogue.get(infoHash) !== undefined);
    assert.ok(await two.app.catalogue.remove(infoHash));
    await eventually('the first has let it go', () => one.app.catalogue.get(infoHash) === undefined);
    await untilCounts([one.url, two.url], infoHash, { complete: 0 });
  });

  it('several nodes may have the data: each seeds its own, and all are counted', async (t) => {
    const [one, two, three] = await start(t, 'one', 'two', 'three');
    const made = await makeFileTorrent(t);
    const { infoHash } = made.metainfo;
    const publication = { torrent: made.torrent, dataPath: made.path, resume: made.resume };
    await one.app.catalogue.add(publication);
    await two.app.catalogue.add(publication);
    await untilCounts([one.url, two.url, three.url], infoHash, { complete: 2 });
    await eventually('all know who has the data', () =>
      [one, two, three].every(({ app }) => app.catalogue.get(infoHash)?.holders.length === 2),
    );
    const ports = [one.app.peerPort, two.app.peerPort].sort(numbers);
    assert.deepEqual(await announceTo(three.url, infoHash, { port: 7003 }), ports);
  });

  it('the own seed is listed once after a restart on another port, and by nobody when its node has left', async (t) => {
    const open = await openDatabase(t);
    const [one, two] = await Promise.all([startNode(t, open, 'one'), startNode(t, open, 'two')]);
    const made = await makeFileTorrent(t);
    const { infoHash } = made.metainfo;
    await one.app.catalogue.add({ torrent: made.torrent, dataPath: made.path, resume: made.resume });
    await untilCounts([one.url, two.url], infoHash, { complete: 1 });
    await one.app.stop();
    await untilCounts([two.url], infoHash, { complete: 0 });
    const again = await startNode(t, open, 'one', { dataDir: one.dataDir });
    await untilCounts([again.url, two.url], infoHash, { complete: 1 });
    assert.deepEqual(await announceTo(again.url, infoHash, { port: 7001 }), [again.app.peerPort]);
    await untilCounts([again.url, two.url], infoHash, { complete: 1, incomplete: 1 });
    assert.deepEqual(await announceTo(two.url, infoHash, { port: 7001 }), [again.app.peerPort]);
  });

  it('counts agree after peers came, went and finished at all nodes in any order', async (t) => {
    const nodes = await start(t, 'one', 'two', 'three');
    const hashes = [randomHash(), randomHash(), randomHash()];
    const peers = new Map<string, { hash: Uint8Array; left: number }>();
    const steps = Array.from({ length: 400 }, (_, step) => step);
    const walk = async (from: number) => {
      for (const step of steps.filter((one) => one % 8 === from)) {
        const at = Math.floor(Math.random() * 3);
        const port = 8_000 + 8 * Math.floor(Math.random() * 12) + from;
        const hash = hashes[Math.floor(Math.random() * 3)] as Uint8Array; // within the list
        const url = (nodes[at] as TestNode).url;
        const key = `${Buffer.from(hash).toString('hex')} ${port}`;
        if (peers.has(key)) continue;
        const left = step % 2;
        await announceTo(url, hash, { port, left, event: 'started' });
        peers.set(key, { hash, left });
      }
    };
    await Promise.all([0, 1, 2, 3, 4, 5, 6, 7].map(walk));
    const urls = nodes.map(({ url }) => url);
    const agree = async () => {
      for (const hash of hashes) {
        const mine = [...peers.values()].filter((peer) => peer.hash === hash);
        const complete = mine.filter(({ left }) => left === 0).length;
        await untilCounts(urls, hash, { complete, incomplete: mine.length - complete });
      }
    };
    await agree();
    // Now that all is written, peers move to other nodes, as clients of a balancer do.
    for (const [key, peer] of peers) {
      const url = (nodes[Math.floor(Math.random() * 3)] as TestNode).url;
      const port = Number(key.split(' ')[1]);
      const event = Math.random() < 0.5 ? 'stopped' : 'completed';
      await announceTo(url, peer.hash, { port, left: 0, downloaded: 1, event });
      if (event === 'stopped') peers.delete(key);
      else peers.set(key, { ...peer, left: 0 });
    }
    await agree();
    const told = await Promise.all(urls.flatMap((url) => hashes.map((hash) => countsOf(url, hash))));
    for (let i = 0; i < hashes.length; i++) {
      assert.deepEqual(told[i + hashes.length], told[i]);
      assert.deepEqual(told[i + 2 * hashes.length], told[i]);
    }
  });

  it('a torrent that is denied on one node is refused by all, and its peers go', async (t) => {
    const open = await openDatabase(t);
    const flags = { access: 'deny' } as const;
    const [one, two] = await Promise.all([
      startNode(t, open, 'one', flags),
      startNode(t, open, 'two', flags),
    ]);
    const infoHash = randomHash();
    await announceTo(two.url, infoHash, { port: 7001 });
    await untilCounts([one.url, two.url], infoHash, { incomplete: 1 });
    await callApi(one, 'POST', '/access/deny', { add: [Buffer.from(infoHash).toString('hex')] });
    await untilCounts([one.url, two.url], infoHash, { incomplete: 0 });
    await assert.rejects(announceTo(two.url, infoHash, { port: 7001 }), /refused/);
  });

  it('a user who was made on one node may announce to all, until he is disabled on any', async (t) => {
    const open = await openDatabase(t);
    const flags = { privateTracker: true };
    const [one, two] = await Promise.all([
      startNode(t, open, 'one', flags),
      startNode(t, open, 'two', flags),
    ]);
    const infoHash = randomHash();
    const { passkey } = (await callApi(one, 'POST', '/users', { name: 'ada' })) as { passkey: string };
    const mayAnnounce = () =>
      announceTo(two.url, infoHash, { port: 7001, passkey }).then(
        () => true,
        () => false,
      );
    await assert.rejects(announceTo(two.url, infoHash, { port: 7001 }), /refused/);
    await eventually('the other node knows her', mayAnnounce);
    await callApi(one, 'PATCH', '/users/ada', { isEnabled: false });
    await eventually('the other node refuses her', async () => !(await mayAnnounce()));
  });

  it('a node that stops is seen to have left', async (t) => {
    const [one, two] = await start(t, 'one', 'two');
    const stateOf = (name: string) => one.app.nodes().find((node) => node.name === name)?.state;
    await eventually('both live', () => stateOf('one') === 'alive' && stateOf('two') === 'alive');
    await two.app.stop();
    await eventually('the other has left', () => stateOf('two') === 'left');
    assert.equal(one.app.health().isReachable, true);
    const response = await fetch(`${one.url}/metrics`);
    const metrics = await response.text();
    for (const line of [
      'seedbed_nodes{state="alive"} 1',
      'seedbed_nodes{state="left"} 1',
      'seedbed_database_up 1',
    ])
      assert.ok(metrics.includes(`${line}\n`), line);
    assert.match(metrics, /^seedbed_feed_lag_seconds \d/m);
  });

  it('a node that has left is forgotten by all, with its data; one that lives is not', async (t) => {
    const [one, two, three] = await start(t, 'one', 'two', 'three');
    const made = await makeFileTorrent(t);
    const { infoHash } = made.metainfo;
    await two.app.catalogue.add({ torrent: made.torrent, dataPath: made.path, resume: made.resume });
    const holdersAt = ({ app }: TestNode) => app.catalogue.get(infoHash)?.holders;
    await eventually('all know who has the data', () =>
      [one, three].every((node) => holdersAt(node)?.[0] === two.nodeId),
    );
    await assert.rejects(callApi(one, 'DELETE', '/nodes/two'), /409 .*ERR_NODE_ALIVE/);
    await assert.rejects(callApi(one, 'DELETE', '/nodes/four'), /404 .*ERR_NO_NODE/);
    await two.app.stop();
    await callApi(one, 'DELETE', '/nodes/two');
    for (const node of [one, three]) {
      await eventually('it is listed no more', () => node.app.nodes().every(({ name }) => name !== 'two'));
      await eventually('nobody has the data', () => holdersAt(node)?.length === 0);
    }
  });
}

function numbers(a: number, b: number): number {
  return a - b;
}
