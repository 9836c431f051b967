import type { PeerState } from './peer-journal.ts';

/** The columns of a {@link PeerBatch}: each array holds one field of all peers. */
export interface PeerColumns {
  /** 20 bytes a peer. */
  infoHashes: Uint8Array<ArrayBuffer>;
  /** 4 or 6. */
  families: Uint8Array<ArrayBuffer>;
  /** 16 bytes a peer; an IPv4 address uses the first four, and the rest is undefined. */
  addresses: Uint8Array<ArrayBuffer>;
  ports: Uint16Array<ArrayBuffer>;
  /** 20 bytes a peer. */
  peerIds: Uint8Array<ArrayBuffer>;
  keys: Uint32Array<ArrayBuffer>;
  /** Bytes; so are the next two. */
  uploaded: Float64Array<ArrayBuffer>;
  downloaded: Float64Array<ArrayBuffer>;
  left: Float64Array<ArrayBuffer>;
  /** Unix seconds; so is the next one. */
  lastSeen: Uint32Array<ArrayBuffer>;
  expires: Uint32Array<ArrayBuffer>;
  /** 1: the peer has left, and only its endpoint and times count. */
  gone: Uint8Array<ArrayBuffer>;
}

/** Peers on their way between a tracker and a database: a structure of arrays, 96 bytes a peer, no object a peer. */
export class PeerBatch {
  columns: PeerColumns;
  /** Rows in use. */
  length = 0;

  constructor(capacity: number) {
    this.columns = allocateColumns(capacity);
  }

  /** Adopts columns, for example those that came from a worker thread. */
  static fromColumns(columns: PeerColumns, length: number): PeerBatch {
    const batch = new PeerBatch(0);
    batch.columns = columns;
    batch.length = length;
    return batch;
  }

  /** Rows there is room for. */
  get capacity(): number {
    return this.columns.ports.length;
  }

  /** The index of a new last row, whose content is undefined. Makes room when there is none. */
  addRow(): number {
    if (this.length === this.capacity) this.reserve(Math.max(16, this.capacity * 2));
    return this.length++;
  }

  /** Makes room for `capacity` rows in all. */
  reserve(capacity: number): void {
    if (capacity <= this.capacity) return;
    const columns = allocateColumns(capacity);
    copyColumns(this.columns, columns, 0, this.length);
    this.columns = columns;
  }

  /** A copy of the rows from `start` up to `end`, in arrays of their own that have no spare room. */
  slice(start: number, end: number): PeerBatch {
    const copy = new PeerBatch(end - start);
    copyColumns(this.columns, copy.columns, start, end);
    copy.length = end - start;
    return copy;
  }

  /** The memory of the columns, for the transfer list of postMessage: a transferred batch is empty afterwards. */
  buffers(): ArrayBuffer[] {
    return Object.values(this.columns).map((column: Uint8Array<ArrayBuffer>) => column.buffer);
  }

  /** Writes who the peer of a row is. `address` has 4 or 16 bytes. */
  setKey(row: number, infoHash: Uint8Array, address: Uint8Array, port: number): void {
    const { infoHashes, addresses, families, ports } = this.columns;
    copyBytes(infoHash, infoHashes, row * 20, 20);
    copyBytes(address, addresses, row * 16, address.length);
    families[row] = address.length === 4 ? 4 : 6;
    ports[row] = port;
  }

  /** Writes what the peer of a row is doing. */
  setPeer(row: number, peer: PeerState, lastSeenSeconds: number, expiresAtSeconds: number): void {
    const columns = this.columns;
    copyBytes(peer.peerId, columns.peerIds, row * 20, 20);
    columns.keys[row] = peer.key;
    columns.uploaded[row] = peer.uploaded;
    columns.downloaded[row] = peer.downloaded;
    columns.left[row] = peer.left;
    columns.lastSeen[row] = lastSeenSeconds;
    columns.expires[row] = expiresAtSeconds;
    columns.gone[row] = 0;
  }

  /** Writes that the peer of a row has left; the row is kept until `expiresAtSeconds` to tell others. */
  setGone(row: number, lastSeenSeconds: number, expiresAtSeconds: number): void {
    const columns = this.columns;
    columns.peerIds.fill(0, row * 20, row * 20 + 20);
    columns.keys[row] = 0;
    columns.uploaded[row] = 0;
    columns.downloaded[row] = 0;
    columns.left[row] = 0;
    columns.lastSeen[row] = lastSeenSeconds;
    columns.expires[row] = expiresAtSeconds;
    columns.gone[row] = 1;
  }

  /** The info-hash of a row: a view, valid until the batch grows or changes. So are the next two. */
  infoHashAt(row: number): Uint8Array {
    return this.columns.infoHashes.subarray(row * 20, row * 20 + 20);
  }

  /** The address of a row: 4 or 16 bytes. */
  addressAt(row: number): Uint8Array {
    const length = this.columns.families[row] === 4 ? 4 : 16;
    return this.columns.addresses.subarray(row * 16, row * 16 + length);
  }

  /** The peer id of a row: 20 bytes. */
  peerIdAt(row: number): Uint8Array {
    return this.columns.peerIds.subarray(row * 20, row * 20 + 20);
  }

  /** What the peer of a row is doing, as an object: not for hot paths. */
  stateAt(row: number): PeerState {
    const { keys, uploaded, downloaded, left } = this.columns;
    return {
      peerId: this.peerIdAt(row),
      key: keys[row] ?? 0,
      uploaded: uploaded[row] ?? 0,
      downloaded: downloaded[row] ?? 0,
      left: left[row] ?? 0,
    };
  }
}

function allocateColumns(capacity: number): PeerColumns {
  return {
    infoHashes: new Uint8Array(capacity * 20),
    families: new Uint8Array(capacity),
    addresses: new Uint8Array(capacity * 16),
    ports: new Uint16Array(capacity),
    peerIds: new Uint8Array(capacity * 20),
    keys: new Uint32Array(capacity),
    uploaded: new Float64Array(capacity),
    downloaded: new Float64Array(capacity),
    left: new Float64Array(capacity),
    lastSeen: new Uint32Array(capacity),
    expires: new Uint32Array(capacity),
    gone: new Uint8Array(capacity),
  };
}

function copyColumns(from: PeerColumns, to: PeerColumns, start: number, end: number): void {
  to.infoHashes.set(from.infoHashes.subarray(start * 20, end * 20));
  to.families.set(from.families.subarray(start, end));
  to.addresses.set(from.addresses.subarray(start * 16, end * 16));
  to.ports.set(from.ports.subarray(start, end));
  to.peerIds.set(from.peerIds.subarray(start * 20, end * 20));
  to.keys.set(from.keys.subarray(start, end));
  to.uploaded.set(from.uploaded.subarray(start, end));
  to.downloaded.set(from.downloaded.subarray(start, end));
  to.left.set(from.left.subarray(start, end));
  to.lastSeen.set(from.lastSeen.subarray(start, end));
  to.expires.set(from.expires.subarray(start, end));
  to.gone.set(from.gone.subarray(start, end));
}

// A loop: set() costs a third more for arrays as short as these.
function copyBytes(from: Uint8Array, to: Uint8Array, offset: number, length: number): void {
  for (let i = 0; i < length; i++) to[offset + i] = from[i] as number; // in range: the caller gives the length
}
