import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import {
  createTorrent,
  type Metainfo,
  magnetOf,
  type NodeStatistics,
  parseAddress,
  parseMetainfo,
  resumeFor,
  SeedNode,
  type SeedNodeEvents,
  type Torrent,
} from '../../src/index.ts';
import { randomBytesOf } from '../support/data.ts';
import { withDeadline } from '../support/eventually.ts';
import { cleanup } from '../support/scope.ts';
import { makeTempFolder } from '../support/temp-folder.ts';

// Nothing of ours is imported but what programs get: the test is such a program.

const DATA = randomBytesOf(5, 150_000);
const PIECES = 5;

async function startNode(t: TestContext): Promise<SeedNode> {
  const node = new SeedNode({ host: '127.0.0.1', hashThreads: 1 });
  cleanup(t, () => node.stop());
  await node.start();
  return node;
}

function told<Name extends keyof SeedNodeEvents>(node: SeedNode, name: Name): Promise<SeedNodeEvents[Name]> {
  const event = new Promise<SeedNodeEvents[Name]>((resolve) => {
    node.once<keyof SeedNodeEvents>(name, (...args) => resolve(args as SeedNodeEvents[Name])); // those of that name
  });
  return withDeadline(`the event ${name}`, event);
}

interface Publisher {
  readonly node: SeedNode;
  readonly metainfo: Metainfo;
  readonly torrent: Torrent;
  readonly dataPath: string;
  readonly peers: { readonly address: NonNullable<ReturnType<typeof parseAddress>>; readonly port: number }[];
}

/** A node that has published a file. */
async function publisher(t: TestContext): Promise<Publisher> {
  const dataPath = join(await makeTempFolder(t), 'film.mkv');
  await writeFile(dataPath, DATA);
  const { metainfo } = await createTorrent(dataPath, { pieceLength: 32_768 });
  const node = await startNode(t);
  const seeding = told(node, 'seeding');
  const torrent = node.add({ metainfo, dataPath, resume: await resumeFor(metainfo, dataPath) });
  await seeding;
  const address = parseAddress('127.0.0.1');
  assert.ok(address);
  return { node, metainfo, torrent, dataPath, peers: [{ address, port: node.port }] };
}

/** A node that is to mirror what is published. */
async function mirror(t: TestContext, { metainfo, peers }: Publisher, isPaused = false) {
  const node = await startNode(t);
  const heard: string[] = [];
  const names = ['added', 'seeding', 'paused', 'stopped', 'finished', 'failed', 'removed'] as const;
  for (const name of names) node.on<keyof SeedNodeEvents>(name, () => void heard.push(name));
  const dataPath = join(await makeTempFolder(t), 'film.mkv');
  const finished = told(node, 'finished');
  const add = (): Torrent => node.add({ metainfo, dataPath, isMirrored: true, isPaused, peers });
  return { node, heard, dataPath, finished, add };
}

