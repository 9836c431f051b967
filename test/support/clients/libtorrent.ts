import { fileURLToPath } from 'node:url';
import { freePort } from '../free-port.ts';
import { type ManagedProcess, startProcess } from '../processes.ts';
import type { CleanupOwner } from '../scope.ts';
import { systemPython } from '../tools.ts';
import { BaseClient } from './base.ts';
import type { Client, ClientOptions, ClientReport } from './client.ts';

const script = fileURLToPath(new URL('./libtorrent-client.py', import.meta.url));

/** What only libtorrent can be asked for. */
export interface LibtorrentOptions extends ClientOptions {
  /** Trust the data in the folder and seed at once. */
  readonly seedMode?: boolean;
  /** The settings with which it seeds at full speed on loopback. */
  readonly fast?: boolean;
  /** 0 for each file that is not wanted, 4 for the others; it announces anew when it has what it wants. */
  readonly filePriorities?: readonly number[];
  /** Exchange peers with peers (BEP 11); off by default, as what follows. */
  readonly pex?: boolean;
  /** Look for peers on the local network (BEP 14). */
  readonly lsd?: boolean;
  /** Use the DHT, and these nodes of it: UDP ports on loopback. Its own node is at its port. */
  readonly dhtNodes?: readonly number[];
  /** Peers on loopback to connect to at once. */
  readonly connectTo?: readonly number[];
  /** Connects to them again and again while it has no peer. */
  readonly keepsConnecting?: boolean;
  /** Nothing moves until `release`. */
  readonly isHeld?: boolean;
  /** Between two reports; 100 by default. */
  readonly reportMs?: number;
  /** A command before it, such as `taskset -c 0`. */
  readonly prefix?: readonly string[];
}

/** What only libtorrent tells. */
export interface LibtorrentReport extends ClientReport {
  /** Bytes of pieces that it fetched and whose hashes were wrong. */
  readonly failedBytes: number;
}

/** A libtorrent that runs. */
export class RunningLibtorrent extends BaseClient {
  constructor(process: ManagedProcess, address: string, port: number) {
    super(process, address, port);
  }

  /** Ends the hold of `isHeld`. */
  release(): void {
    this.process.kill('SIGUSR1');
  }

  override report(): Promise<LibtorrentReport> {
    const lines = this.process.stdout.trimEnd().split('\n');
    const latest = lines.findLast((line) => line.startsWith('{"event": "report"') && line.endsWith('}'));
    if (latest === undefined)
      return Promise.resolve({
        haveBytes: 0,
        totalBytes: 0,
        uploadedBytes: 0,
        failedBytes: 0,
        isSeeder: false,
        peers: [],
      });
    const report = JSON.parse(latest) as LibtorrentReport & { readonly error: string };
    if (report.error !== '') throw new Error(`libtorrent: ${report.error}`);
    return Promise.resolve(report);
  }
}

/** Starts libtorrent with more than the common options. */
export async function startLibtorrent(
  owner: CleanupOwner,
  options: LibtorrentOptions,
): Promise<RunningLibtorrent> {
  const address = options.address ?? '127.0.0.1';
  const port = options.port ?? (await freePort(address));
  const { prefix = [], ...rest } = options;
  const command = [...prefix, systemPython, script, JSON.stringify({ ...rest, address, port })];
  const process = startProcess(owner, command[0] as string, command.slice(1), {
    name: 'libtorrent',
    ...(options.trusted !== undefined && { env: { SSL_CERT_FILE: options.trusted } }),
  });
  await process.waitForOutput(/"event": "listening"/);
  return new RunningLibtorrent(process, address, port);
}

/** libtorrent 2.0 (Debian's python3-libtorrent), the engine of qBittorrent and Deluge. */
export const libtorrent: Client = { name: 'libtorrent', start: startLibtorrent };
