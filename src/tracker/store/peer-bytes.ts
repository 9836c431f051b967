/** Where the compact peers of one family are put together (BEP 23, BEP 7), for one reply after another. */
export class PeerBytes {
  /** The memory in units of two bytes, of which every endpoint has a whole number. */
  readonly pairs: Uint16Array<ArrayBuffer>;
  readonly #bytes: Uint8Array<ArrayBuffer>;
  readonly #endpointBytes: number;
  /** A view for each number of peers: made once, for making one takes as long as copying the peers. */
  readonly #views: (Uint8Array | undefined)[];

  /** Room for `maxPeers` endpoints of 6 or 18 bytes. */
  constructor(maxPeers: number, endpointBytes: 6 | 18) {
    this.#bytes = new Uint8Array(maxPeers * endpointBytes);
    this.pairs = new Uint16Array(this.#bytes.buffer);
    this.#endpointBytes = endpointBytes;
    this.#views = new Array<Uint8Array | undefined>(maxPeers + 1).fill(undefined);
  }

  /** Writes the first endpoint, and returns where it ends, in units of two bytes. */
  writeFirst(address: Uint8Array, port: number): number {
    this.#bytes.set(address);
    this.#bytes[address.length] = port >>> 8;
    this.#bytes[address.length + 1] = port & 0xff;
    return this.#endpointBytes >> 1;
  }

  /** The endpoints up to `end`, which is in units of two bytes: a view, valid until others are written. */
  upTo(end: number): Uint8Array {
    const count = (end * 2) / this.#endpointBytes;
    this.#views[count] ??= this.#bytes.subarray(0, end * 2);
    return this.#views[count];
  }
}
