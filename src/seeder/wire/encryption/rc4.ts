/** Bytes of the key stream that protocol encryption throws away: the first ones betray the key. */
const DISCARDED = 1024;

/** One direction of an encrypted connection: RC4 without the first KiB of its key stream. Encrypting is decrypting. */
export class Rc4 {
  readonly #state = new Uint8Array(256);
  #i = 0;
  #j = 0;

  /** @param key 1 to 256 bytes. */
  constructor(key: Uint8Array) {
    const state = this.#state;
    for (let i = 0; i < 256; i++) state[i] = i;
    for (let i = 0, j = 0; i < 256; i++) {
      const x = state[i] as number; // typed array, index below 256; so below
      j = (j + x + (key[i % key.length] as number)) & 0xff;
      state[i] = state[j] as number;
      state[j] = x;
    }
    this.apply(new Uint8Array(DISCARDED));
  }

  /** Encrypts or decrypts the next bytes of the stream where they lie. */
  apply(bytes: Uint8Array): void {
    this.applyTo(bytes, bytes);
  }

  /**
   * Encrypts or decrypts the next bytes of the stream into `target`, which is as long; `source` stays as it is.
   * 20 to 33 us a block of 16 KiB; a state of 32-bit numbers takes half as long again.
   */
  applyTo(source: Uint8Array, target: Uint8Array): void {
    const state = this.#state;
    let i = this.#i;
    let j = this.#j;
    for (let at = 0; at < source.length; at++) {
      i = (i + 1) & 0xff;
      const x = state[i] as number;
      j = (j + x) & 0xff;
      const y = state[j] as number;
      state[i] = y;
      state[j] = x;
      target[at] = (source[at] as number) ^ (state[(x + y) & 0xff] as number);
    }
    this.#i = i;
    this.#j = j;
  }
}
