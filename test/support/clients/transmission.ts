import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from '../eventually.ts';
import { freePort } from '../free-port.ts';
import { type ManagedProcess, startProcess } from '../processes.ts';
import { cleanup } from '../scope.ts';
import { findTool } from '../tools.ts';
import { BaseClient } from './base.ts';
import type { Client, ClientEncryption, ClientOptions, ClientReport } from './client.ts';

interface TransmissionTorrent {
  readonly error: number;
  readonly errorString: string;
  readonly sizeWhenDone: number;
  readonly haveValid: number;
  readonly haveUnchecked: number;
  readonly leftUntilDone: number;
  readonly metadataPercentComplete: number;
  readonly uploadedEver: number;
  readonly status: number;
  readonly peers: readonly { address: string; port: number }[];
}

const fields = [
  'error',
  'errorString',
  'sizeWhenDone',
  'haveValid',
  'haveUnchecked',
  'leftUntilDone',
  'metadataPercentComplete',
  'uploadedEver',
  'status',
  'peers',
];
/** `status` of a torrent that has all and serves it; `error` values from 2 up are real failures (1 is a tracker's warning). */
const seedingStatus = 6;
const trackerError = 2;

/** It offers RC4 and plain payload when it prefers encryption, and RC4 alone when it requires it. */
const encryptionLevels: Readonly<Record<ClientEncryption, number>> = {
  off: 0,
  preferred: 1,
  plain: 1,
  rc4: 2,
};

function settings(options: ClientOptions, address: string, port: number, rpcPort: number): object {
  return {
    'bind-address-ipv4': address,
    'bind-address-ipv6': '::1',
    'peer-port': port,
    'peer-port-random-on-start': false,
    'rpc-bind-address': '127.0.0.1',
    'rpc-port': rpcPort,
    'rpc-enabled': true,
    'rpc-whitelist-enabled': false,
    'rpc-host-whitelist-enabled': false,
    'download-dir': options.folder,
    'incomplete-dir-enabled': false,
    'dht-enabled': false,
    'lpd-enabled': false,
    'pex-enabled': false,
    'utp-enabled': false,
    'port-forwarding-enabled': false,
    'blocklist-enabled': false,
    encryption: encryptionLevels[options.encryption ?? 'preferred'],
    'ratio-limit-enabled': false,
    'speed-limit-down-enabled': options.downloadLimitKiB !== undefined,
    'speed-limit-down': options.downloadLimitKiB ?? 0,
    'speed-limit-up-enabled': options.uploadLimitKiB !== undefined,
    'speed-limit-up': options.uploadLimitKiB ?? 0,
  };
}

class RunningTransmission extends BaseClient {
  readonly #rpcPort: number;
  #sessionId = '';

  constructor(process: ManagedProcess, address: string, port: number, rpcPort: number) {
    super(process, address, port);
    this.#rpcPort = rpcPort;
  }

  async report(): Promise<ClientReport> {
    const { torrents } = (await this.call('torrent-get', { fields })) as { torrents: TransmissionTorrent[] };
    const torrent = torrents[0];
    if (torrent === undefined) throw new Error('transmission lost its torrent');
    if (torrent.error > trackerError) throw new Error(`transmission: ${torrent.errorString}`);
    const hasMetadata = torrent.metadataPercentComplete === 1;
    return {
      haveBytes: torrent.haveValid + torrent.haveUnchecked,
      totalBytes: hasMetadata ? torrent.sizeWhenDone : 0,
      uploadedBytes: torrent.uploadedEver,
      isSeeder: hasMetadata && torrent.leftUntilDone === 0 && torrent.status === seedingStatus,
      peers: torrent.peers.map(({ address, port }) => ({ address, port, downloadedBytes: undefined })),
    };
  }

  /** One call of Transmission's RPC; its answer to a wrong session id is the right one. */
  async call(method: string, args: object): Promise<unknown> {
    const send = (): Promise<Response> =>
      fetch(`http://127.0.0.1:${this.#rpcPort}/transmission/rpc`, {
        method: 'POST',
        headers: { 'X-Transmission-Session-Id': this.#sessionId },
        body: JSON.stringify({ method, arguments: args }),
      });
    let response = await send();
    if (response.status === 409) {
      this.#sessionId = response.headers.get('X-Transmission-Session-Id') ?? '';
      await response.body?.cancel();
      response = await send();
    }
    const answer = (await response.json()) as { result: string; arguments: unknown };
    if (answer.result !== 'success') throw new Error(`transmission ${method}: ${answer.result}`);
    return answer.arguments;
  }
}

async function addTorrent(running: RunningTransmission, options: ClientOptions): Promise<void> {
  const source = options.torrent.startsWith('magnet:')
    ? { filename: options.torrent }
    : { metainfo: (await readFile(options.torrent)).toString('base64') };
  await running.call('torrent-add', { ...source, 'download-dir': options.folder, paused: false });
}

/**
 * Transmission 3.00 (Debian), the daemon, controlled over its RPC on loopback. It never connects to a peer at 127.0.0.0/8
 * (it holds loopback addresses for forged), it only accepts connections from there: give the other side another address.
 */
export const transmission: Client = {
  name: 'transmission',
  async start(owner, options) {
    const address = options.address ?? '127.0.0.1';
    const port = options.port ?? (await freePort(address));
    const rpcPort = await freePort();
    const home = await mkdtemp(join(tmpdir(), 'seedbed-transmission-'));
    cleanup(owner, () => rm(home, { recursive: true, force: true, maxRetries: 3 }));
    await writeFile(join(home, 'settings.json'), JSON.stringify(settings(options, address, port, rpcPort)));
    const command = findTool('transmission-daemon') ?? 'transmission-daemon';
    const args = ['--foreground', '--config-dir', home, '--log-info'];
    const process = startProcess(owner, command, args, { name: 'transmission' });
    const running = new RunningTransmission(process, address, port, rpcPort);
    await eventually('transmission to answer', async () => {
      if (process.status !== undefined) throw process.explain(new Error('transmission did not start'));
      return running.call('session-get', { fields: ['version'] }).catch(() => undefined);
    });
    await addTorrent(running, options);
    return running;
  },
};
