import type { PeerBatch } from '../peer-batch.ts';

/**
 * A row of the table of peers as both databases read it. Its blobs (info-hash, peer id, address) come as one: making a Buffer costs
 * more than all else (in SQLite 190 k against 110 k rows/s).
 */
export type PeerRecord = readonly [
  blobs: Uint8Array,
  port: number,
  key: number,
  uploaded: number,
  downloaded: number,
  left: number,
  lastSeen: number,
  expires: number,
  isGone: number,
  sequence: number,
];

/** The columns of a {@link PeerRecord} behind its blobs. */
export const PEER_COLUMNS = `port, client_key, uploaded_bytes, downloaded_bytes, left_bytes, last_seen_at, expires_at, is_gone,
  sequence`;

/** Adds a row to a batch, and returns its sequence. */
export function readPeer(batch: PeerBatch, record: PeerRecord): number {
  const [blobs, port, key, uploaded, downloaded, left, lastSeen, expires, isGone, sequence] = record;
  const row = batch.addRow();
  batch.setKey(row, blobs, blobs.subarray(40), port);
  const peerId = blobs.subarray(20, 40);
  if (isGone) batch.setGone(row, lastSeen, expires);
  else batch.setPeer(row, { peerId, key, uploaded, downloaded, left }, lastSeen, expires);
  return sequence;
}

/** The columns take whole numbers only, and one bad row must not keep a whole batch from being written. */
export function wholeBytes(bytes = 0): number {
  return bytes > 0 ? Math.min(Math.trunc(bytes), Number.MAX_SAFE_INTEGER) : 0; // NaN is not above 0 either
}
