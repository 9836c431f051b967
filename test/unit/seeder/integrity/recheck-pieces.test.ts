import assert from 'node:assert/strict';
import { rename, rm, writeFile } from 'node:fs/promises';
import { type TestContext, test } from 'node:test';
import { SeederError } from '../../../../src/seeder/errors.ts';
import type { SeedNode } from '../../../../src/seeder/seed-node.ts';
import type { Torrent } from '../../../../src/seeder/torrent.ts';
import { rotByte } from '../../../support/corrupt.ts';
import { withDeadline } from '../../../support/eventually.ts';
import { FakePeer } from '../../../support/fake-peer.ts';
import { loopbackPeer, mirrorFixture } from '../../../support/mirrored-torrent.ts';
import {
  makeSeedNode,
  makeTorrentFixture,
  seedFixture,
  torrentState,
} from '../../../support/seeded-torrent.ts';

const PIECE = 32_768;

/** What is told of pieces, in its order: `+1` for a good one, `-1` for a bad one. */
function hear(node: SeedNode): string[] {
  const heard: string[] = [];
  node.on('piecePassed', (_torrent, piece) => heard.push(`+${piece}`));
  node.on('pieceFailed', (_torrent, piece) => heard.push(`-${piece}`));
  return heard;
}

/** Waits for the end of a recheck of chosen pieces. */
function rechecked(node: SeedNode): Promise<[passed: number, failed: number]> {
  const { promise, resolve } = Promise.withResolvers<[number, number]>();
  node.once('rechecked', (_torrent, passed, failed) => resolve([passed, failed]));
  return withDeadline('the end of the recheck', promise);
}

async function seeded(t: TestContext) {
  const fixture = await makeTorrentFixture(t, { content: 10 * PIECE, pieceLength: PIECE });
  return { fixture, ...(await seedFixture(t, fixture)) };
}

test('chosen pieces are rechecked, each once, while the torrent is seeded', async (t) => {
  const { fixture, node, port } = await seeded(t);
  const states: string[] = [];
  node.on('stateChanged', ({ state }) => states.push(state));
  const heard = hear(node);
  const end = rechecked(node);
  node.recheck(fixture.metainfo.infoHash, { pieces: [7, [2, 4], 3] });
  const peer = await FakePeer.download(t, port, fixture.metainfo.infoHash);
  peer.request(9, 0, 16_384);
  assert.equal((await peer.next(7)).length, 9 + 16_384);
  assert.deepEqual(await end, [4, 0]);
  assert.deepEqual(heard.sort(), ['+2', '+3', '+4', '+7']);
  assert.deepEqual(states, []);
});

test('what is asked for during a recheck is rechecked after it', async (t) => {
  const { fixture, node } = await seeded(t);
  const { infoHash } = fixture.metainfo;
  const heard = hear(node);
  const first = rechecked(node);
  node.recheck(infoHash, { pieces: [0] });
  node.recheck(infoHash, { pieces: [1] });
  node.recheck(infoHash, { pieces: [[1, 2]] });
  assert.deepEqual(await first, [1, 0]);
  assert.deepEqual(await rechecked(node), [2, 0]);
  assert.deepEqual(heard.sort(), ['+0', '+1', '+2']);
});

test('a piece that is not in the torrent is an error by code, and nothing is rechecked', async (t) => {
  const { fixture, node } = await seeded(t);
  assert.throws(
    () => node.recheck(fixture.metainfo.infoHash, { pieces: [0, [5, 10]] }),
    (error) =>
      error instanceof SeederError &&
      error.code === 'ERR_PIECE_RANGE' &&
      error.message === 'there is no piece 10: the torrent has the pieces 0 to 9',
  );
});

test('pieces of a torrent that is not served cannot be chosen', async (t) => {
  const { fixture, node } = await seeded(t);
  node.stopTorrent(fixture.metainfo.infoHash);
  assert.throws(
    () => node.recheck(fixture.metainfo.infoHash, { pieces: [0] }),
    (error) => error instanceof SeederError && error.code === 'ERR_TORRENT_STATE',
  );
});

