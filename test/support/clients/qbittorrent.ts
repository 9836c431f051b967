import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { eventually } from '../eventually.ts';
import { freePort } from '../free-port.ts';
import { type ManagedProcess, startProcess } from '../processes.ts';
import { cleanup } from '../scope.ts';
import { findTool } from '../tools.ts';
import { BaseClient } from './base.ts';
import type { Client, ClientEncryption, ClientOptions, ClientReport } from './client.ts';

interface QbittorrentTorrent {
  readonly state: string;
  readonly completed: number;
  readonly size: number;
  readonly amount_left: number;
  readonly uploaded: number;
}

/** Its words for a torrent that has all, whatever it does with it. */
const SEEDING_STATES: ReadonlySet<string> = new Set(['uploading', 'stalledUP', 'forcedUP', 'queuedUP']);

/** It has no word for a handshake that is encrypted alone. */
const encryptionNumbers: Readonly<Record<ClientEncryption, number>> = {
  preferred: 0,
  plain: 0,
  rc4: 1,
  off: 2,
};

function settings(options: ClientOptions, address: string, port: number, webPort: number): string {
  return [
    '[LegalNotice]',
    'Accepted=true',
    '[BitTorrent]',
    `Session\\Port=${port}`,
    `Session\\InterfaceAddress=${address}`,
    `Session\\DefaultSavePath=${options.folder}`,
    'Session\\BTProtocol=TCP',
    'Session\\DHTEnabled=false',
    'Session\\LSDEnabled=false',
    'Session\\PeXEnabled=false',
    'Session\\MultiConnectionsPerIp=true',
    'Session\\QueueingSystemEnabled=false',
    'Session\\SSRFMitigation=false',
    'Session\\IgnoreLimitsOnLAN=false',
    `Session\\Encryption=${encryptionNumbers[options.encryption ?? 'preferred']}`,
    `Session\\GlobalDLSpeedLimit=${options.downloadLimitKiB ?? 0}`,
    `Session\\GlobalUPSpeedLimit=${options.uploadLimitKiB ?? 0}`,
    '[Network]',
    'PortForwardingEnabled=false',
    '[Preferences]',
    'General\\Locale=en',
    'WebUI\\Address=127.0.0.1',
    `WebUI\\Port=${webPort}`,
    'WebUI\\LocalHostAuth=false',
    'WebUI\\UseUPnP=false',
    '',
  ].join('\n');
}

class RunningQbittorrent extends BaseClient {
  readonly #webPort: number;

  constructor(process: ManagedProcess, address: string, port: number, webPort: number) {
    super(process, address, port);
    this.#webPort = webPort;
  }

  async report(): Promise<ClientReport> {
    const [torrent] = (await (await this.call('torrents/info')).json()) as QbittorrentTorrent[];
    if (torrent === undefined)
      return { haveBytes: 0, totalBytes: 0, uploadedBytes: 0, isSeeder: false, peers: [] };
    const { state, completed, size, amount_left: left, uploaded } = torrent;
    if (state === 'error' || state === 'missingFiles') throw new Error(`qbittorrent: ${state}`);
    const isSeeder = SEEDING_STATES.has(state) && size > 0 && left === 0;
    return {
      haveBytes: completed,
      totalBytes: Math.max(0, size),
      uploadedBytes: uploaded,
      isSeeder,
      peers: [],
    };
  }

  /** One call of its web API; from its own machine nobody has to log in. */
  async call(method: string, form?: FormData): Promise<Response> {
    const url = `http://127.0.0.1:${this.#webPort}/api/v2/${method}`;
    const response = await fetch(url, form === undefined ? {} : { method: 'POST', body: form });
    if (!response.ok) throw new Error(`qbittorrent ${method}: ${response.status} ${await response.text()}`);
    return response;
  }
}

async function addTorrent(running: RunningQbittorrent, { torrent, folder }: ClientOptions): Promise<void> {
  const form = new FormData();
  form.set('savepath', folder);
  if (torrent.startsWith('magnet:')) form.set('urls', torrent);
  else form.set('torrents', new Blob([await readFile(torrent)]), basename(torrent));
  const answer = await (await running.call('torrents/add', form)).text();
  if (answer.trim() !== 'Ok.') throw new Error(`qbittorrent torrents/add: ${answer}`);
}

/** qBittorrent 4.5 (Debian's qbittorrent-nox), without a window, controlled over its web API on loopback. */
export const qbittorrent: Client = {
  name: 'qbittorrent',
  async start(owner, options) {
    const address = options.address ?? '127.0.0.1';
    const port = options.port ?? (await freePort(address));
    const webPort = await freePort();
    const profile = await mkdtemp(join(tmpdir(), 'seedbed-qbittorrent-'));
    cleanup(owner, () => rm(profile, { recursive: true, force: true, maxRetries: 3 }));
    const config = join(profile, 'qBittorrent', 'config');
    await mkdir(config, { recursive: true });
    await writeFile(join(config, 'qBittorrent.conf'), settings(options, address, port, webPort));
    const command = findTool('qbittorrent-nox') ?? 'qbittorrent-nox';
    // Without a locale of UTF-8 it cannot open files whose names are not ASCII.
    const process = startProcess(owner, command, [`--profile=${profile}`], {
      name: 'qbittorrent',
      env: { LC_ALL: 'C.UTF-8' },
    });
    const running = new RunningQbittorrent(process, address, port, webPort);
    await eventually('qbittorrent to answer', async () => {
      if (process.status !== undefined) throw process.explain(new Error('qbittorrent did not start'));
      return running.call('app/version').catch(() => undefined);
    });
    await addTorrent(running, options);
    return running;
  },
};
