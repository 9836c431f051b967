import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startOpentracker } from '../../../test/support/clients/opentracker.ts';
import { startProcess } from '../../../test/support/processes.ts';
import type { Scope } from '../../../test/support/scope.ts';
import { startSeedbed } from '../../../test/support/seedbed.ts';
import { makeTempFolder } from '../../../test/support/temp-folder.ts';
import { findTool } from '../../../test/support/tools.ts';
import { installRivals } from '../rivals/install.ts';

/** A server under load. */
export interface AnnounceServer {
  readonly port: number;
  readonly pid: number;
}

/** How a server of the comparison is started. */
export interface AnnounceSubject {
  readonly name: string;
  /** Whether it answers several requests on one connection. */
  readonly keepsConnections: boolean;
  readonly speaksHttp: boolean;
  /** Whether it answers over UDP too, on the same port. */
  readonly speaksUdp: boolean;
  /** Whether its answers are announces; the platform's yardstick gives the same bytes each time. */
  readonly answersAnnounces: boolean;
  start(
    scope: Scope,
    setting: { prefix: readonly string[]; infoHashes: readonly string[] },
  ): Promise<AnnounceServer>;
}

/** Ours, with more flags. */
function seedbed(name: string, args: readonly string[] = []): AnnounceSubject {
  return {
    name,
    keepsConnections: true,
    speaksHttp: true,
    speaksUdp: true,
    answersAnnounces: true,
    async start(scope, { prefix }) {
      const dataDir = join(await makeTempFolder(scope, 'seedbed-bench-'), 'data');
      const running = await startSeedbed(scope, { dataDir, open: true, prefix, logLevel: 'warn', args });
      return { port: running.httpPort, pid: running.process.pid };
    },
  };
}

const opentracker: AnnounceSubject = {
  name: 'opentracker',
  keepsConnections: false,
  speaksHttp: true,
  speaksUdp: true,
  answersAnnounces: true,
  async start(scope, { prefix, infoHashes }) {
    if (findTool('opentracker') === undefined) throw new Error('opentracker is not installed');
    const { port, process } = await startOpentracker(scope, { infoHashes, prefix });
    return { port, pid: process.pid };
  },
};

/** What a script of ours speaks, and whether it answers announces or gives the same bytes each time. */
interface NodeSubject extends Pick<AnnounceSubject, 'answersAnnounces' | 'speaksHttp' | 'speaksUdp'> {
  readonly name: string;
  readonly script: string;
}

function nodeSubject({ name, script, ...speaks }: NodeSubject): AnnounceSubject {
  return {
    name,
    ...speaks,
    keepsConnections: speaks.speaksHttp,
    async start(scope, { prefix }) {
      if (speaks.answersAnnounces) await installRivals();
      const path = fileURLToPath(new URL(script, import.meta.url));
      const command = [...prefix, process.execPath, path];
      const child = startProcess(scope, command[0] as string, command.slice(1), { name });
      const [, port] = await child.waitForOutput(/listening on (\d+)/);
      return { port: Number(port), pid: child.pid };
    },
  };
}

/** The servers that are compared, ours first. */
export const announceSubjects: readonly AnnounceSubject[] = [
  seedbed('seedbed'),
  seedbed('seedbed, memory only', ['--database', 'memory']),
  seedbed('seedbed, strict', ['--durability', 'strict']),
  opentracker,
  nodeSubject({
    name: 'bittorrent-tracker',
    script: '../rivals/bittorrent-tracker-server.ts',
    answersAnnounces: true,
    speaksHttp: true,
    speaksUdp: false,
  }),
  nodeSubject({
    name: 'node:http, static 380 bytes',
    script: './static-server.ts',
    answersAnnounces: false,
    speaksHttp: true,
    speaksUdp: false,
  }),
  nodeSubject({
    name: 'node:dgram, static 320 bytes',
    script: './static-dgram.ts',
    answersAnnounces: false,
    speaksHttp: false,
    speaksUdp: true,
  }),
];
