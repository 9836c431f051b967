import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Programs of others that tests and benchmarks use; all are Debian packages. */
export type ToolName =
  | 'aria2c'
  | 'transmission-daemon'
  | 'transmission-create'
  | 'rtorrent'
  | 'qbittorrent-nox'
  | 'mktorrent'
  | 'opentracker'
  | 'libtorrent'
  | 'cc'
  | 'openssl'
  | 'nginx'
  | 'haproxy'
  | 'chromium'
  | 'mariadbd'
  | 'mariadb-install-db'
  | 'setpriv'
  | 'taskset'
  | 'unshare'
  | 'ip';

/** python3-libtorrent belongs to the system's Python, not to another one that comes first on the PATH. */
export const systemPython = '/usr/bin/python3';

/** The Debian package that brings each program. */
export const debianPackages: Readonly<Record<ToolName, string>> = {
  aria2c: 'aria2',
  'transmission-daemon': 'transmission-daemon',
  'transmission-create': 'transmission-cli',
  rtorrent: 'rtorrent',
  'qbittorrent-nox': 'qbittorrent-nox',
  mktorrent: 'mktorrent',
  opentracker: 'opentracker',
  libtorrent: 'python3-libtorrent',
  cc: 'gcc',
  openssl: 'openssl',
  nginx: 'nginx-light',
  haproxy: 'haproxy',
  chromium: 'chromium',
  mariadbd: 'mariadb-server',
  'mariadb-install-db': 'mariadb-server',
  setpriv: 'util-linux',
  taskset: 'util-linux',
  unshare: 'util-linux',
  ip: 'iproute2',
};

const found = new Map<ToolName, string | undefined>();

/** The path of a program (for libtorrent: of the Python that has it), or undefined when it is not installed. */
export function findTool(name: ToolName): string | undefined {
  if (!found.has(name)) found.set(name, name === 'libtorrent' ? findLibtorrent() : findOnPath(name));
  return found.get(name);
}

function findOnPath(name: string): string | undefined {
  const folders = [
    ...(process.env['PATH'] ?? '').split(delimiter),
    '/usr/bin',
    '/usr/sbin',
    '/usr/local/bin',
  ];
  return folders.map((folder) => join(folder, name)).find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function findLibtorrent(): string | undefined {
  const { status } = spawnSync(systemPython, ['-c', 'import libtorrent'], { timeout: 10_000 });
  return status === 0 ? systemPython : undefined;
}

/** The part of a test's context that `requireTool` needs. */
export interface SkippableTest {
  skip(message?: string): void;
}

/**
 * The path of a program that a test needs. Where it is missing the test is skipped with the reason, and undefined is returned;
 * under `CI=true` that is an error instead, so that no test is silently left out.
 */
export function requireTool(test: SkippableTest, name: ToolName): string | undefined {
  const path = findTool(name);
  if (path !== undefined) return path;
  const reason = `${name} is not installed (Debian package ${debianPackages[name]})`;
  if (process.env['CI'] === 'true') throw new Error(`${reason}, and with CI=true no test is skipped`);
  test.skip(reason);
  return undefined;
}
