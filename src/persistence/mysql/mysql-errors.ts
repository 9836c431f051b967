import { PersistenceError, type PersistenceErrorCode } from '../errors.ts';
import type { MysqlTarget } from '../mysql-url.ts';
import { describeMysql } from '../mysql-url.ts';

/** What mysql2 and the system say of a failure. */
interface DriverError {
  readonly code: string;
  /** The server's words, or the system's. */
  readonly text: string;
}

type Words = (target: MysqlTarget, error: DriverError) => string;

interface Meaning {
  readonly code: PersistenceErrorCode;
  readonly codes: readonly string[];
  readonly words: Words;
}

const grant: Words = ({ user, database }) => `give them with: GRANT ALL ON \`${database}\`.* TO '${user}'`;

const MEANINGS: readonly Meaning[] = [
  {
    code: 'ERR_DATABASE_ACCESS',
    codes: [
      'ER_ACCESS_DENIED_ERROR',
      'ER_ACCESS_DENIED_NO_PASSWORD_ERROR',
      'ER_ACCESS_DENIED_CHANGE_USER_ERROR',
    ],
    words: ({ user }, { text }) => `lets nobody in as "${user}" with this password (${text}): check both`,
  },
  {
    code: 'ERR_DATABASE_ACCESS',
    codes: ['ER_DBACCESS_DENIED_ERROR'],
    words: (target) =>
      `gives the user "${target.user}" no rights to "${target.database}", if that exists: ${grant(target, { code: '', text: '' })}`,
  },
  {
    code: 'ERR_DATABASE_ACCESS',
    codes: [
      'ER_TABLEACCESS_DENIED_ERROR',
      'ER_COLUMNACCESS_DENIED_ERROR',
      'ER_SPECIFIC_ACCESS_DENIED_ERROR',
      'ER_VIEW_INVALID',
    ],
    words: (target, error) =>
      `refuses the user "${target.user}" a right (${error.text}): ${grant(target, error)}`,
  },
  {
    code: 'ERR_DATABASE_OPEN',
    codes: ['ER_BAD_DB_ERROR'],
    words: ({ database }) =>
      `has no database "${database}": make it with CREATE DATABASE \`${database}\` CHARACTER SET utf8mb4`,
  },
  {
    code: 'ERR_DATABASE_AWAY',
    codes: ['ENOTFOUND', 'EAI_AGAIN', 'EAI_NONAME', 'EAI_FAIL'],
    words: () => 'cannot be reached: its host is unknown',
  },
  {
    code: 'ERR_DATABASE_AWAY',
    codes: ['ECONNREFUSED', 'ENOENT', 'EHOSTUNREACH', 'ENETUNREACH', 'EACCES', 'EADDRNOTAVAIL'],
    words: (_target, { code }) => `cannot be reached: nobody answers there (${code})`,
  },
  {
    code: 'ERR_DATABASE_AWAY',
    codes: ['ETIMEDOUT', 'PROTOCOL_SEQUENCE_TIMEOUT'],
    words: () => 'gives no answer',
  },
  {
    code: 'ERR_DATABASE_AWAY',
    codes: [
      'PROTOCOL_CONNECTION_LOST',
      'ECONNRESET',
      'EPIPE',
      'ER_SERVER_SHUTDOWN',
      'ER_CONNECTION_KILLED',
      'ER_QUERY_INTERRUPTED',
      'ER_CLIENT_INTERACTION_TIMEOUT',
    ],
    words: (_target, { code }) => `has closed the connection (${code})`,
  },
  {
    code: 'ERR_DATABASE_AWAY',
    codes: ['ER_UNKNOWN_COM_ERROR'],
    words: (_target, { text }) => `does not serve now (${text})`,
  },
  {
    code: 'ERR_DATABASE_BUSY',
    codes: ['ER_LOCK_DEADLOCK', 'ER_LOCK_WAIT_TIMEOUT', 'ER_CHECKREAD', 'ER_ERROR_DURING_COMMIT'],
    words: () => 'is locked by another program',
  },
  {
    code: 'ERR_DATABASE_BUSY',
    codes: [
      'ER_CON_COUNT_ERROR',
      'ER_TOO_MANY_USER_CONNECTIONS',
      'ER_USER_LIMIT_REACHED',
      'KnexTimeoutError',
    ],
    words: () => 'has no connection left for us: raise its max_connections, or lower the option connections',
  },
  {
    code: 'ERR_DATABASE_FULL',
    codes: [
      'ER_RECORD_FILE_FULL',
      'ER_DISK_FULL',
      'ER_OUT_OF_RESOURCES',
      'ER_OUTOFMEMORY',
      'ER_ERROR_ON_WRITE',
    ],
    words: (_target, { text }) => `has no room left (${text})`,
  },
  {
    code: 'ERR_DATABASE_READ_ONLY',
    codes: ['ER_OPTION_PREVENTS_STATEMENT', 'ER_READ_ONLY_MODE', 'ER_CANT_EXECUTE_IN_READ_ONLY_TRANSACTION'],
    words: () => 'takes no writes: it is read-only',
  },
  {
    code: 'ERR_DATABASE',
    codes: ['ER_NET_PACKET_TOO_LARGE'],
    words: () => 'takes no value of this size: raise its max_allowed_packet',
  },
  {
    code: 'ERR_DATABASE_OPEN',
    codes: ['HANDSHAKE_NO_SSL_SUPPORT'],
    words: () => 'offers no TLS: leave out ?ssl, or give it a certificate',
  },
  {
    code: 'ERR_DATABASE_OPEN',
    codes: [
      'HANDSHAKE_SSL_ERROR',
      'DEPTH_ZERO_SELF_SIGNED_CERT',
      'SELF_SIGNED_CERT_IN_CHAIN',
      'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
      'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
      'CERT_HAS_EXPIRED',
      'ERR_TLS_CERT_ALTNAME_INVALID',
    ],
    words: (_target, { text }) =>
      `has a certificate that is not trusted (${text}): name its authority with ssl-ca=FILE, or use ssl=skip-verify`,
  },
];

/**
 * Turns what mysql2, the system or knex threw into our error. The cause is left out on purpose: it carries the statement
 * with its values, and what is thrown is logged.
 */
export function toPersistenceError(error: unknown, target: MysqlTarget): PersistenceError {
  if (error instanceof PersistenceError) return error;
  const driverError = { code: codeOf(error), text: textOf(error) };
  const label = `the database ${describeMysql(target)}`;
  const meaning = MEANINGS.find(({ codes }) => codes.includes(driverError.code));
  if (meaning !== undefined)
    return new PersistenceError(meaning.code, `${label} ${meaning.words(target, driverError)}`);
  return new PersistenceError('ERR_DATABASE', `${label} refused: ${driverError.text}`);
}

/** The code of mysql2 (`ER_...`, `PROTOCOL_...`) or of the system (`ECONNREFUSED`); the name, where there is none. */
export function codeOf(error: unknown): string {
  if (typeof error !== 'object' || error === null) return '';
  // A name with several addresses fails with one error for all.
  if (error instanceof AggregateError && !('code' in error)) return codeOf(error.errors[0]);
  if ('code' in error && typeof error.code === 'string') return error.code;
  if ('fatal' in error && error.fatal === true) return 'PROTOCOL_CONNECTION_LOST'; // mysql2, of a connection that ended earlier
  return error instanceof Error ? error.name : '';
}

function textOf(error: unknown): string {
  if (typeof error !== 'object' || error === null) return String(error);
  if ('sqlMessage' in error && typeof error.sqlMessage === 'string') return error.sqlMessage;
  return error instanceof Error ? error.message : 'an unknown failure';
}
