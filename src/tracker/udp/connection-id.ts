import type { Address } from '../../bittorrent/endpoint.ts';
import { sipHash, sipHashKey } from './siphash.ts';

/** What a connection id that came with a request is. */
export type ConnectionIdState = 'valid' | 'reused' | 'wrong';

/** What {@link ConnectionIds} is made of. */
export interface ConnectionIdOptions {
  /** 16 bytes that nobody else knows; nodes that share an address share them. */
  readonly key: Uint8Array;
  /** Unix seconds. */
  readonly clock: () => number;
  /** How long an id holds: BEP 15 says two minutes. */
  readonly lifetimeSeconds: number;
  /** How much longer it is taken from clients that go on using it. */
  readonly graceSeconds: number;
}

/** Bytes of the key. */
export const CONNECTION_KEY_BYTES = 16;
/** Another node's clock may be ahead by so much. */
const MAX_AHEAD_SECONDS = 60;
/** An id tells the lower 16 bits of the second in which it was made. */
const TIME_MASK = 0xffff;

/**
 * Connection ids (BEP 15) without memory: two bytes of time and six of a keyed hash over the time and the client's address. Who
 * cannot receive at an address cannot know its id, so that nobody is sent more than he asked for. Two bytes of seconds
 * come round after 18 hours, which is far beyond the grace; the six others leave a guess one chance in 2^48.
 */
export class ConnectionIds {
  readonly #key: Int32Array;
  readonly #options: ConnectionIdOptions;
  readonly #message = new Int32Array(6);
  readonly #hash = new Int32Array(2);

  /** @throws {TypeError} for a key of another length, and for a grace beyond what the time in an id can tell. */
  constructor(options: ConnectionIdOptions) {
    if (options.key.length !== CONNECTION_KEY_BYTES)
      throw new TypeError(`the key of connection ids has ${CONNECTION_KEY_BYTES} bytes`);
    if (options.lifetimeSeconds + options.graceSeconds > TIME_MASK - MAX_AHEAD_SECONDS)
      throw new TypeError('connection ids cannot be valid for longer than 18 hours');
    this.#key = sipHashKey(options.key);
    this.#options = options;
  }

  /** Writes the id of a client at `address`, and returns where it ends. */
  write(out: Buffer, at: number, address: Address): number {
    const now = this.#options.clock();
    this.#compute(now, address);
    out.writeUInt16BE(now & TIME_MASK, at);
    out.writeUInt16BE((this.#hash[1] as number) >>> 16, at + 2); // two words; so below
    return out.writeInt32BE(this.#hash[0] as number, at + 4);
  }

  /** What the id at the start of a request from `address` is. Takes the same time whichever byte is wrong. */
  check(packet: Buffer, address: Address): ConnectionIdState {
    const now = this.#options.clock();
    let age = (now - packet.readUInt16BE(0)) & TIME_MASK;
    if (age > TIME_MASK - MAX_AHEAD_SECONDS) age -= TIME_MASK + 1;
    this.#compute(now - age, address);
    const high = packet.readUInt16BE(2) ^ ((this.#hash[1] as number) >>> 16);
    const low = packet.readInt32BE(4) ^ (this.#hash[0] as number);
    const { lifetimeSeconds, graceSeconds } = this.#options;
    if ((high | low) !== 0 || age > lifetimeSeconds + graceSeconds) return 'wrong';
    return age > lifetimeSeconds ? 'reused' : 'valid';
  }

  #compute(seconds: number, address: Address): void {
    const message = this.#message;
    message[0] = seconds; // cut to 32 bits
    message[1] = address.length;
    let word = 2;
    for (let at = 0; at < address.length; at += 4)
      message[word++] =
        ((address[at] as number) << 24) | // 4 or 16 bytes
        ((address[at + 1] as number) << 16) |
        ((address[at + 2] as number) << 8) |
        (address[at + 3] as number);
    if (address.length === 4) message[word++] = 0;
    sipHash(this.#key, message, word, this.#hash);
  }
}