test('a published torrent with a rotten piece fails, and remembers which', async (t) => {
  const { fixture, node, torrent } = await seeded(t);
  const resumes: string[] = [];
  node.on('resumeChanged', (_infoHash, resume) => resumes.push(resume));
  const heard = hear(node);
  await rotByte(fixture.dataPath, 5 * PIECE + 1);
  const end = rechecked(node);
  node.recheck(fixture.metainfo.infoHash, { pieces: [[4, 6]] });
  assert.deepEqual(await end, [2, 1]);
  assert.deepEqual(heard.sort(), ['+4', '+6', '-5']);
  assert.equal(torrent.state, 'failed');
  assert.equal(torrent.error?.code, 'ERR_PIECES_BAD');
  assert.equal(node.counters.corruptPieces, 1);
  const again = makeSeedNode(t);
  const restarted = again.add({ ...fixture, resume: resumes.at(-1) ?? null });
  await torrentState(again, restarted, 'seeding', 'failed');
  assert.equal(
    restarted.error?.code,
    'ERR_PIECES_BAD',
    'what is remembered must not say that the piece is good',
  );
});

test('a file that is gone meanwhile is missing, and its pieces are not called bad', async (t) => {
  const { fixture, node, torrent } = await seeded(t);
  await rm(fixture.dataPath);
  const end = rechecked(node);
  node.recheck(fixture.metainfo.infoHash, { pieces: [1] });
  await end;
  assert.equal(torrent.error?.code, 'ERR_STORAGE_MISSING');
  assert.equal(torrent.completedFraction, 1);
  assert.equal(node.counters.corruptPieces, 0);
});

test('a mirror fetches a rotten piece again, and serves the rest meanwhile', async (t) => {
  const { fixture, port, torrent: source } = await seeded(t);
  const { infoHash } = fixture.metainfo;
  const { node, torrent, dataPath } = await mirrorFixture(t, fixture, [loopbackPeer(port)]);
  await new Promise((resolve) => node.once('finished', resolve));
  const before = source.uploadedBytes;
  await rotByte(dataPath, 3 * PIECE);
  const states: string[] = [];
  node.on('stateChanged', ({ state }) => states.push(state));
  const end = rechecked(node);
  node.recheck(infoHash, { pieces: [[0, 9]] });
  assert.deepEqual(await end, [9, 1]);
  assert.equal(torrent.state, 'downloading');
  assert.ok(!torrent.hasPiece(3) && torrent.hasPiece(4));
  node.addPeers(infoHash, [loopbackPeer(port)]);
  await torrentState(node, torrent, 'seeding');
  assert.deepEqual(states, ['downloading', 'seeding']);
  assert.equal(source.uploadedBytes - before, PIECE);
  const [passed] = [rechecked(node), node.recheck(infoHash, { pieces: [3] })];
  assert.deepEqual(await passed, [1, 0]);
});

test('a check of all tells of each piece, when somebody listens', async (t) => {
  const fixture = await makeTorrentFixture(t, { content: 4 * PIECE, pieceLength: PIECE });
  const data = Buffer.from(fixture.data);
  data[PIECE] = (data[PIECE] ?? 0) ^ 1;
  await writeFile(`${fixture.dataPath}.new`, data);
  await rename(`${fixture.dataPath}.new`, fixture.dataPath);
  const node = makeSeedNode(t);
  const heard = hear(node);
  await torrentState(node, node.add(fixture), 'failed');
  assert.deepEqual(heard.sort(), ['+0', '+2', '+3', '-1']);
});

test('a download tells of each piece', async (t) => {
  const { fixture, port } = await seeded(t);
  const told: Promise<string[]> = new Promise((resolve) => {
    void mirrorFixture(t, fixture, [loopbackPeer(port)]).then(({ node }) => {
      const heard = hear(node);
      node.once('finished', () => resolve(heard));
    });
  });
  const pieces = Array.from({ length: 10 }, (_none, piece) => `+${piece}`);
  assert.deepEqual((await withDeadline('the download', told)).sort(), pieces);
});

test('a recheck ends with its torrent', async (t) => {
  const { fixture, node, torrent } = await seeded(t);
  const told: Torrent[] = [];
  node.on('rechecked', (of) => told.push(of));
  node.recheck(fixture.metainfo.infoHash, { pieces: [[0, 9]] });
  node.stopTorrent(fixture.metainfo.infoHash);
  node.startTorrent(fixture.metainfo.infoHash);
  await torrentState(node, torrent, 'seeding');
  assert.deepEqual(told, []);
});
