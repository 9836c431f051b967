import type { Logger } from 'pino';
import type { Config } from '../config/settings.ts';
import type { Persistence } from '../persistence/persistence.ts';
import type { SeedNode } from '../seeder/seed-node.ts';
import type { ScrubOptions } from '../seeder/seed-node-types.ts';

/** Where the position of the scrub is kept: each node of a shared database has its own data. */
type PositionStore = Pick<Persistence, 'getSetting' | 'setSetting' | 'isShared' | 'nodeId'>;

/** How fast to scrub, and from where on. */
export async function scrubOptions(config: Config, store: PositionStore): Promise<ScrubOptions> {
  const kept = config.scrub === undefined ? undefined : await store.getSetting(nameIn(store));
  const position = kept === undefined ? undefined : Buffer.from(kept).toString('utf8');
  return { bytesPerSecond: config.scrub ?? 0, ...(position !== undefined && { position }) };
}

/** Keeps the position when it has moved. */
export function keepScrubPosition(seedNode: SeedNode, store: PositionStore, logger: Logger): void {
  seedNode.on('scrubbed', (position) => {
    store.setSetting(nameIn(store), Buffer.from(position)).catch((error: unknown) => {
      logger.warn({ err: error }, 'how far the scrub is could not be saved');
    });
  });
}

function nameIn({ isShared, nodeId }: PositionStore): string {
  return isShared ? `scrub-${nodeId}` : 'scrub';
}
