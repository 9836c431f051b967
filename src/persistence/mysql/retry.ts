import { setTimeout } from 'node:timers/promises';
import { codeOf } from './mysql-errors.ts';

/**
 * What a failed attempt means for another one:
 * - `undone`: nothing of it stands, and the next may succeed at once;
 * - `unready`: the same, but this server is not fit to serve now;
 * - `unreachable`: the server could not even be asked;
 * - `lost`: the answer was lost, so it may stand or not;
 * - `final`: another attempt would fail too.
 */
export type FailureKind = 'undone' | 'unready' | 'unreachable' | 'lost' | 'final';

const KINDS: Readonly<Record<string, FailureKind>> = {
  ER_LOCK_DEADLOCK: 'undone', // 1213: a deadlock; on Galera also a conflict with another server
  ER_LOCK_WAIT_TIMEOUT: 'undone', // 1205
  ER_CHECKREAD: 'undone', // 1020: somebody changed the row since we read it (MariaDB 11)
  ER_CON_COUNT_ERROR: 'undone', // 1040
  ER_UNKNOWN_COM_ERROR: 'unready', // 1047: "WSREP has not yet prepared node for application use"
  ER_SERVER_SHUTDOWN: 'unready', // 1053
  ER_OPTION_PREVENTS_STATEMENT: 'unready', // 1290: read-only, as a server that is a replica now
  ER_READ_ONLY_MODE: 'unready', // 1836
  ECONNREFUSED: 'unreachable',
  ENOTFOUND: 'unreachable',
  EAI_AGAIN: 'unreachable',
  EHOSTUNREACH: 'unreachable',
  ENETUNREACH: 'unreachable',
  ENOENT: 'unreachable', // the Unix socket
  ER_ERROR_DURING_COMMIT: 'lost', // 1180: of Galera, when the commit was cut off
  ER_QUERY_INTERRUPTED: 'lost', // 1317
  ER_CONNECTION_KILLED: 'lost', // 1927
  ER_CLIENT_INTERACTION_TIMEOUT: 'lost', // 4031: an idle connection that the server closed
  PROTOCOL_CONNECTION_LOST: 'lost',
  ECONNRESET: 'lost',
  EPIPE: 'lost',
  ETIMEDOUT: 'lost',
};

/** What a failure of mysql2 or the system means for another attempt. */
export function failureKind(error: unknown): FailureKind {
  if (typeof error === 'object' && error !== null && 'syscall' in error && error.syscall === 'connect')
    return 'unreachable';
  return KINDS[codeOf(error)] ?? 'final';
}

/** Whether no server answered: it could not be reached, or went silent. */
export function isUnreachable(error: unknown): boolean {
  return failureKind(error) === 'unreachable' || codeOf(error) === 'ETIMEDOUT';
}

/** How often and how long something is tried. */
export interface RetryOptions {
  /** Doing it twice is the same as doing it once, so it may be tried again when it is not known whether it was done. */
  readonly isRepeatable: boolean;
  /** Servers that can be asked in turn. */
  readonly servers: number;
  /** Told of each failure, before the next attempt: the place to go on to the next server. */
  readonly onFailure: (kind: FailureKind) => void;
  /** Another random number from 0 to 1, for a test. */
  readonly random?: () => number;
}

/** Attempts at most, and no new one after so long: whoever waits has its own ways to wait for a database that is away. */
const MOST_ATTEMPTS = 6;
const LAST_ATTEMPT_AFTER_MS = 10_000;
/** Pauses double from here, by a random share less: those who met once shall not meet again. */
const FIRST_PAUSE_MS = 25;

/** Does the work, and again where that is harmless and may help. Rejects with the last failure as it is. */
export async function withRetry<Result>(
  work: () => Promise<Result>,
  { isRepeatable, servers, onFailure, random = Math.random }: RetryOptions,
): Promise<Result> {
  const began = performance.now();
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      const kind = failureKind(error);
      onFailure(kind);
      const isWorthwhile = mayHelp(kind, { isRepeatable, servers, attempt });
      if (!isWorthwhile || performance.now() - began > LAST_ATTEMPT_AFTER_MS) throw error;
      await setTimeout(FIRST_PAUSE_MS * 2 ** (attempt - 1) * (0.5 + random() / 2));
    }
  }
}

function mayHelp(
  kind: FailureKind,
  context: { readonly isRepeatable: boolean; readonly servers: number; readonly attempt: number },
): boolean {
  if (kind === 'final' || context.attempt >= MOST_ATTEMPTS) return false;
  if (kind === 'lost') return context.isRepeatable;
  return kind !== 'unreachable' || context.attempt < context.servers;
}
