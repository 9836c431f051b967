import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { SeedNodeOptions } from '../../../../src/seeder/seed-node-types.ts';
import { eventually } from '../../../support/eventually.ts';
import { FakePeer, handshakeBytes, messageBytes, numbersBytes } from '../../../support/fake-peer.ts';
import type { CleanupOwner } from '../../../support/scope.ts';
import { makeTorrentFixture, seedFixture } from '../../../support/seeded-torrent.ts';
import { ManualClock } from '../../../support/seeder-clock.ts';

const MIB = 1024 * 1024;
/** A piece is an extent. */
const PIECE = 256 * 1024;
const BLOCK = 16_384;
const SUGGEST = 13;
/** The smallest cache that there is. */
const CACHE = 8 * MIB;
/** Peers that fetch all of a torrent of so many pieces. */
const PEERS = 4;
const PIECES = 64;

/** A node whose cache is smaller than its torrent, at a time that stands still. */
async function seed(owner: CleanupOwner, options: Partial<SeedNodeOptions> = {}, content = 10 * MIB) {
  const clock = new ManualClock();
  const fixture = await makeTorrentFixture(owner, { content, pieceLength: PIECE });
  const limits = { cacheBytes: CACHE, storageCheckIntervalMs: 1e12 };
  const made = await seedFixture(owner, fixture, { clock, limits, suggestions: 'auto', ...options });
  let count = 0;
  const join = (fast = true): Promise<FakePeer> => {
    const peerId = Buffer.from(`-FK0001-${String(count++).padStart(12, '0')}`);
    return FakePeer.download(owner, made.port, made.torrent.infoHash, { peerId, fast });
  };
  return { ...made, clock, join };
}

/** Has a block of each piece sent, and waits for it. */
async function take(peer: FakePeer, ...pieces: readonly number[]): Promise<void> {
  for (const piece of pieces) {
    peer.request(piece, 0, BLOCK);
    await peer.next(7);
  }
}

/** The pieces that were suggested to a peer so far: what it asks for last is answered behind them. */
async function told(peer: FakePeer, last: number): Promise<number[]> {
  await take(peer, last);
  return peer.messages.filter(([id]) => id === SUGGEST).map((message) => message.readUInt32BE(1));
}

describe('suggestions (BEP 6)', () => {
  it('name a piece that was just read for another, once', async (t) => {
    const { join, clock, node } = await seed(t);
    const [one, other] = [await join(), await join()];
    await take(one, 7);
    assert.deepEqual(await told(other, 7), [7]);
    const reads = node.counters.extentReads;
    assert.equal(reads, 1, 'it was there yet');
    for (let piece = 0; piece < 40; piece++) await take(one, piece); // 7 has made room
    clock.advance(1000);
    await take(one, 7);
    assert.ok(node.counters.extentReads > reads + 39);
    assert.equal((await told(other, 7)).filter((piece) => piece === 7).length, 1);
    assert.ok(!(await told(one, 7)).includes(7), 'it has asked for it');
  });

  it('are two a second to a peer that takes nothing', async (t) => {
    const { join, clock } = await seed(t);
    const [one, other] = [await join(), await join()];
    await take(one, 0, 1, 2, 3);
    clock.advance(1000);
    await take(one, 4, 5, 6);
    assert.deepEqual(await told(other, 0), [0, 1, 4, 5]);
  });

  it('name no piece that the peer has', async (t) => {
    const { join, torrent } = await seed(t);
    const [one, other] = [await join(), await join()];
    other.send(numbersBytes(4, 3));
    await eventually('the have', () => [...torrent.peers].some(({ progress }) => progress > 0));
    await take(one, 3, 4);
    assert.deepEqual(await told(other, 3), [4]);
  });

  it('go to nobody who wants nothing and is choked, or does not know the fast extension', async (t) => {
    const { join, port, torrent } = await seed(t);
    const [one, old] = [await join(), await join(false)];
    const idle = await FakePeer.connect(t, port);
    idle.send(handshakeBytes(torrent.infoHash, { peerId: Buffer.from('-FK0001-idleidleidle') }));
    await eventually('the third peer', () => torrent.peers.size === 3);
    await take(one, 3);
    idle.send(messageBytes(2));
    await idle.next(1);
    assert.deepEqual(await told(idle, 3), []);
    assert.deepEqual(await told(old, 3), []);
  });

  it('are not sent of a torrent that the cache can hold, while super-seeding, nor unless they are asked for', async (t) => {
    for (const made of [
      await seed(t, {}, 4 * MIB),
      await seed(t, { superSeeding: 'auto' }),
      await seed(t, { suggestions: 'off' }),
    ]) {
      const [one, other] = [await made.join(), await made.join()];
      await take(one, 3);
      assert.deepEqual(await told(other, 3), []);
    }
  });

  it('spare the disk what peers that heed them would have had it read again', async (t) => {
    const readBy = async (suggestions: 'auto' | 'off'): Promise<number> => {
      const { node, torrent, clock, join } = await seed(t, { suggestions }, PIECES * PIECE);
      const peers = await Promise.all(
        Array.from({ length: PEERS }, async (_none, index) => new HeedfulPeer(await join(), index)),
      );
      for (let round = 0; round < torrent.pieceCount; round++) {
        for (const peer of peers) await peer.takeOne();
        clock.advance(1000);
      }
      return node.counters.extentReads;
    };
    assert.equal(await readBy('off'), PEERS * PIECES, 'each piece is read for each of them');
    assert.equal(await readBy('auto'), PIECES, 'each is read once');
  });
});

/** Takes all pieces in an order of its own, but what it is told comes first; one at a time. */
class HeedfulPeer {
  readonly #peer: FakePeer;
  readonly #lacks: Set<number>;

  /** @param index another first piece for each. */
  constructor(peer: FakePeer, index: number) {
    this.#peer = peer;
    const first = (index * PIECES) / PEERS;
    this.#lacks = new Set(Array.from({ length: PIECES }, (_none, at) => (first + at) % PIECES));
  }

  async takeOne(): Promise<void> {
    this.#peer.request(PIECES, 0, BLOCK); // refused: what was said before is here then
    await this.#peer.next(16);
    const suggested = this.#peer.messages.filter(([id]) => id === SUGGEST).map((at) => at.readUInt32BE(1));
    const piece = suggested.findLast((at) => this.#lacks.has(at)) ?? [...this.#lacks][0];
    assert.ok(piece !== undefined);
    this.#lacks.delete(piece);
    for (let begin = 0; begin < PIECE; begin += BLOCK) this.#peer.request(piece, begin, BLOCK);
    for (let begin = 0; begin < PIECE; begin += BLOCK) await this.#peer.next(7);
    this.#peer.send(numbersBytes(4, piece));
  }
}
