import { join } from 'node:path';
import { defaultDeadlineMs } from './eventually.ts';
import { freePort } from './free-port.ts';
import { type ManagedProcess, runProcess, startProcess } from './processes.ts';
import type { CleanupOwner } from './scope.ts';
import { projectRoot } from './source-tree.ts';

const program = join(projectRoot, 'src/cli/seedbed.ts');
const makeTorrentProgram = join(projectRoot, 'src/cli/make-torrent.ts');

/** How the server is started. */
export interface SeedbedOptions {
  readonly dataDir: string;
  /** Where it listens; 127.0.0.1 by default. */
  readonly host?: string;
  /** Free ports by default. */
  readonly httpPort?: number;
  readonly peerPort?: number;
  /** Track any info-hash. */
  readonly open?: boolean;
  readonly logLevel?: string;
  /** Serve files over HTTP and name that in torrents; off by default, so that what is tested of peers comes from peers. */
  readonly webSeed?: boolean;
  /** More arguments, and a command before it such as `taskset -c 0`. */
  readonly args?: readonly string[];
  readonly prefix?: readonly string[];
}

/** A running `seedbed serve`. */
export interface RunningSeedbed {
  readonly dataDir: string;
  readonly host: string;
  readonly httpPort: number;
  readonly peerPort: number;
  /** `http://host:port` */
  readonly origin: string;
  readonly process: ManagedProcess;
}

/** What `publish --json` and `seed --json` print. */
export interface Published {
  readonly infoHash: string;
  readonly name: string;
  readonly magnet: string;
  readonly announceUrl: string;
  readonly torrentPath: string;
}

/** Starts `seedbed serve` and waits until it answers. It is stopped when the owner ends. */
export async function startSeedbed(owner: CleanupOwner, options: SeedbedOptions): Promise<RunningSeedbed> {
  const running = await launchSeedbed(owner, options);
  await waitUntilServing(running.process, running.origin);
  return running;
}

/** Starts `seedbed serve` and waits for nothing, for tests that end it before it answers. It is stopped when the owner ends. */
export async function launchSeedbed(owner: CleanupOwner, options: SeedbedOptions): Promise<RunningSeedbed> {
  const { dataDir, host = '127.0.0.1', prefix = [] } = options;
  const httpPort = options.httpPort ?? (await freePort(host));
  const peerPort = options.peerPort ?? (await freePort(host));
  const command = [...prefix, process.execPath, program, 'serve', '--data-dir', dataDir, '--host', host];
  command.push('--http-port', String(httpPort), '--peer-port', String(peerPort));
  if (options.open === true) command.push('--open');
  if (options.webSeed !== true) command.push('--no-own-web-seed');
  if (options.logLevel !== undefined) command.push('--log-level', options.logLevel);
  command.push(...(options.args ?? []));
  const child = startProcess(owner, command[0] as string, command.slice(1), { name: 'seedbed' });
  const origin = `http://${host.includes(':') ? `[${host}]` : host}:${httpPort}`;
  return { dataDir, host, httpPort, peerPort, origin, process: child };
}

async function waitUntilServing(child: ManagedProcess, origin: string): Promise<void> {
  const end = performance.now() + defaultDeadlineMs;
  for (;;) {
    if (child.status !== undefined) throw child.explain(new Error('seedbed serve did not start'));
    try {
      const response = await fetch(`${origin}/`);
      await response.arrayBuffer();
      await child.waitForOutput(/Seedbed is running/); // the HTTP port answers before UDP is there
      return;
    } catch (error) {
      if (performance.now() > end) throw child.explain(error);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}

/** Runs one command of the CLI to its end and returns its standard output. */
export async function runSeedbed(args: readonly string[], deadlineMs = 60_000): Promise<string> {
  const { stdout } = await runProcess(process.execPath, [program, ...args], {
    name: `seedbed ${args[0]}`,
    deadlineMs,
  });
  return stdout;
}

/** `seedbed publish --json` into the running server of a data folder. */
export async function publish(
  dataDir: string,
  path: string,
  args: readonly string[] = [],
): Promise<Published> {
  const text = await runSeedbed(['publish', path, '--data-dir', dataDir, '--json', ...args]);
  return JSON.parse(text) as Published;
}

/** The command line of `seedbed`. */
export function seedbedCommand(args: readonly string[]): readonly string[] {
  return [process.execPath, program, ...args];
}

/** The command line of `make-torrent`. */
export function makeTorrentCommand(args: readonly string[]): readonly string[] {
  return [process.execPath, makeTorrentProgram, ...args];
}
