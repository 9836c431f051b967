import assert from 'node:assert/strict';
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { TORRENT_VERSIONS } from '../../../../src/bittorrent/metainfo/metainfo.ts';
import { createTorrent } from '../../../../src/builder/create-torrent.ts';
import type { BuildProgress, CreateTorrentOptions } from '../../../../src/builder/options.ts';
import { randomBytesOf, writeRandomFile } from '../../../support/data.ts';
import { refusal } from '../../../support/refusal.ts';
import { makeTempFolder } from '../../../support/temp-folder.ts';

async function makeFile(test: TestContext, length: number): Promise<string> {
  const path = join(await makeTempFolder(test), 'data.bin');
  await writeRandomFile(path, length);
  return path;
}

async function* chunks(...lengths: number[]): AsyncGenerator<Uint8Array> {
  for (const length of lengths) yield randomBytesOf(1, length);
}

describe('a torrent of a stream', () => {
  for (const version of TORRENT_VERSIONS)
    it(`is that of the same data in a file: ${version}`, async (test) => {
      const path = await makeFile(test, 3_000_001);
      const options: CreateTorrentOptions = { version, pieceLength: 65_536, creationDate: 'none' };
      const ofFile = await createTorrent(path, options);
      const stream = createReadStream(path, { highWaterMark: 10_007 });
      const ofStream = await createTorrent(stream, { ...options, name: 'data.bin' });
      assert.deepEqual(ofStream.torrent, ofFile.torrent);
      assert.deepEqual([ofStream.files, ofFile.files], [[], [path]]);
    });

  it('has the automatic piece length of what was said to come, and 1 MiB where nobody said', async (test) => {
    const path = await makeFile(test, 100_000);
    const known = await createTorrent(createReadStream(path), { name: 'x', length: 100_000 });
    assert.equal(known.metainfo.info.pieceLength, 16_384);
    const like = await createTorrent(createReadStream(path), {
      name: 'x',
      length: 100_000,
      pieceLength: 'like:mktorrent-1.1',
    });
    assert.equal(like.metainfo.info.pieceLength, 262_144);
    const unknown = await createTorrent(createReadStream(path), { name: 'x' });
    assert.equal(unknown.metainfo.info.pieceLength, 1_048_576);
  });

  it('tells how far it is, with the total where it is known', async () => {
    const seen: BuildProgress[] = [];
    const onProgress = (progress: BuildProgress): number => seen.push(progress);
    await createTorrent(chunks(100, 200), { name: 'x', onProgress });
    assert.deepEqual(seen.at(-1), { bytesDone: 300, bytesTotal: undefined });
    await createTorrent(chunks(100, 200), { name: 'x', length: 300, onProgress });
    assert.deepEqual(seen.at(-1), { bytesDone: 300, bytesTotal: 300 });
  });

  it('is refused without a name, without data, and with another length than was said', async () => {
    const make = (source: AsyncIterable<Uint8Array>, options: CreateTorrentOptions): Promise<unknown> =>
      createTorrent(source, options);
    await assert.rejects(make(chunks(1), {}), refusal('ERR_OPTION', 'name'));
    await assert.rejects(make(chunks(1), { name: '../x' }), refusal('ERR_OPTION', '../x'));
    await assert.rejects(make(chunks(), { name: 'x' }), refusal('ERR_INPUT', 'empty'));
    await assert.rejects(make(chunks(10), { name: 'x', length: 11 }), refusal('ERR_INPUT', '10 of 11'));
    await assert.rejects(make(chunks(10, 10), { name: 'x', length: 11 }), refusal('ERR_INPUT', '11'));
    await assert.rejects(make(chunks(1), { name: 'x', length: 0 }), refusal('ERR_OPTION', 'length'));
    await assert.rejects(
      make(chunks(1), { name: 'x', pieceLength: 'like:torf' }),
      refusal('ERR_OPTION', 'like:torf'),
    );
    const { metainfo: reuse } = await createTorrent(chunks(1), { name: 'x' });
    await assert.rejects(make(chunks(1), { name: 'x', reuse }), refusal('ERR_OPTION', 'reused'));
  });
});
