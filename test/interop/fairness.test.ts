import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { eventually } from '../support/eventually.ts';
import { FakePeer, handshakeBytes, messageBytes } from '../support/fake-peer.ts';
import { makeTorrentFixture, seedFixture, type TorrentFixture } from '../support/seeded-torrent.ts';
import { ManualClock } from '../support/seeder-clock.ts';

const BLOCK = 16_384;
const LEECHERS = 50;
/** By the node's clock. */
const SECONDS = 3000;
/** Requests that a leecher keeps open while it may. */
const OPEN = 4;

/** A peer on a socket that takes blocks while it is unchoked, and counts their bytes. */
class Taker {
  bytes = 0;
  #next = 0;
  readonly #peer: FakePeer;
  readonly #pieces: number;

  private constructor(peer: FakePeer, pieces: number) {
    this.#peer = peer;
    this.#pieces = pieces;
    peer.socket.on('data', () => this.#look());
  }

  static async join(t: TestContext, port: number, { metainfo }: TorrentFixture): Promise<Taker> {
    const peer = await FakePeer.connect(t, port);
    const taker = new Taker(peer, metainfo.info.pieceCount);
    peer.send(handshakeBytes(metainfo.infoHash), messageBytes(2));
    return taker;
  }

  #look(): void {
    for (const message of this.#peer.messages.splice(0)) {
      if (message[0] === 1) for (let i = 0; i < OPEN; i++) this.#ask();
      if (message[0] !== 7) continue;
      this.bytes += message.length - 9;
      this.#ask();
    }
  }

  /** A choke drops what was asked for: with the next unchoke it asks anew. */
  #ask(): void {
    this.#peer.request(this.#next++ % this.#pieces, 0, BLOCK);
  }
}

/** Moves the node's clock on by seconds, letting the sockets come to rest after each. */
async function pass(clock: ManualClock, seconds: number, isAtRest: () => boolean): Promise<void> {
  for (let second = 0; second < seconds; second++) {
    clock.advance(1000);
    const deadlineMs = performance.now() + 10_000;
    for (let rest = 0; rest < 2; rest = isAtRest() ? rest + 1 : 0) {
      await turn();
      if (performance.now() > deadlineMs) throw new Error('the sockets do not come to rest');
    }
  }
}

test('50 leechers with equal lines get within 20 % of each other over turns of 20 slots', async (t) => {
  const fixture = await makeTorrentFixture(t, { content: 200 * BLOCK, pieceLength: BLOCK });
  const clock = new ManualClock();
  const { port, node, torrent } = await seedFixture(t, fixture, {
    clock,
    // A look at the files that is under way when the clock is moved on would be late.
    limits: { uploadSlots: 20, idleTimeoutMs: 1e9, stallTimeoutMs: 1e9, storageCheckIntervalMs: 1e12 },
    rates: { limits: { node: 200_000 }, isLocalLimited: true },
  });
  const takers = await Promise.all(Array.from({ length: LEECHERS }, () => Taker.join(t, port, fixture)));
  await eventually(
    'all to be there',
    () => [...torrent.peers].filter((p) => p.isInterested).length === LEECHERS,
  );
  const received = (): number => takers.reduce((sum, { bytes }) => sum + bytes, 0);
  await pass(clock, SECONDS, () => received() === node.counters.uploadedBytes);
  const got = takers.map(({ bytes }) => bytes);
  const [least, most] = [Math.min(...got), Math.max(...got)];
  t.diagnostic(`${node.counters.uploadedBytes} bytes in all, from ${least} to ${most} a leecher`);
  assert.ok(node.counters.uploadedBytes <= 1.05 * 200_000 * SECONDS);
  assert.ok(least >= 0.8 * most, `from ${least} to ${most} bytes`);
});