describe('a program that uses the library', () => {
  it('mirrors what another has published, and hears of each step', async (t) => {
    const source = await publisher(t);
    const { node, heard, dataPath, finished, add } = await mirror(t, source);
    const pieces: number[] = [];
    let bytes = 0;
    node.on('downloaded', (_torrent, piece, length) => {
      pieces.push(piece);
      bytes += length;
    });
    const [connected, gone] = [told(node, 'peerConnected'), told(node, 'peerGone')];
    const torrent = add();
    await finished;
    assert.deepEqual(pieces.sort(), [0, 1, 2, 3, 4]);
    assert.equal(bytes, DATA.length);
    assert.deepEqual(await readFile(dataPath), DATA);
    const [, peer] = await connected;
    assert.deepEqual(
      [peer.isOutgoing, peer.port, peer.address],
      [true, source.node.port, source.peers[0]?.address],
    );
    assert.match((await gone)[2], /^(seed|remote)$/); // whoever is first to see that there is nothing left to say
    assert.deepEqual(heard, ['added', 'seeding', 'finished']);
    assert.deepEqual(
      [torrent.isComplete, torrent.leftBytes, torrent.downloadedBytes, source.torrent.uploadedBytes],
      [true, 0, DATA.length, DATA.length],
    );
  });

  it('fetches the metadata of a magnet link', async (t) => {
    const { metainfo, peers } = await publisher(t);
    const node = await startNode(t);
    const metadata = told(node, 'metadata');
    const bytes = await node.fetchMetadata({ ...magnetOf(metainfo), peers }, AbortSignal.timeout(20_000));
    assert.deepEqual(parseMetainfo(bytes).infoHash, metainfo.infoHash);
    assert.deepEqual(await metadata, [metainfo.infoHash, bytes]);
  });

  it('sees what is here and what is wanted, of pieces and of files', async (t) => {
    const source = await publisher(t);
    const { node, add, finished } = await mirror(t, source, true);
    const paused = told(node, 'paused');
    const { infoHash } = source.metainfo;
    const torrent = add();
    await paused;
    assert.deepEqual([...torrent.wanted()], [0b1111_1000]);
    assert.deepEqual([...torrent.bitfield()], [0]);
    assert.equal(node.files(infoHash)[0]?.completedBytes, 0);
    node.startTorrent(infoHash);
    await finished;
    assert.deepEqual([[...torrent.wanted()], [...torrent.bitfield()]], [[0], [0b1111_1000]]);
    const [file] = node.files(infoHash);
    assert.deepEqual(
      [file?.path, file?.length, file?.completedBytes],
      ['film.mkv', DATA.length, DATA.length],
    );
  });

  it('starts, pauses, stops, rechecks and limits a torrent', async (t) => {
    const { node, torrent, metainfo } = await publisher(t);
    const { infoHash } = metainfo;
    node.setLimits(infoHash, { uploadBytesPerSecond: 50_000 });
    node.setLimits(infoHash, { downloadBytesPerSecond: 60_000 });
    assert.deepEqual(
      [node.pacer, node.downloadPacer].map((pacer) => pacer.torrentLimit(infoHash)),
      [50_000, 60_000],
    );
    assert.throws(() => node.setLimits(infoHash, { uploadBytesPerSecond: 1 }), { code: 'ERR_RATE_LIMIT' });
    node.pauseTorrent(infoHash);
    assert.equal(torrent.state, 'paused');
    node.stopTorrent(infoHash);
    assert.equal(torrent.state, 'stopped');
    const seeding = told(node, 'seeding');
    node.startTorrent(infoHash);
    await seeding;
    const rechecked = told(node, 'rechecked');
    node.recheck(infoHash, { pieces: [0, [2, 4]] });
    assert.deepEqual(await rechecked, [torrent, 4, 0]);
    assert.equal(torrent.pieceCount, PIECES);
  });

  it('removes a torrent with its data', async (t) => {
    const source = await publisher(t);
    const { node, heard, dataPath, finished, add } = await mirror(t, source);
    const torrent = add();
    await finished;
    const { deletedFiles, deletedBytes, kept } = await node.removeWithData(torrent.infoHash);
    assert.deepEqual([deletedFiles, deletedBytes, kept], [1, DATA.length, []]);
    assert.ok(!existsSync(dataPath) && existsSync(source.dataPath));
    assert.deepEqual(heard.slice(-2), ['stopped', 'removed']);
    assert.deepEqual(node.torrents(), []);
  });

  it('is told statistics once a second while it listens', async (t) => {
    const { node } = await publisher(t);
    const [statistics]: [NodeStatistics] = await told(node, 'statistics');
    assert.deepEqual([statistics.torrents.seeding, statistics.uploadedBytes], [1, 0]);
    assert.equal(node.listenerCount('statistics'), 0);
  });

  it('hears why a torrent failed, by a code', async (t) => {
    const { metainfo } = await publisher(t);
    const node = await startNode(t);
    const failed = told(node, 'failed');
    node.add({ metainfo, dataPath: join(await makeTempFolder(t), 'film.mkv') });
    assert.equal((await failed)[1].code, 'ERR_STORAGE_MISSING');
  });
});
