import { randomFillSync } from 'node:crypto';
import { PeerBatch } from './peer-batch.ts';

/**
 * Peers that wait to be written, each once: an open-addressed table from info-hash, address and port to the row of a
 * batch. Rows are never removed; the whole is cleared when it was written.
 */
export class PendingPeers {
  readonly batch: PeerBatch;
  readonly #maxPeers: number;
  /** Row + 1, or 0 for an empty slot. A power of two, at least twice the rows. */
  #slots: Int32Array;
  /** The hash of each row, so that growing needs no keys and most false hits no comparison. */
  #hashes: Uint32Array;
  readonly #multipliers = randomFillSync(new Int32Array(19));

  constructor(maxPeers: number, capacity = 1024) {
    this.#maxPeers = maxPeers;
    this.batch = new PeerBatch(capacity);
    this.#slots = new Int32Array(slotCount(capacity));
    this.#hashes = new Uint32Array(capacity);
  }

  /** Peers that wait. */
  get size(): number {
    return this.batch.length;
  }

  /** Rows there is memory for. */
  get capacity(): number {
    return this.batch.capacity;
  }

  /** Forgets all peers and keeps the memory. */
  clear(): void {
    this.#slots.fill(0);
    this.batch.length = 0;
  }

  /** The row of this peer, made when it is new; -1 when it is new and `maxPeers` wait. */
  rowOf(infoHash: Uint8Array, address: Uint8Array, port: number, maxPeers = this.#maxPeers): number {
    const hash = this.#hash(infoHash, address, port);
    const slot = this.#find(hash, infoHash, address, port);
    const found = this.#slots[slot] as number; // the slot lies within the table
    if (found !== 0) return found - 1;
    if (this.batch.length >= maxPeers) return -1;
    return this.#insert(slot, hash, infoHash, address, port);
  }

  /** The row of this peer; -1 when it does not wait. */
  find(infoHash: Uint8Array, address: Uint8Array, port: number): number {
    const slot = this.#find(this.#hash(infoHash, address, port), infoHash, address, port);
    return (this.#slots[slot] as number) - 1; // the slot lies within the table
  }

  #insert(slot: number, hash: number, infoHash: Uint8Array, address: Uint8Array, port: number): number {
    const row = this.batch.addRow();
    this.batch.setKey(row, infoHash, address, port);
    if (row >= this.#hashes.length) {
      this.#grow();
      this.#hashes[row] = hash;
      this.#place(hash, row);
    } else {
      this.#hashes[row] = hash;
      this.#slots[slot] = row + 1;
    }
    return row;
  }

  #find(hash: number, infoHash: Uint8Array, address: Uint8Array, port: number): number {
    const mask = this.#slots.length - 1;
    let slot = spread(hash) & mask;
    for (;;) {
      const entry = this.#slots[slot] as number; // masked
      if (entry === 0) return slot;
      if (this.#hashes[entry - 1] === hash && this.#isPeer(entry - 1, infoHash, address, port)) return slot;
      slot = (slot + 1) & mask;
    }
  }

  #isPeer(row: number, infoHash: Uint8Array, address: Uint8Array, port: number): boolean {
    const { ports, families, addresses, infoHashes } = this.batch.columns;
    if (ports[row] !== port || families[row] !== (address.length === 4 ? 4 : 6)) return false;
    for (let i = 0; i < address.length; i++) if (addresses[row * 16 + i] !== address[i]) return false;
    for (let i = 0; i < 20; i++) if (infoHashes[row * 20 + i] !== infoHash[i]) return false;
    return true;
  }

  /**
   * A sum of 16-bit words by secret random numbers: cheap, and nobody outside can choose info-hashes and ports that
   * fall together.
   */
  #hash(infoHash: Uint8Array, address: Uint8Array, port: number): number {
    // 19 numbers: 10 for the info-hash, 8 for the address, and 1; lengths are fixed: 20, 4 or 16.
    const multipliers = this.#multipliers;
    let sum = Math.imul(port, multipliers[18] as number);
    for (let i = 0; i < 10; i++) {
      const word = ((infoHash[2 * i] as number) << 8) | (infoHash[2 * i + 1] as number);
      sum = (sum + Math.imul(word, multipliers[i] as number)) | 0;
    }
    const words = address.length >>> 1;
    for (let i = 0; i < words; i++) {
      const word = ((address[2 * i] as number) << 8) | (address[2 * i + 1] as number);
      sum = (sum + Math.imul(word, multipliers[10 + i] as number)) | 0;
    }
    return sum >>> 0;
  }

  #grow(): void {
    const capacity = this.batch.capacity;
    const hashes = new Uint32Array(capacity);
    hashes.set(this.#hashes);
    this.#slots = new Int32Array(slotCount(capacity));
    const count = this.#hashes.length;
    this.#hashes = hashes;
    for (let row = 0; row < count; row++) this.#place(hashes[row] as number, row); // row < count
  }

  #place(hash: number, row: number): void {
    const mask = this.#slots.length - 1;
    let slot = spread(hash) & mask;
    while (this.#slots[slot] !== 0) slot = (slot + 1) & mask;
    this.#slots[slot] = row + 1;
  }
}

/** The upper bits of the sum are the well mixed ones; the mask takes the lower. */
function spread(hash: number): number {
  return (hash >>> 11) ^ (hash << 10);
}

function slotCount(rows: number): number {
  return 2 ** Math.ceil(Math.log2(Math.max(16, rows * 2)));
}
