import type { PeerBatch } from '../peer-batch.ts';
import { wholeBytes } from '../sql/peer-record.ts';

const INSERT = `INSERT INTO peers (info_hash, address, port, peer_id, client_key, uploaded_bytes, downloaded_bytes, left_bytes,
  last_seen_at, expires_at, is_gone, node_id, sequence) VALUES `;

// What another node saw later stays as it is, and a peer that has gone keeps what it was. VALUES() is what MariaDB and MySQL
// both know. Columns are set from left to right, and what is read of them then is new: so the two that decide come last.
const isOlder = '(node_id <> VALUES(node_id) AND last_seen_at > VALUES(last_seen_at))';
const kept = (column: string) =>
  `${column} = IF(VALUES(is_gone) OR ${isOlder}, ${column}, VALUES(${column}))`;
const taken = (column: string) => `${column} = IF(${isOlder}, ${column}, VALUES(${column}))`;
const ON_DUPLICATE = ` ON DUPLICATE KEY UPDATE ${[
  ...['peer_id', 'client_key', 'uploaded_bytes', 'downloaded_bytes', 'left_bytes'].map(kept),
  ...['expires_at', 'is_gone', 'sequence', 'node_id', 'last_seen_at'].map(taken),
].join(', ')}`;

/** The longest text of a row: three blobs as hexadecimal digits, and ten numbers. */
const MOST_ROW_BYTES = 112 + 10 * 17 + 24;
/** Beyond this many, longer statements gain little, and encoding one would hold up the event loop. bench database */
const MOST_ROWS = 1_000;

/** How many rows a statement may have where the server takes packets of `maxPacketBytes`. */
export function rowsPerStatement(maxPacketBytes: number): number {
  const room = maxPacketBytes - INSERT.length - ON_DUPLICATE.length - 16;
  return Math.max(1, Math.min(MOST_ROWS, Math.floor(room / MOST_ROW_BYTES)));
}

/**
 * One statement that adds or replaces the rows from `start` up to `end`; row 0 of the batch has the sequence `firstSequence`.
 * Text, not a prepared statement: it costs us the same, passes every proxy, and needs no statement kept a size and connection; the
 * server would save about a fifth of its time. Nothing in it but digits comes from outside.
 */
export function upsertStatement(
  batch: PeerBatch,
  start: number,
  end: number,
  { nodeId, firstSequence }: { readonly nodeId: number; readonly firstSequence: number },
): string {
  let text = INSERT;
  for (let row = start; row < end; row++) {
    if (row > start) text += ',';
    text += rowText(batch, row, `${nodeId},${firstSequence + row}`);
  }
  return text + ON_DUPLICATE;
}

function rowText({ columns }: PeerBatch, row: number, tail: string): string {
  const { infoHashes, families, addresses, ports, peerIds, keys, uploaded, downloaded, left } = columns;
  const addressEnd = row * 16 + (families[row] === 4 ? 4 : 16);
  const infoHash = hex(infoHashes, row * 20, row * 20 + 20);
  const address = hex(addresses, row * 16, addressEnd);
  const peerId = hex(peerIds, row * 20, row * 20 + 20);
  const counts = `${wholeBytes(uploaded[row])},${wholeBytes(downloaded[row])},${wholeBytes(left[row])}`;
  const times = `${columns.lastSeen[row]},${columns.expires[row]}`;
  return `(x'${infoHash}',x'${address}',${ports[row]},x'${peerId}',${keys[row]},${counts},${times},${columns.gone[row]},${tail})`;
}

/** Like Buffer's, of a Uint8Array. */
function hex(bytes: Uint8Array<ArrayBuffer>, start: number, end: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex', start, end);
}
