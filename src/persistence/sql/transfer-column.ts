import type { Knex } from 'knex';
import type { TransferRow } from '../torrent-store.ts';

/** Torrents changed by one statement: a database takes so many values at once. */
const ROWS_A_STATEMENT = 200;

/** Replaces what this node has moved of torrents, within the caller's transaction; those that it does not have are passed over. */
export async function changeTransfers(
  trx: Knex,
  nodeId: number,
  rows: readonly TransferRow[],
): Promise<void> {
  for (let at = 0; at < rows.length; at += ROWS_A_STATEMENT) {
    const part = rows.slice(at, at + ROWS_A_STATEMENT);
    const infoHashes = part.map(({ infoHash }) => blob(infoHash));
    const values = part.flatMap(({ transfers }, index) => [infoHashes[index] ?? null, transfers]);
    await trx('torrent_data')
      .where({ node_id: nodeId })
      .whereIn('info_hash', infoHashes)
      .update({
        transfers: trx.raw(`CASE info_hash ${part.map(() => 'WHEN ? THEN ?').join(' ')} END`, values),
      });
  }
}

/** Knex takes a Buffer for a blob, but a plain Uint8Array for an object with keys. */
function blob(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
