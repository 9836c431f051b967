import { eventually } from '../eventually.ts';
import { freePort } from '../free-port.ts';
import { type ManagedProcess, startProcess } from '../processes.ts';
import { findTool } from '../tools.ts';
import { BaseClient } from './base.ts';
import type { Client, ClientEncryption, ClientOptions, ClientReport } from './client.ts';

interface Aria2Status {
  readonly status: string;
  readonly errorMessage?: string;
  readonly completedLength: string;
  readonly totalLength: string;
  readonly uploadLength: string;
  readonly seeder?: string;
  readonly followedBy?: readonly string[];
  readonly infoHash?: string;
}

/** aria2 speaks with UDP trackers only through its DHT socket; with no node to begin at, the DHT itself stays idle. */
function udpFlags(options: ClientOptions, port: number): string[] {
  return options.speaksUdp === true
    ? ['--enable-dht=true', `--dht-listen-port=${port}`, `--dht-file-path=${options.folder}/dht.dat`]
    : ['--enable-dht=false'];
}

const encryptionFlags: Readonly<Record<ClientEncryption, readonly string[]>> = {
  off: ['--bt-require-crypto=false'],
  preferred: ['--bt-require-crypto=false', '--bt-min-crypto-level=plain'],
  plain: ['--bt-require-crypto=true', '--bt-min-crypto-level=plain'],
  rc4: ['--bt-require-crypto=true', '--bt-min-crypto-level=arc4'],
};

function commandLine(options: ClientOptions, address: string, port: number, rpcPort: number): string[] {
  return [
    '--no-conf=true',
    `--dir=${options.folder}`,
    `--listen-port=${port}`,
    `--interface=${address}`,
    '--enable-rpc=true',
    `--rpc-listen-port=${rpcPort}`,
    ...udpFlags(options, port),
    '--enable-dht6=false',
    '--bt-enable-lpd=false',
    '--enable-peer-exchange=false',
    `--disable-ipv6=${!address.includes(':')}`,
    '--async-dns=false',
    '--file-allocation=none',
    '--check-integrity=true',
    '--seed-ratio=0.0',
    '--seed-time=100000',
    '--bt-stop-timeout=0',
    '--summary-interval=0',
    '--console-log-level=notice',
    '--show-console-readout=false',
    `--stop-with-process=${process.pid}`,
    ...(options.trusted === undefined ? [] : [`--ca-certificate=${options.trusted}`]),
    ...(options.encryption === undefined ? [] : encryptionFlags[options.encryption]),
    ...(options.downloadLimitKiB === undefined ? [] : [`--max-download-limit=${options.downloadLimitKiB}K`]),
    ...(options.uploadLimitKiB === undefined ? [] : [`--max-upload-limit=${options.uploadLimitKiB}K`]),
    options.torrent,
  ];
}

class RunningAria2 extends BaseClient {
  readonly #rpcPort: number;

  constructor(process: ManagedProcess, address: string, port: number, rpcPort: number) {
    super(process, address, port);
    this.#rpcPort = rpcPort;
  }

  async report(): Promise<ClientReport> {
    const downloads = await this.#downloads();
    const failed = downloads.find(({ status }) => status === 'error');
    if (failed !== undefined) throw new Error(`aria2: ${failed.errorMessage ?? 'failed'}`);
    // A magnet is one download for the metadata, which is then followed by another for the data.
    const current = downloads.find(({ followedBy }) => followedBy === undefined);
    const haveBytes = Number(current?.completedLength ?? 0);
    const totalBytes = Number(current?.totalLength ?? 0);
    return {
      haveBytes,
      totalBytes,
      uploadedBytes: Number(current?.uploadLength ?? 0),
      isSeeder: current?.seeder === 'true' && totalBytes > 0 && haveBytes === totalBytes,
      peers: [],
    };
  }

  async #downloads(): Promise<Aria2Status[]> {
    const active = (await this.call('aria2.tellActive')) as Aria2Status[];
    const stopped = (await this.call('aria2.tellStopped', [0, 10])) as Aria2Status[];
    return [...active, ...stopped];
  }

  /** One call of aria2's JSON-RPC. */
  async call(method: string, params: readonly unknown[] = []): Promise<unknown> {
    const response = await fetch(`http://127.0.0.1:${this.#rpcPort}/jsonrpc`, {
      method: 'POST',
      body: JSON.stringify({ jsonrpc: '2.0', id: '1', method, params }),
    });
    const answer = (await response.json()) as { result?: unknown; error?: { message: string } };
    if (answer.error !== undefined) throw new Error(`aria2 ${method}: ${answer.error.message}`);
    return answer.result;
  }
}

/** aria2 1.36 (Debian): controlled over its JSON-RPC on loopback. */
export const aria2: Client = {
  name: 'aria2',
  async start(owner, options) {
    const address = options.address ?? '127.0.0.1';
    const port = options.port ?? (await freePort(address));
    const rpcPort = await freePort();
    const args = commandLine(options, address, port, rpcPort);
    const process = startProcess(owner, findTool('aria2c') ?? 'aria2c', args, { name: 'aria2' });
    const running = new RunningAria2(process, address, port, rpcPort);
    await eventually('aria2 to answer', async () => {
      if (process.status !== undefined) throw process.explain(new Error('aria2 did not start'));
      return running.call('aria2.getVersion').catch(() => undefined);
    });
    return running;
  },
};
