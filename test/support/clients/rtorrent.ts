import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from '../eventually.ts';
import { freePort } from '../free-port.ts';
import { type ManagedProcess, startProcess } from '../processes.ts';
import { cleanup } from '../scope.ts';
import { findTool } from '../tools.ts';
import { BaseClient } from './base.ts';
import type { Client, ClientEncryption, ClientOptions, ClientReport, PeerReport } from './client.ts';
import { callRtorrent, valuesOf } from './rtorrent-rpc.ts';

const encryptionWords: Readonly<Record<ClientEncryption, string>> = {
  off: 'none',
  preferred: 'allow_incoming,try_outgoing,enable_retry',
  plain: 'allow_incoming,try_outgoing,require,prefer_plaintext',
  rc4: 'allow_incoming,try_outgoing,require,require_RC4',
};

function settings(options: ClientOptions, home: string, address: string, port: number): string {
  return [
    'system.daemon.set = true',
    `network.scgi.open_local = ${join(home, 'rpc')}`,
    `session.path.set = ${home}`,
    `directory.default.set = "${options.folder}"`,
    `network.port_range.set = ${port}-${port}`,
    'network.port_random.set = no',
    // It takes no IPv6 address there, and listens at all of both families without.
    ...(address.includes(':') ? [] : [`network.bind_address.set = ${address}`]),
    'dht.mode.set = disable',
    'protocol.pex.set = no',
    `trackers.use_udp.set = ${options.speaksUdp === true ? 'yes' : 'no'}`,
    `protocol.encryption.set = ${encryptionWords[options.encryption ?? 'preferred']}`,
    `throttle.global_down.max_rate.set_kb = ${options.downloadLimitKiB ?? 0}`,
    `throttle.global_up.max_rate.set_kb = ${options.uploadLimitKiB ?? 0}`,
    '',
  ].join('\n');
}

const FIELDS = [
  ...['d.completed_bytes=', 'd.size_bytes=', 'd.up.total=', 'd.complete=', 'd.hash=', 'd.message='],
  ...['d.is_active=', 'd.hashing=', 'd.peers_not_connected='],
];
const PEER_FIELDS = ['p.address=', 'p.port=', 'p.down_total='];

class RunningRtorrent extends BaseClient {
  readonly #socketPath: string;

  constructor(process: ManagedProcess, address: string, port: number, socketPath: string) {
    super(process, address, port);
    this.#socketPath = socketPath;
  }

  async report(): Promise<ClientReport> {
    const values = valuesOf(await this.call('d.multicall2', ['', 'main', ...FIELDS]));
    const [have = 0, total = 0, uploaded = 0, complete = 0] = values.slice(0, 4).map(Number);
    const [hash = '', message = '', active, hashing, unconnected] = values.slice(4);
    return {
      haveBytes: have,
      totalBytes: total,
      uploadedBytes: uploaded,
      isSeeder: complete === 1 && total > 0 && have === total,
      peers: hash === '' ? [] : await this.#peers(hash),
      message: `${message} (active ${active}, hashing ${hashing}, ${unconnected} peers not connected)`,
    };
  }

  /** A magnet's torrent takes the place of its metadata between two calls: it has no peers then. */
  async #peers(hash: string): Promise<PeerReport[]> {
    const values = valuesOf(await this.call('p.multicall', [hash, '', ...PEER_FIELDS]).catch(() => ''));
    const peers: PeerReport[] = [];
    for (let at = 0; at < values.length; at += PEER_FIELDS.length) {
      const [address = '', port, downloaded] = values.slice(at, at + PEER_FIELDS.length);
      peers.push({ address, port: Number(port), downloadedBytes: Number(downloaded) });
    }
    return peers;
  }

  /** One call of its XML-RPC. */
  call(method: string, params: readonly string[] = []): Promise<string> {
    return callRtorrent(this.#socketPath, method, params);
  }
}

/** rtorrent 0.9 (Debian), without a terminal, controlled over XML-RPC on a Unix socket. */
export const rtorrent: Client = {
  name: 'rtorrent',
  async start(owner, options) {
    const address = options.address ?? '127.0.0.1';
    const port = options.port ?? (await freePort(address));
    const home = await mkdtemp(join(tmpdir(), 'seedbed-rtorrent-'));
    cleanup(owner, () => rm(home, { recursive: true, force: true, maxRetries: 3 }));
    const file = join(home, 'rtorrent.rc');
    await writeFile(file, settings(options, home, address, port));
    const command = findTool('rtorrent') ?? 'rtorrent';
    const process = startProcess(owner, command, ['-n', '-o', `import=${file}`], { name: 'rtorrent' });
    const running = new RunningRtorrent(process, address, port, join(home, 'rpc'));
    await eventually('rtorrent to answer', async () => {
      if (process.status !== undefined) throw process.explain(new Error('rtorrent did not start'));
      return running.call('system.client_version').catch(() => undefined);
    });
    await running.call('load.start', ['', options.torrent]);
    return running;
  },
};
