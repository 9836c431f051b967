import type { Logger } from 'pino';
import { addressFromBytes } from '../bittorrent/endpoint.ts';
import { infoHashFromBytes, infoHashToHex } from '../bittorrent/info-hash.ts';
import type { Persistence } from '../persistence/persistence.ts';
import type { TrackerCore } from '../tracker/core.ts';
import type { Catalogue } from './catalogue.ts';
import type { CompletedCounts } from './catalogue-types.ts';

/**
 * Puts back what an earlier run knew: torrents, the peers of their swarms that are not out of date, and how often they were
 * completed, also of swarms that nobody registered.
 */
export async function warmRestart(
  catalogue: Catalogue,
  tracker: TrackerCore,
  persistence: Persistence,
  { nowSeconds, logger }: { readonly nowSeconds: number; readonly logger: Pick<Logger, 'error'> },
): Promise<void> {
  const totals = await persistence.loadCompleted();
  const counts = new Map<string, CompletedCounts>(
    totals.map((total) => [infoHashToHex(total.infoHash), total]),
  );
  catalogue.restore(await persistence.loadTorrents(), counts, ({ infoHash, name }, err) => {
    logger.error(
      { err, infoHash: infoHashToHex(infoHash), name },
      'a stored torrent cannot be read and is left out',
    );
  });
  for await (const batch of persistence.loadPeers(nowSeconds)) {
    const { expires, ports } = batch.columns;
    for (let row = 0; row < batch.length; row++) {
      const infoHash = infoHashFromBytes(batch.infoHashAt(row));
      const address = addressFromBytes(batch.addressAt(row));
      tracker.restorePeer(infoHash, address, ports[row] ?? 0, batch.stateAt(row), expires[row] ?? 0);
    }
  }
  for (const total of totals) tracker.restoreCompleted(total.infoHash, total);
}
