import type { Logger } from 'pino';
import { parseAddress } from '../bittorrent/endpoint.ts';
import { infoHashFromBytes } from '../bittorrent/info-hash.ts';
import type { Config } from '../config/settings.ts';
import { type CommittedJournal, GroupCommit } from '../persistence/group-commit.ts';
import { nullJournal } from '../persistence/peer-journal.ts';
import type { Persistence } from '../persistence/persistence.ts';
import { WriteBehind } from '../persistence/write-behind.ts';
import { Enforcement } from '../tracker/access/enforcement.ts';
import type { AnnounceRule } from '../tracker/announce-rule.ts';
import { TrackerCore } from '../tracker/core.ts';
import { CommitGate } from '../tracker/front-end/commit-gate.ts';
import { LimitedLog } from '../tracker/front-end/limited-log.ts';
import { ipParameterTrust } from './ip-parameter.ts';
import type { JoinedNodes } from './join-nodes.ts';
import type { StartedAccess } from './start-access.ts';
import type { StartedParts } from './started-parts.ts';
import { watchLoad } from './watch-load.ts';

/** How often peers that fell silent are looked for. */
const EXPIRY_INTERVAL_MS = 5_000;
/** How long a database that takes nothing is tried at the end; what it does not take is logged as lost. */
const JOURNAL_DEADLINE_MS = 1_500;
/** How often expired peers are deleted from the database. */
const CLEANUP_INTERVAL_MS = 60_000;

/** Other nodes wait for what is written. */
const SHARED_FLUSH_INTERVAL_MS = 500;
const SHARED_MAX_BACKOFF_MS = 5_000;

/** A tracker core that is kept in order. */
export interface StartedTracker {
  readonly tracker: TrackerCore;
  /** What it writes behind. */
  readonly journal: WriteBehind;
  /** Where answers wait for their commit; undefined when durability is relaxed. */
  readonly commits: CommitGate | undefined;
}

/** What the tracker is wired to. */
export interface TrackerParts {
  readonly persistence: Persistence;
  readonly nodes: JoinedNodes;
  /** What announces have to pass. */
  readonly rules: readonly AnnounceRule[];
  readonly access: StartedAccess;
  /** What else strict durability waits for. */
  readonly userJournal: CommittedJournal | undefined;
  readonly logger: Logger;
}

/** The tracker core, with its changes written behind and the silent peers taken out. */
export function startTracker(
  config: Config,
  { persistence, nodes, access, rules, userJournal, logger }: TrackerParts,
  started: StartedParts,
): StartedTracker {
  const nowSeconds = (): number => Math.floor(nodes.clock.now() / 1_000);
  const journal = new WriteBehind({
    persistence,
    logger,
    clock: nodes.clock,
    hasReservedRoom: (infoHash) => tracker.isRegistered(infoHashFromBytes(infoHash)),
    ...(persistence.isShared && {
      flushIntervalMs: SHARED_FLUSH_INTERVAL_MS,
      maxBackoffMs: SHARED_MAX_BACKOFF_MS,
      keepsEvicted: true,
      goneKeptSeconds: goneKeptSeconds(config.interval),
    }),
  });
  const tracker: TrackerCore = new TrackerCore({
    // What ends with this process needs no second copy in its memory, which a flood of info-hashes would fill.
    journal: config.database === 'memory' ? nullJournal : journal,
    clock: nowSeconds,
    rules: [access.clients, ...rules],
    access: access.torrents,
    deniedAddresses: access.addresses,
    intervalSeconds: config.interval,
    minIntervalSeconds: config.minInterval,
    maxIntervalSeconds: config.maxInterval,
    webIntervalSeconds: config.wsInterval,
    prefersNearPeers: config.locality,
    isFullScrapeAllowed: config.fullScrape,
    limits: {
      maxPeers: config.maxPeers,
      maxSwarms: config.maxSwarms,
      maxPeersPerSwarm: config.maxPeersPerSwarm,
    },
    trustsIpParameterOf: ipParameterTrust(config.trustIpParameter),
    publicAddresses: config.publicAddress.flatMap((text) => parseAddress(text) ?? []),
  });
  journal.start();
  watchLoad(tracker, started);
  const enforcement = new Enforcement(() => tracker.enforceAccess());
  enforcement.start();
  access.control.onChange((infoHash) => {
    tracker.accessChanged(infoHash);
    enforcement.wake();
  });
  access.announcers.onAddressesChanged(() => {
    tracker.deniedAddressesChanged();
    enforcement.wake();
  });
  const expiry = setInterval(() => tracker.expire(), EXPIRY_INTERVAL_MS);
  const cleanup = setInterval(() => {
    if (nodes.membership?.isFirst === false) return; // one of the nodes does it for all
    persistence
      .expirePeers(nowSeconds())
      .catch((error: unknown) => logger.warn({ err: error }, 'expired peers could not be deleted'));
  }, CLEANUP_INTERVAL_MS);
  started.onStop(async () => {
    enforcement.stop();
    clearInterval(expiry);
    clearInterval(cleanup);
    await journal.stop(JOURNAL_DEADLINE_MS);
  });
  return {
    tracker,
    journal,
    commits:
      config.durability === 'strict'
        ? commitGate([journal, ...(userJournal === undefined ? [] : [userJournal])], logger)
        : undefined,
  };
}

/** As long as a peer lives without an announce: so no node keeps one that has gone, however long that node was away. */
function goneKeptSeconds(intervalSeconds: number): number {
  return Math.ceil(2.2 * intervalSeconds) + 60;
}

function commitGate(journals: readonly CommittedJournal[], logger: Logger): CommitGate {
  const group = new GroupCommit({ journals });
  const log = new LimitedLog(
    logger,
    'warn',
    'announces could not be saved; their clients were told to come back',
  );
  return new CommitGate({ commit: () => group.commit(), onFailure: (err) => log.log({ err }) });
}
