import type { Logger } from 'pino';
import { infoHashToHex } from '../bittorrent/info-hash.ts';
import { type OwnSeedRows, takePeers } from '../persistence/nodes/shared-peers.ts';
import type { Persistence } from '../persistence/persistence.ts';
import type { TrackerCore } from '../tracker/core.ts';
import type { Catalogue } from './catalogue.ts';
import type { CompletedCounts } from './catalogue-types.ts';

/** How peers are put back. */
export interface WarmRestartOptions {
  /** Unix seconds. */
  readonly nowSeconds: number;
  /** Rows of our own seed node, where it has some. */
  readonly ownSeeds?: OwnSeedRows | undefined;
  readonly logger: Pick<Logger, 'error'>;
}

/**
 * Puts back what an earlier run knew: torrents, the peers of their swarms that are not out of date, and how often they were
 * completed, also of swarms that nobody registered.
 */
export async function warmRestart(
  catalogue: Catalogue,
  tracker: TrackerCore,
  persistence: Persistence,
  { nowSeconds, ownSeeds, logger }: WarmRestartOptions,
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
  for await (const batch of persistence.loadPeers(nowSeconds)) takePeers(batch, tracker, { ownSeeds });
  for (const total of totals) tracker.restoreCompleted(total.infoHash, total);
}
