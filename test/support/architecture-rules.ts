import { packageOf, resolveImport, type SourceFile, type SourceImport } from './source-tree.ts';

/** One import that a rule forbids. */
export interface Violation {
  readonly file: string;
  readonly specifier: string;
  readonly rule: string;
}

/** The parts of `src`, and what each may import beside itself. Arrows point inward. */
export const allowedParts: Readonly<Record<string, readonly string[]>> = {
  bittorrent: [],
  config: ['persistence', 'bittorrent'],
  persistence: ['bittorrent'],
  tracker: ['persistence', 'bittorrent'],
  builder: ['persistence', 'bittorrent'],
  seeder: ['persistence', 'bittorrent'],
  api: ['seeder', 'tracker', 'builder', 'persistence', 'bittorrent'],
  web: ['seeder', 'tracker', 'builder', 'persistence', 'bittorrent'],
  app: ['api', 'web', 'seeder', 'tracker', 'builder', 'persistence', 'bittorrent', 'config'],
  cli: ['app', 'api', 'web', 'seeder', 'tracker', 'builder', 'persistence', 'bittorrent', 'config'],
  index: ['app', 'api', 'web', 'seeder', 'tracker', 'builder', 'persistence', 'bittorrent', 'config'],
};

/** Files that may lie directly in `src`. */
export const topLevelFiles: readonly string[] = ['app.ts', 'index.ts'];

/** The folders of `persistence` that hold a driver. */
const drivers = ['memory', 'sqlite', 'mysql'];

/** The folders of `tracker` behind the front ends, and which of one another they may import. */
const trackerFolders: Readonly<Record<string, readonly string[]>> = {
  store: [],
  access: ['store'],
  users: ['store'],
  announce: ['store', 'access'],
  'front-end': ['store'],
};

/** A package and the paths that alone may import it. */
const packageOwners: Readonly<Record<string, readonly string[]>> = {
  bencode: ['bittorrent/bencode.ts'],
  'bittorrent-dht': ['seeder/discovery/dht/'],
  'bittorrent-protocol': ['seeder/wire/'],
  'create-torrent': ['builder/'],
  knex: ['persistence/'],
  'better-sqlite3': ['persistence/'],
  mysql2: ['persistence/'],
  express: ['api/', 'web/', 'tracker/http/router.ts', 'app.ts', 'app/'],
  'prom-client': ['api/metrics/'],
  commander: ['cli/'],
  'smol-toml': ['config/'],
  ws: ['tracker/ws/', 'seeder/tracker-client/'],
};

/** `bittorrent` is pure: no socket, file, process or clock. */
const pureModules = ['node:buffer', 'node:crypto', 'node:net', 'node:util'];

/** The part of `src` a path lies in: `tracker/http/parse.ts` -> `tracker`, `app.ts` -> `app`. */
export function partOf(path: string): string {
  return (path.split('/')[0] ?? path).replace(/\.ts$/, '');
}

/** Why an import of a file (both relative to `src`) is not allowed; undefined when it is. */
export function forbiddenBecause(file: SourceFile, { specifier }: SourceImport): string | undefined {
  const target = resolveImport(file, specifier);
  if (target !== undefined) return forbiddenPath(file.path, target);
  const name = packageOf(specifier);
  if (name !== undefined) return forbiddenPackage(file.path, name);
  if (partOf(file.path) === 'bittorrent' && !pureModules.includes(specifier))
    return `bittorrent is pure: it imports no node: module but ${pureModules.join(', ')}`;
  return undefined;
}

function forbiddenPackage(path: string, name: string): string | undefined {
  const owners = packageOwners[name];
  if (owners !== undefined && !owners.some((owner) => path.startsWith(owner)))
    return `only ${owners.join(', ')} may import ${name}`;
  return undefined;
}

function forbiddenPath(from: string, to: string): string | undefined {
  if (to.startsWith('..'))
    return to.startsWith('../migrations/') && partOf(from) === 'persistence'
      ? undefined
      : 'a source file imports only files of src (persistence: of migrations too)';
  const [fromPart, toPart] = [partOf(from), partOf(to)];
  if (fromPart === toPart) return forbiddenWithinPart(from, to);
  if (fromPart === 'seeder' && toPart === 'builder')
    return to.startsWith('builder/hashing/') || to === 'builder/input/glob.ts'
      ? undefined
      : 'of builder, seeder may import only hashing/ and input/glob.ts';
  const allowed = allowedParts[fromPart] ?? [];
  if (!allowed.includes(toPart))
    return `${fromPart} may import ${allowed.length === 0 ? 'no other part' : `only ${allowed.join(', ')}`}`;
  if (toPart === 'persistence') return forbiddenPersistence(from, to);
  return undefined;
}

function forbiddenWithinPart(from: string, to: string): string | undefined {
  const [part, folder = ''] = from.split('/');
  const other = to.split('/')[1] ?? '';
  if (folder === other) return undefined;
  if (part === 'persistence' && drivers.includes(folder) && drivers.includes(other))
    return 'a driver never imports another driver';
  if (part === 'tracker' && folder in trackerFolders && other in trackerFolders)
    return trackerFolders[folder]?.includes(other) === true
      ? undefined
      : `tracker/${folder} may not import tracker/${other}`;
  const frontEnds = ['http', 'udp', 'ws'];
  if (part === 'tracker' && frontEnds.includes(folder) && frontEnds.includes(other))
    return 'a front end never imports another front end';
  if (part === 'tracker' && !frontEnds.includes(folder) && frontEnds.includes(other))
    return 'the tracker core knows nothing of its front ends';
  return undefined;
}

/** Names of databases, which settings check: pure. */
const databaseNames = ['persistence/database-url.ts', 'persistence/mysql-url.ts'];

function forbiddenPersistence(from: string, to: string): string | undefined {
  if (partOf(from) === 'config')
    return databaseNames.includes(to)
      ? undefined
      : 'of persistence, config may import only the names of databases';
  if (/^tracker\/(http|udp|ws)\//.test(from)) return 'a front end never imports persistence';
  const isDriver = drivers.includes(to.split('/')[1] ?? '');
  if (isDriver && !['app', 'cli', 'index'].includes(partOf(from)))
    return 'parts use the interface of persistence, never a driver';
  return undefined;
}

/** Every forbidden import of the files. */
export function findViolations(files: readonly SourceFile[]): Violation[] {
  const violations: Violation[] = [];
  for (const file of files)
    for (const statement of file.imports) {
      const rule = forbiddenBecause(file, statement);
      if (rule !== undefined) violations.push({ file: file.path, specifier: statement.specifier, rule });
    }
  return violations;
}
