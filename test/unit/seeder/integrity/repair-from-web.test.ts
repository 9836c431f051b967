import assert from 'node:assert/strict';
import { cp, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { TORRENT_VERSIONS, type TorrentVersion } from '../../../../src/bittorrent/metainfo/metainfo.ts';
import { createTorrent } from '../../../../src/builder/create-torrent.ts';
import { rotByte } from '../../../support/corrupt.ts';
import { eventually } from '../../../support/eventually.ts';
import { FakePeer } from '../../../support/fake-peer.ts';
import { type FileServer, startFileServer } from '../../../support/file-server.ts';
import { makeSeedNode, makeTorrentFixture, torrentState } from '../../../support/seeded-torrent.ts';
import { makeTempFolder } from '../../../support/temp-folder.ts';
import { filesOf, mirrorFromWeb, onlySource } from '../../../support/web-seeded.ts';

const PIECE = 32_768;
const FOLDER = { a: 5 * PIECE, b: 3 * PIECE };

/** A torrent whose `url-list` names a web server that has its files as they should be. */
async function webSeeded(t: TestContext, version: TorrentVersion = 'v1') {
  const made = await makeTorrentFixture(t, { content: FOLDER });
  const bare = await createTorrent(made.dataPath, { version, pieceLength: PIECE });
  const files = await filesOf({ ...made, metainfo: bare.metainfo });
  const server = await startFileServer(t, files);
  const { metainfo } = await createTorrent(made.dataPath, {
    version,
    pieceLength: PIECE,
    webSeeds: [server.url],
  });
  assert.deepEqual(metainfo.webSeeds, [server.url]);
  return { made, metainfo, server, files };
}

/** A published copy of it, of which piece 5, the first of `b`, has a rotten byte. */
async function rotten(t: TestContext, source: Awaited<ReturnType<typeof webSeeded>>) {
  const dataPath = join(await makeTempFolder(t), 'sample');
  await cp(source.made.dataPath, dataPath, { recursive: true });
  const node = makeSeedNode(t, { repair: true });
  const { port } = await node.start();
  const torrent = node.add({ metainfo: source.metainfo, dataPath });
  await torrentState(node, torrent, 'seeding');
  await rotByte(join(dataPath, 'b'), 10);
  return { node, port, torrent, dataPath };
}

function assertPieceOnly({ requests }: FileServer): void {
  assert.ok(requests.length > 0);
  for (const line of requests) {
    const [, first, last] = /^\/sample\/b bytes=(\d+)-(\d+)$/.exec(line) ?? [];
    assert.ok(Number(first) >= 0 && Number(last) < PIECE, `it asked for ${line}`);
  }
}

for (const version of TORRENT_VERSIONS)
  test(`a rotten piece of a published ${version} torrent comes back from a web seed alone, and nothing else of it`, async (t) => {
    const source = await webSeeded(t, version);
    const { node, port, torrent, dataPath } = await rotten(t, source);
    const states: string[] = [];
    node.on('stateChanged', ({ state }) => states.push(state));
    assert.deepEqual(source.server.requests, [], 'whoever has everything asks for nothing');
    node.recheck(torrent.infoHash, { pieces: [[0, 7]] });
    await eventually('it is whole again', () => states.at(-1) === 'seeding');
    assert.deepEqual(states, ['downloading', 'seeding']);
    assert.deepEqual(await readFile(join(dataPath, 'b')), await readFile(join(source.made.dataPath, 'b')));
    assertPieceOnly(source.server);
    assert.equal(torrent.downloadedBytes, PIECE);
    assert.equal(node.counters.webSourceBytes, PIECE);
    const peer = await FakePeer.download(t, port, torrent.infoHash);
    peer.request(5, 0, 16_384);
    assert.equal((await peer.next(7)).readUInt32BE(1), 5);
  });

test('a rotten piece of a mirror comes back from its web seed', async (t) => {
  const { metainfo, server, made } = await webSeeded(t);
  const { node, torrent, dataPath } = await mirrorFromWeb(t, metainfo, {});
  await new Promise((resolve) => node.once('finished', resolve));
  server.requests.length = 0;
  await rotByte(join(dataPath, 'b'), 10);
  const [again] = [new Promise((resolve) => node.once('finished', resolve))];
  node.recheck(torrent.infoHash, { pieces: [5] });
  await again;
  assert.deepEqual(await readFile(join(dataPath, 'b')), await readFile(join(made.dataPath, 'b')));
  assertPieceOnly(server);
});

test('a web seed with the same rot repairs nothing: it is banned, the piece is not served, and the good one stays', async (t) => {
  const source = await webSeeded(t);
  const { node, port, torrent, dataPath } = await rotten(t, source);
  const bad = await readFile(join(dataPath, 'b'));
  source.files['/sample/b'] = bad;
  node.recheck(torrent.infoHash, { pieces: [5] });
  await torrentState(node, torrent, 'downloading');
  await eventually('the web seed is banned', () => onlySource(torrent).state === 'banned');
  assert.equal(torrent.state, 'downloading');
  assert.deepEqual(await readFile(join(dataPath, 'b')), bad);
  const peer = await FakePeer.download(t, port, torrent.infoHash);
  peer.request(5, 0, 16_384);
  assert.equal((await peer.next(16)).readUInt32BE(1), 5);
  peer.request(4, 0, 16_384);
  assert.equal((await peer.next(7)).readUInt32BE(1), 4);
});
