import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import type { Info } from '../../../../../src/bittorrent/metainfo/metainfo.ts';
import { storedFiles } from '../../../../../src/seeder/disk/storage-layout.ts';
import { SourceConnection } from '../../../../../src/seeder/download/web-source/source-connection.ts';
import { SourcePieces } from '../../../../../src/seeder/download/web-source/source-pieces.ts';
import { FilePlaces } from '../../../../../src/seeder/download/web-source/source-places.ts';
import { eventually } from '../../../../support/eventually.ts';
import { fakeDownload } from '../../../../support/fake-leech.ts';
import { startFileServer } from '../../../../support/file-server.ts';
import { cleanup } from '../../../../support/scope.ts';
import { ManualClock } from '../../../../support/seeder-clock.ts';
import { webSeedFixture } from '../../../../support/web-seeded.ts';

const PIECE = 65_536;
const MIB = 1024 * 1024;

/** The info of files with these lengths, of pieces of 1 MiB. */
function infoOf(...lengths: readonly number[]): Info {
  let end = 0;
  const files = lengths.map((length) => {
    end += length;
    return { length, offset: end - length, isPadding: false };
  });
  return { files, pieceLength: MIB, pieceCount: Math.ceil(end / MIB), length: end } as unknown as Info;
}

const piecesIn = (pieces: SourcePieces, count: number): number[] =>
  Array.from({ length: count }, (_, piece) => piece).filter((piece) => pieces.has(piece));

test('a source has no piece with bytes of a file that it lacks', () => {
  const info = infoOf(3 * MIB, 1.5 * MIB, 0, 2.5 * MIB);
  const pieces = new SourcePieces(info, { isRangeless: false, standing: undefined }, []);
  assert.equal(pieces.isComplete, true);
  pieces.lacks(2); // empty
  assert.equal(pieces.isComplete, true);
  pieces.lacks(1);
  assert.deepEqual(piecesIn(pieces, 7), [0, 1, 2, 5, 6]);
  const again = new SourcePieces(info, { isRangeless: false, standing: undefined }, [1, 3]);
  assert.deepEqual([again.isComplete, piecesIn(again, 7)], [false, [0, 1, 2]]);
});

test('one without ranges gives what begins at most 64 MiB behind the beginning of a file, or where it reads', () => {
  const info = infoOf(100 * MIB, 10.5 * MIB, 80 * MIB);
  const reader = { isRangeless: true, standing: undefined as { file: number; position: number } | undefined };
  const pieces = new SourcePieces(info, reader, []);
  const near = piecesIn(pieces, info.pieceCount);
  assert.deepEqual([near.includes(64), near.includes(65), near.includes(99)], [true, false, false]);
  assert.deepEqual([near.includes(100), near.includes(174), near.includes(175)], [true, true, false]);
  assert.equal(pieces.bits, undefined);
  reader.standing = { file: 0, position: 70 * MIB };
  const reached = piecesIn(pieces, info.pieceCount);
  assert.deepEqual([reached.includes(69), reached.includes(70), reached.includes(99)], [false, true, true]);
  assert.equal(reached.includes(175), false);
});

/** A download from a server that has one of two files. */
async function halfASource(t: TestContext) {
  const content = { 'a.bin': 4 * PIECE, 'b.bin': 40 * PIECE };
  const { fixture, files } = await webSeedFixture(t, { content, pieceLength: PIECE });
  const server = await startFileServer(t, { '/sample/a.bin': files['/sample/a.bin'] ?? Buffer.alloc(0) });
  const { metainfo } = fixture;
  const { downloader } = fakeDownload({ pieceCount: 44, pieceLength: PIECE });
  const connection = new SourceConnection({
    torrent: { metainfo },
    places: new FilePlaces(server.url, metainfo, storedFiles(metainfo.info, '/nowhere')),
    missingFiles: new Set(),
    userAgent: 'Seedbed/test',
    isPublicOnly: false,
    clock: new ManualClock(),
    listener: { onBytes: () => {}, onDone: () => {}, onTrouble: () => {}, onClosed: () => {} },
  });
  cleanup(t, () => connection.close('removed'));
  const leech = downloader.join(connection, ['web seed'], true);
  connection.sink = leech;
  return { downloader, connection, leech };
}

test('of a source that has given all but a file which it lacks nothing is wanted, and no piece is looked at', async (t) => {
  const { downloader, connection, leech } = await halfASource(t);
  await eventually('what it has', () => downloader.missing === 40 && leech.asked.size === 0);
  assert.equal(leech.wanted, 0);
  let looks = 0;
  connection.theirPieces.has = () => {
    looks++;
    return false;
  };
  for (let second = 1; second <= 5; second++) {
    downloader.tick(1000 * second, 1);
    await turn();
  }
  assert.equal(looks, 0);
});
