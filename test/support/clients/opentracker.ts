import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from '../eventually.ts';
import { freePort } from '../free-port.ts';
import { type ManagedProcess, startProcess } from '../processes.ts';
import { type CleanupOwner, cleanup } from '../scope.ts';
import { findTool } from '../tools.ts';

/** A running opentracker. */
export interface RunningTracker {
  readonly announceUrl: string;
  readonly port: number;
  readonly process: ManagedProcess;
}

/** Options of `startOpentracker`. */
export interface OpentrackerOptions {
  /** What it admits, hexadecimal: Debian builds it for allow lists only. */
  readonly infoHashes: readonly string[];
  readonly address?: string;
  /** A command before it, such as `taskset -c 0`. */
  readonly prefix?: readonly string[];
}

/** Starts opentracker on a free port. Started as root it becomes `nobody` in its own folder, so the list's path is one inside it. */
export async function startOpentracker(
  owner: CleanupOwner,
  { infoHashes, address = '127.0.0.1', prefix = [] }: OpentrackerOptions,
): Promise<RunningTracker> {
  const folder = await mkdtemp(join(tmpdir(), 'seedbed-opentracker-'));
  cleanup(owner, () => rm(folder, { recursive: true, force: true }));
  await chmod(folder, 0o755);
  const isRoot = process.getuid?.() === 0;
  const list = isRoot ? '/list' : join(folder, 'list');
  await writeFile(join(folder, 'list'), `${infoHashes.join('\n')}\n`);
  await writeFile(join(folder, 'conf'), `tracker.rootdir ${folder}\naccess.whitelist ${list}\n`);
  const port = await freePort(address);
  const where = ['-i', address, '-p', String(port), '-P', String(port)];
  const command = [...prefix, findTool('opentracker') ?? 'opentracker', ...where, '-f', join(folder, 'conf')];
  if (isRoot) command.push('-u', 'nobody');
  const child = startProcess(owner, command[0] as string, command.slice(1), { name: 'opentracker' });
  const announceUrl = `http://${address}:${port}/announce`;
  await eventually('opentracker to answer', async () => {
    if (child.status !== undefined) throw child.explain(new Error('opentracker did not start'));
    return fetch(announceUrl).then(
      (response) => response.arrayBuffer(),
      () => undefined,
    );
  });
  return { announceUrl, port, process: child };
}
