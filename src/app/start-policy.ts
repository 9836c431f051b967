import type { Logger } from 'pino';
import type { Catalogue } from '../api/catalogue.ts';
import type { Config } from '../config/settings.ts';
import type { Persistence } from '../persistence/persistence.ts';
import type { SeedNode } from '../seeder/seed-node.ts';
import type { FollowedSwarms } from '../tracker/followed/followed-swarms.ts';
import type { JoinedNodes } from './join-nodes.ts';
import { SeederPolicy } from './policy/seeder-policy.ts';
import { UploadBudget } from './policy/upload-budget.ts';
import type { StartedParts } from './started-parts.ts';

const TICK_MS = 1_000;
/** So much of what was sent goes uncounted after a crash. */
const SAVE_INTERVAL_MS = 60_000;

/** What the policy is wired to. */
export interface PolicyParts {
  readonly seedNode: SeedNode;
  readonly followed: FollowedSwarms;
  readonly catalogue: Pick<Catalogue, 'get'>;
  readonly persistence: Pick<Persistence, 'getSetting' | 'setSetting' | 'nodeId'>;
  readonly nodes: Pick<JoinedNodes, 'clock'>;
  readonly logger: Logger;
}

/**
 * Decides whom the seed node serves, from now on: call it before the torrents come. Resolves with the budget, undefined without one.
 * @throws {PersistenceError} when what was spent cannot be read.
 */
export async function startPolicy(
  config: Config,
  parts: PolicyParts,
  started: StartedParts,
): Promise<UploadBudget | undefined> {
  const { seedNode, followed, catalogue, persistence, nodes, logger } = parts;
  const budget = await startBudget(config, parts, started);
  const policy = new SeederPolicy({
    seedNode,
    followed,
    stepBack: config.stepBack,
    delayMs: 1_000 * config.stepBackDelay,
    nowMs: () => nodes.clock.now(),
    otherHolders: (infoHash) =>
      catalogue.get(infoHash)?.holders.filter((node) => node !== persistence.nodeId).length ?? 0,
    ...(budget !== undefined && { isBudgetSpent: () => budget.look() }),
    logger,
  });
  policy.tick();
  seedNode.on('stateChanged', (torrent) => policy.stateChanged(torrent));
  const timer = setInterval(() => policy.tick(), TICK_MS);
  started.onStop(() => clearInterval(timer));
  return budget;
}

/** The budget, kept over restarts: this node's own, also where several share the database. */
async function startBudget(
  config: Config,
  { seedNode, persistence, nodes, logger }: PolicyParts,
  started: StartedParts,
): Promise<UploadBudget | undefined> {
  if (config.monthlyUpload === undefined) return undefined;
  const name = `upload-budget-${persistence.nodeId}`;
  const budget = new UploadBudget({
    limitBytes: config.monthlyUpload,
    day: config.budgetDay,
    nowMs: () => nodes.clock.now(),
    uploadedBytes: () => seedNode.counters.uploadedBytes,
  });
  const stored = await persistence.getSetting(name);
  if (stored !== undefined && !budget.restore(stored))
    logger.warn('what was spent of the upload budget cannot be read: it is counted from 0');
  let saving: Promise<void> = Promise.resolve();
  let saved = '';
  const save = (): Promise<void> => {
    budget.look();
    const record = budget.record();
    const text = Buffer.from(record).toString();
    if (text === saved) return saving;
    saved = text;
    saving = saving
      .then(() => persistence.setSetting(name, record))
      .catch((err: unknown) => {
        saved = ''; // tried again with the next
        logger.warn({ err }, 'what was spent of the upload budget could not be saved');
      });
    return saving;
  };
  const timer = setInterval(() => void save(), SAVE_INTERVAL_MS);
  started.onStop(async () => {
    clearInterval(timer);
    await save();
  });
  return budget;
}
