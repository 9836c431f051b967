import { randomInt } from 'node:crypto';
import type { FailureReply } from '../../bittorrent/announce-response.ts';
import { type Address, isPrivateAddress } from '../../bittorrent/endpoint.ts';
import { mixBits } from '../store/seeded-hash.ts';

/** What a {@link FloodGate} is made of. */
export interface FloodGateOptions {
  /** Announces and scrapes that one IPv4 address, or one IPv6 /64, may send in a second for as long as it likes. */
  readonly ratePerSecond: number;
  /** How many may come at once; left out: {@link BURST_SECONDS} of them. */
  readonly burst?: number;
  /** Addresses that are remembered at the same time, rounded up to a power of two. 16 bytes each. */
  readonly entries?: number;
  /** Who may send as much as he likes; left out: private and loopback addresses. */
  readonly isExempt?: (address: Address) => boolean;
  /** Milliseconds of a clock that never goes back. */
  readonly nowMs?: () => number;
  /** Told of what was shed since it was last told, once a second at most. */
  readonly onShed?: (shed: number) => void;
}

/** What is answered to whoever sends too much, where an answer is due (BEP 31). */
export const FLOOD_REFUSAL: FailureReply = Object.freeze({
  reason: 'too many announces from your address: try again later',
  retryInSeconds: 300,
  intervalSeconds: 300,
});

/** A client with two thousand torrents announces them all when it starts. */
export const BURST_SECONDS = 20;
const DEFAULT_ENTRIES = 65_536;
/** Places in which an address may lie: one cache line of times. */
const WAYS = 8;
const TELL_EVERY_MS = 1000;

/**
 * Sheds what one sender sends beyond its share, before it costs anything else: a token bucket an IPv4 address and an IPv6 /64 (which is
 * what one customer gets). A bucket is one number, the time at which it will be full again (the generic cell rate algorithm of
 * ATM), so a full bucket and one that was never seen are the same, and nothing has to be cleaned up. The table has a fixed size; when
 * the eight places of an address are all taken, the fullest bucket makes room, so that a flood cannot wash itself out.
 */
export class FloodGate {
  /** When each bucket is full again, in milliseconds of the clock. */
  readonly #fullAt: Float64Array;
  /** Two words of address each. */
  readonly #keys: Int32Array;
  readonly #mask: number;
  readonly #costMs: number;
  readonly #depthMs: number;
  readonly #isExempt: (address: Address) => boolean;
  readonly #nowMs: () => number;
  readonly #onShed: (shed: number) => void;
  /** Nobody outside can choose addresses that fall into one set, nor an IPv6 network that stands for an IPv4 address. */
  readonly #secret = randomInt(0x1_0000_0000) | 0;
  #shed = 0;
  #told = 0;
  #toldAtMs = Number.NEGATIVE_INFINITY;

  constructor(options: FloodGateOptions) {
    const sets = 2 ** Math.ceil(Math.log2(Math.max(1, (options.entries ?? DEFAULT_ENTRIES) / WAYS)));
    this.#fullAt = new Float64Array(sets * WAYS);
    this.#keys = new Int32Array(sets * WAYS * 2);
    this.#mask = sets - 1;
    this.#costMs = 1000 / options.ratePerSecond;
    this.#depthMs = this.#costMs * Math.max(1, options.burst ?? options.ratePerSecond * BURST_SECONDS);
    this.#isExempt = options.isExempt ?? isPrivateAddress;
    this.#nowMs = options.nowMs ?? (() => performance.now());
    this.#onShed = options.onShed ?? (() => {});
  }

  /** Announces and scrapes that were shed so far. */
  get shed(): number {
    return this.#shed;
  }

  /** Memory of the table. */
  get bytesUsed(): number {
    return this.#fullAt.byteLength + this.#keys.byteLength;
  }

  /** Whether another announce or scrape of a sender is taken. Constant time; nothing is allocated. */
  admits(address: Address): boolean {
    if (this.#isExempt(address)) return true;
    const now = this.#nowMs();
    const place = this.#placeOf(address, now);
    const fullAt = Math.max(this.#fullAt[place] as number, now) + this.#costMs; // a place in the table
    if (fullAt - now > this.#depthMs) return this.#refuse(now);
    this.#fullAt[place] = fullAt;
    return true;
  }

  /** The place of an address: its own, or the fullest bucket of its set, which is then its own. */
  #placeOf(address: Address, now: number): number {
    const high = wordAt(address, 0);
    const low = address.length === 4 ? this.#secret : wordAt(address, 4);
    const first = (mixBits(high ^ mixBits(low ^ this.#secret)) & this.#mask) * WAYS;
    let fullest = first;
    for (let place = first; place < first + WAYS; place++) {
      if (this.#keys[place * 2] === high && this.#keys[place * 2 + 1] === low) return place;
      if ((this.#fullAt[place] as number) < (this.#fullAt[fullest] as number)) fullest = place;
    }
    this.#keys[fullest * 2] = high;
    this.#keys[fullest * 2 + 1] = low;
    this.#fullAt[fullest] = now;
    return fullest;
  }

  #refuse(now: number): false {
    this.#shed++;
    if (now - this.#toldAtMs >= TELL_EVERY_MS) {
      const since = this.#shed - this.#told;
      this.#toldAtMs = now;
      this.#told = this.#shed;
      this.#onShed(since);
    }
    return false;
  }
}

function wordAt(address: Address, at: number): number {
  return (
    ((address[at] as number) << 24) | // 4 or 16 bytes
    ((address[at + 1] as number) << 16) |
    ((address[at + 2] as number) << 8) |
    (address[at + 3] as number)
  );
}
