import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { PassThrough, Readable } from 'node:stream';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { TorrentVersion } from '../../../../src/bittorrent/metainfo/metainfo.ts';
import { hashStream } from '../../../../src/builder/hashing/stream-hasher.ts';
import { randomBytesOf } from '../../../support/data.ts';
import { hasCode } from './fixtures.ts';
import { plainV1, plainV2 } from './reference.ts';

const KIB = 1024;
const MIB = 1024 * KIB;

/** The bytes in chunks of these lengths, over and over. */
async function* inChunks(bytes: Buffer, lengths: readonly number[]): AsyncGenerator<Uint8Array> {
  for (let [at, turn] = [0, 0]; at < bytes.length; turn++) {
    const length = lengths[turn % lengths.length] ?? 1;
    yield bytes.subarray(at, at + length);
    at += length;
  }
}

/** A source that tells whether it was closed. */
class WatchedSource implements AsyncIterable<Uint8Array> {
  readonly #chunks: AsyncIterable<Uint8Array>;
  isClosed = false;

  constructor(chunks: AsyncIterable<Uint8Array>) {
    this.#chunks = chunks;
  }

  [Symbol.asyncIterator](): AsyncIterator<Uint8Array> {
    const iterator = this.#chunks[Symbol.asyncIterator]();
    return {
      next: () => iterator.next(),
      return: async () => {
        this.isClosed = true;
        return { done: true, value: undefined };
      },
    };
  }
}

async function* endless(): AsyncGenerator<Uint8Array> {
  const chunk = Buffer.alloc(64 * KIB);
  for (;;) yield chunk;
}

function silent(): AsyncIterable<Uint8Array> {
  return { [Symbol.asyncIterator]: () => ({ next: () => new Promise(() => {}) }) };
}

async function checkHashes(bytes: Buffer, pieceLength: number, chunks: readonly number[]): Promise<void> {
  for (const version of ['v1', 'v2', 'hybrid'] satisfies TorrentVersion[]) {
    const hashed = await hashStream(inChunks(bytes, chunks), { pieceLength, version });
    assert.equal(hashed.length, bytes.length);
    const [v1, v2] = [plainV1(bytes, pieceLength), plainV2(bytes, pieceLength)];
    assert.deepEqual(Buffer.from(hashed.v1), version === 'v2' ? Buffer.alloc(0) : v1);
    assert.deepEqual(Buffer.from(hashed.v2), version === 'v1' ? Buffer.alloc(0) : v2);
  }
}

describe('hashStream', () => {
  it('finds the hashes of the plain way at the edges of blocks and pieces', async () => {
    const piece = 64 * KIB;
    for (const edge of [0, 1, 16 * KIB, 48 * KIB, piece, 2 * piece, 5 * piece])
      for (const length of [edge - 1, edge, edge + 1].filter((near) => near >= 0))
        for (const chunks of [[10_007], [piece], [MIB]])
          await checkHashes(randomBytesOf(edge, length), piece, chunks);
  });

  it('finds them for chunks of any size, empty ones too', async () => {
    const input = fc.record({
      length: fc.nat(300_000),
      chunks: fc.array(fc.oneof(fc.nat(40), fc.nat(70_000)), { minLength: 1, maxLength: 6 }),
      pieceLength: fc.constantFrom(16 * KIB, 32 * KIB, 128 * KIB, 512 * KIB),
    });
    await fc.assert(
      fc.asyncProperty(input, async ({ length, chunks, pieceLength }) => {
        await checkHashes(randomBytesOf(length, length), pieceLength, [...chunks, 5_000]);
      }),
      { numRuns: 40 },
    );
  });

  it('takes any piece length for v1', async () => {
    const bytes = randomBytesOf(1, 3 * MIB);
    const { v1 } = await hashStream(Readable.from([bytes]), { pieceLength: 1_000_003 });
    assert.deepEqual(Buffer.from(v1), plainV1(bytes, 1_000_003));
  });

  it('reports the progress, at the end all bytes', async () => {
    const progress: number[] = [];
    const bytes = randomBytesOf(1, 4 * MIB);
    const onProgress = (bytesDone: number): void => void progress.push(bytesDone);
    await hashStream(inChunks(bytes, [MIB]), { pieceLength: MIB, onProgress });
    assert.equal(progress.at(-1), bytes.length);
    assert.deepEqual(
      progress,
      [...progress].sort((a, b) => a - b),
    );
  });

  it('refuses a stream that is too long, and one that gives no bytes, and closes it', async () => {
    const long = new WatchedSource(endless());
    await assert.rejects(hashStream(long, { pieceLength: MIB, maxLength: 3 * MIB }), hasCode('ERR_INPUT'));
    assert.equal(long.isClosed, true);
    const text = new PassThrough({ encoding: 'utf8' });
    text.end('text');
    await assert.rejects(hashStream(text, { pieceLength: MIB }), hasCode('ERR_INPUT'));
    assert.equal(text.destroyed, true);
  });

  it('refuses a piece length that cannot be, and closes the source', async () => {
    for (const [version, pieceLength] of [
      ['v1', 0],
      ['v1', 0.5],
      ['v2', 8 * KIB],
      ['v2', 48 * KIB],
      ['hybrid', 20_000],
    ] as const) {
      const source = new WatchedSource(endless());
      await assert.rejects(hashStream(source, { version, pieceLength }), hasCode('ERR_OPTION'));
      assert.equal(source.isClosed, true);
    }
  });

  it('passes on what the source throws', async () => {
    const failure = new Error('the disk is gone');
    const source = Readable.from(
      (function* () {
        yield Buffer.alloc(10);
        throw failure;
      })(),
    );
    await assert.rejects(hashStream(source, { pieceLength: MIB }), failure);
  });

  it('ends with the reason of the signal, whether the source gives too much or nothing', {
    timeout: 10_000,
  }, async () => {
    const reason = new Error('enough');
    const busy = new WatchedSource(endless());
    const controller = new AbortController();
    const onProgress = (): void => void setImmediate(() => controller.abort(reason));
    const { signal } = controller;
    await assert.rejects(hashStream(busy, { pieceLength: MIB, signal, onProgress }), reason);
    assert.equal(busy.isClosed, true);

    const [quiet, stream] = [new WatchedSource(silent()), new PassThrough()];
    for (const source of [quiet, stream]) {
      const other = new AbortController();
      const hashing = hashStream(source, { pieceLength: MIB, signal: other.signal });
      setImmediate(() => other.abort(reason));
      await assert.rejects(hashing, reason);
    }
    assert.equal(quiet.isClosed, true);
    assert.equal(stream.destroyed, true);

    const late = new WatchedSource(endless());
    await assert.rejects(hashStream(late, { pieceLength: MIB, signal }), reason);
    assert.equal(late.isClosed, true);
  });

  it('keeps nothing of a signal that outlives many streams', async () => {
    const { signal } = new AbortController();
    await hashStream(inChunks(Buffer.alloc(MIB), [1000]), { pieceLength: MIB, signal });
    await new Promise(setImmediate);
    assert.equal(getEventListeners(signal, 'abort').length, 0);
  });
});
