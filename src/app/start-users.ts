import type { Logger } from 'pino';
import type { UserCounters } from '../api/metrics/sources.ts';
import { Users } from '../api/users.ts';
import type { Config } from '../config/settings.ts';
import type { CommittedJournal } from '../persistence/group-commit.ts';
import type { Persistence } from '../persistence/persistence.ts';
import { ClientSessions } from '../tracker/users/client-sessions.ts';
import { PrivateMode } from '../tracker/users/private-mode.ts';
import { TorrentCredits } from '../tracker/users/torrent-credits.ts';
import { SESSION_KEPT_SECONDS, TrafficAccounts } from '../tracker/users/traffic-accounts.ts';
import { TrafficWriter } from '../tracker/users/traffic-writer.ts';
import { UserRegistry } from '../tracker/users/user-registry.ts';
import type { StartedParts } from './started-parts.ts';

/** How often sessions that are over are looked for. */
const SWEEP_INTERVAL_MS = 5_000;
/** How often they are deleted from the database. */
const CLEANUP_INTERVAL_MS = 5 * 60_000;
/** How long a database that refuses is tried at the end: by then the swarms have tried it for longer. */
const WRITER_DEADLINE_MS = 500;

/** What users are wired to. */
export interface UsersNeeds {
  readonly persistence: Persistence;
  /** Unix seconds, by the clock of the database. */
  readonly clock: () => number;
  readonly logger: Logger;
}

/** Users, and what they do. */
export interface StartedUsers {
  readonly users: Users;
  /** What makes the tracker private; undefined when the settings want it public. */
  readonly rule: PrivateMode | undefined;
  /** Where what they do is written from; undefined when nothing is. */
  readonly journal: CommittedJournal | undefined;
  /** Takes up what an earlier run knew. Call it behind the warm restart of the swarms. */
  load(): Promise<void>;
  /** Undefined for a public tracker. */
  readonly counters: (() => UserCounters) | undefined;
}

/** The users. They can be managed whether or not the tracker is private; only a private one asks them. */
export function startUsers(
  config: Config,
  { persistence, clock, logger }: UsersNeeds,
  started: StartedParts,
): StartedUsers {
  const registry = new UserRegistry();
  const credits = new TorrentCredits();
  const accounts = new TrafficAccounts({
    sessions: new ClientSessions(config.maxPeers),
    credits,
    isUser: (userId) => registry.get(userId) !== undefined,
    clock,
    maxRate: config.maxUserRate === 0 ? Number.POSITIVE_INFINITY : config.maxUserRate * 1024 * 1024,
    intervalSeconds: config.interval,
  });
  const writer = new TrafficWriter({ accounts, store: persistence.users, logger });
  const users = new Users({
    store: persistence.users,
    registry,
    credits,
    accounts,
    flush: () => writer.flush(),
    nowSeconds: clock,
  });
  if (!config.privateTracker)
    return {
      users,
      rule: undefined,
      journal: undefined,
      load: () => users.reload(),
      counters: undefined,
    };
  const rule = new PrivateMode({
    users: registry,
    accounts,
    clock,
    limits: { maxPeersPerTorrent: config.maxUserPeers, maxLeeching: config.maxUserDownloads },
  });
  writer.start();
  const sweep = setInterval(() => accounts.sweep(), SWEEP_INTERVAL_MS);
  const cleanup = setInterval(() => {
    persistence.users
      .expireSessions(clock() - SESSION_KEPT_SECONDS)
      .catch((err: unknown) => logger.warn({ err }, 'old sessions of users could not be deleted'));
  }, CLEANUP_INTERVAL_MS);
  started.onStop(async () => {
    clearInterval(sweep);
    clearInterval(cleanup);
    await writer.stop(WRITER_DEADLINE_MS);
  });
  return {
    users,
    rule,
    journal: writer,
    load: () => users.load(clock() - SESSION_KEPT_SECONDS),
    counters: () => ({
      users: registry.size,
      ...rule.counters,
      ...accounts.counters,
      pending: writer.pending,
      lagSeconds: writer.lagSeconds,
    }),
  };
}
