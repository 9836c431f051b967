import { PersistenceError } from './errors.ts';

/** One server of a MySQL database. */
export interface MysqlHost {
  /** A name or an address, without brackets. */
  readonly host: string;
  readonly port: number;
}

/** How the connection to a MySQL server is protected: not at all, with a certificate that is checked, or without a check. */
export type MysqlTls = 'off' | 'verify' | 'skip-verify';

/** What a `mysql://` URL says. */
export interface MysqlTarget {
  readonly kind: 'mysql';
  /** Tried in this order; at least one. */
  readonly hosts: readonly MysqlHost[];
  readonly user: string;
  readonly password: string;
  readonly database: string;
  /** A Unix socket, instead of the hosts. */
  readonly socketPath: string | undefined;
  readonly tls: MysqlTls;
  /** The certificates (PEM) that are trusted instead of the system's. */
  readonly caFile: string | undefined;
  /** The most connections at the same time. */
  readonly connections: number;
}

const DEFAULT_PORT = 3306;
const DEFAULT_CONNECTIONS = 8;
const MOST_CONNECTIONS = 100;
const TLS_BY_OPTION: Readonly<Record<string, MysqlTls>> = {
  false: 'off',
  true: 'verify',
  verify: 'verify',
  'skip-verify': 'skip-verify',
};
const SHAPE =
  /^mysql:\/\/(?:(?<login>[^/?]*)@)?(?<hosts>[^/?@]*)(?:\/(?<database>[^?]*))?(?:\?(?<query>.*))?$/s;

/**
 * Reads `mysql://user:password@host:port/database`. User, password and database may be percent-encoded; several hosts are separated by commas.
 * Options: `ssl=true|verify|skip-verify`, `ssl-ca=FILE`, `socket=PATH`, `connections=N`.
 * @throws {PersistenceError} ERR_DATABASE_URL; the message shows no password.
 */
export function parseMysqlUrl(text: string): MysqlTarget {
  const fail = (reason: string): never => {
    const shown = withoutPassword(text).slice(0, 200);
    const message = `"${shown}" names no MySQL database: ${reason}; write mysql://user:password@host/database`;
    throw new PersistenceError('ERR_DATABASE_URL', message);
  };
  const { login = '', hosts = '', database = '', query = '' } = SHAPE.exec(text)?.groups ?? {};
  const colon = login.indexOf(':');
  const user = decode(colon < 0 ? login : login.slice(0, colon), fail);
  if (user === '') fail('the user is missing');
  const name = decode(database, fail);
  if (name === '' || name.length > 64 || /[\0/]/.test(name))
    fail('the name of the database is missing or none');
  const options = readOptions(query, fail);
  return {
    kind: 'mysql',
    hosts: readHosts(hosts, options.socketPath !== undefined, fail),
    user,
    password: colon < 0 ? '' : decode(login.slice(colon + 1), fail),
    database: name,
    ...options,
  };
}

/** The URL as errors and logs show it. */
export function describeMysql({ hosts, user, password, database, socketPath }: MysqlTarget): string {
  const where = socketPath ?? hosts.map(describeHost).join(',');
  return `mysql://${user}${password === '' ? '' : ':***'}@${where}/${database}`;
}

/** A host as a URL shows it. */
export function describeHost({ host, port }: MysqlHost): string {
  const shown = host.includes(':') ? `[${host}]` : host;
  return port === DEFAULT_PORT ? shown : `${shown}:${port}`;
}

/** Any text that may be a URL with a password, without it. */
export function withoutPassword(text: string): string {
  return text.replace(/:\/\/([^:@/]*):(?:.*(?=@)|[^/?]*)/s, '://$1:***'); // also where the host was forgotten
}

type Fail = (reason: string) => never;

function decode(text: string, fail: Fail): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return fail('a percent sign stands before no two hexadecimal digits (write %25 for the sign itself)');
  }
}

function readHosts(text: string, isOptional: boolean, fail: Fail): MysqlHost[] {
  if (text === '' && isOptional) return [{ host: 'localhost', port: DEFAULT_PORT }];
  return text.split(',').map((part) => {
    const match = /^(?:\[(?<v6>[0-9a-fA-F:.]+)\]|(?<name>[^[\]:,\s]+))(?::(?<port>\d{1,5}))?$/.exec(part);
    const port = Number(match?.groups?.['port'] ?? DEFAULT_PORT);
    const host = match?.groups?.['v6'] ?? match?.groups?.['name'];
    if (host === undefined || port < 1 || port > 65_535)
      return fail(`the host ${part === '' ? 'is missing' : 'is no host with a port'}`);
    return { host, port };
  });
}

function readOptions(
  query: string,
  fail: Fail,
): Pick<MysqlTarget, 'tls' | 'caFile' | 'socketPath' | 'connections'> {
  const options = new URLSearchParams(query);
  const known = ['ssl', 'ssl-ca', 'socket', 'connections'];
  const unknown = [...options.keys()].find((name) => !known.includes(name));
  if (unknown !== undefined) fail(`it has the unknown option "${unknown}" (there are ${known.join(', ')})`);
  const caFile = options.get('ssl-ca') ?? undefined;
  const tls = TLS_BY_OPTION[options.get('ssl') ?? (caFile === undefined ? 'false' : 'verify')];
  if (tls === undefined) return fail('ssl takes true, verify or skip-verify');
  const connections = Number(options.get('connections') ?? DEFAULT_CONNECTIONS);
  if (!Number.isInteger(connections) || connections < 2 || connections > MOST_CONNECTIONS)
    fail(`connections takes a whole number from 2 to ${MOST_CONNECTIONS}`);
  return { tls, caFile, socketPath: options.get('socket') ?? undefined, connections };
}
