import type { Logger } from 'pino';
import type { Catalogue } from '../api/catalogue.ts';
import { CatalogueError } from '../api/catalogue-error.ts';
import type { UrlBounds } from '../api/mirror-source.ts';
import { Mirrors } from '../api/mirrors.ts';
import { PendingMagnets } from '../api/pending/pending-magnets.ts';
import { packageVersion } from '../builder/version.ts';
import type { Config } from '../config/settings.ts';
import type { Persistence } from '../persistence/persistence.ts';
import { systemClock } from '../seeder/clock.ts';
import { leadsNowhere, NOBODY_TO_ASK } from '../seeder/metadata/fetch-metadata.ts';
import type { SeedNode } from '../seeder/seed-node.ts';
import { discoverySettings } from './discovery-settings.ts';
import type { StartedParts } from './started-parts.ts';

/** What mirrors are wired to. */
export interface MirrorParts {
  readonly catalogue: Catalogue;
  readonly seedNode: Pick<SeedNode, 'fetchMetadata'>;
  readonly persistence: Persistence;
  /** Unix seconds. */
  readonly nowSeconds: () => number;
  readonly urlBounds: UrlBounds | undefined;
  readonly logger: Logger;
}

/** What fetches torrents from peers; magnet links of an earlier run are taken up when it is told to restore them. */
export function startMirrors(
  config: Config,
  { catalogue, seedNode, persistence, nowSeconds, urlBounds, logger }: MirrorParts,
  started: StartedParts,
): Mirrors {
  const pending = new PendingMagnets({
    store: persistence.magnets,
    catalogue,
    fetchMetadata: (magnet, signal, maxRunningMs) => seedNode.fetchMetadata(magnet, signal, maxRunningMs),
    clock: systemClock,
    nowSeconds,
    logger,
  });
  started.onStop(() => pending.stop());
  const { dht, local } = discoverySettings(config, persistence);
  return new Mirrors({
    catalogue,
    pending,
    dataDir: config.dataDir,
    userAgent: `Seedbed/${packageVersion()}`,
    urlBounds,
    requireSomebodyToAsk: (magnet) => {
      if (dht === undefined && local === undefined && leadsNowhere(magnet))
        throw new CatalogueError('ERR_SOURCE', NOBODY_TO_ASK);
    },
  });
}
