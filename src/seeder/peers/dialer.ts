import { connect, type Socket } from 'node:net';
import { formatAddress } from '../../bittorrent/endpoint.ts';
import type { Clock } from '../clock.ts';
import type { PeerOrigin } from '../discovery/peer-origin.ts';
import type { SeederLimits } from '../limits.ts';
import type { Torrent } from '../torrent.ts';
import { isServed } from '../torrents/torrent-state.ts';
import type { EncryptionMode } from '../wire/encryption/encryption.ts';
import { type Candidate, Candidates, type PeerAddress } from './candidates.ts';
import type { Outgoing } from './peer-host.ts';
import { Turnover } from './turnover.ts';

/** What a dialer works with. */
export interface DialerOptions {
  readonly clock: Clock;
  readonly limits: Pick<SeederLimits, 'maxOutgoing' | 'maxHalfOpen' | 'connectTimeoutMs' | 'maxConnections'>;
  /** Whether connections are opened encrypted. */
  readonly encryption: EncryptionMode;
  /** Open connections of the node. */
  readonly connectionCount: () => number;
  /** Takes a connection over. */
  readonly onConnected: (socket: Socket, outgoing: Outgoing) => void;
  /** Opens a connection; another for tests, of addresses that answer nobody. */
  readonly connect?: (host: string, port: number) => Socket;
}

/** Anybody may say anything there. */
const HEARSAY: ReadonlySet<PeerOrigin> = new Set(['pex', 'dht', 'local']);

/** Connects to peers of torrents that are downloaded: so many at a time, again after a while when it failed. */
export class Dialer {
  readonly #options: DialerOptions;
  readonly #torrents = new Map<Torrent, Candidates>();
  readonly #opening = new Set<Socket>();
  readonly #connect: typeof connectTo;
  /** Being opened or open, a torrent. */
  readonly #busy = new Map<Torrent, number>();
  readonly #turnover = new Turnover();
  #isStopped = false;

  constructor(options: DialerOptions) {
    this.#options = options;
    this.#connect = options.connect ?? connectTo;
  }

  /** Connects to peers of the torrent from now on. */
  start(torrent: Torrent): void {
    if (!this.#torrents.has(torrent)) this.#torrents.set(torrent, new Candidates(this.#options.encryption));
  }

  /** Connects to no more peers of it; connections stay. */
  forget(torrent: Torrent): void {
    this.#torrents.delete(torrent);
  }

  /** Addresses at which there may be peers of a torrent that is downloaded. Returns how many were new to it. */
  found(torrent: Torrent, endpoints: readonly PeerAddress[], origin: PeerOrigin): number {
    const candidates = this.#torrents.get(torrent);
    const added = candidates?.add(endpoints, this.#options.clock.nowMs(), HEARSAY.has(origin)) ?? 0;
    this.dial();
    return added;
  }

  /**
   * Opens what may be opened now, for one torrent after another: one whose peers do not answer keeps no other waiting. Call it every
   * second or so.
   */
  dial(): void {
    const nowMs = this.#options.clock.nowMs();
    let waiting = [...this.#torrents];
    while (waiting.length > 0 && this.#hasRoom())
      waiting = waiting.filter((some) => this.#dialOne(some, nowMs));
  }

  /** Opens one connection for a torrent, whose turn comes last then; false when there is none to open. */
  #dialOne([torrent, candidates]: readonly [Torrent, Candidates], nowMs: number): boolean {
    if (!isServed(torrent.state)) return false; // paused, it has connections too
    if (!this.#hasRoom()) return false;
    const candidate = candidates.next(nowMs);
    if (candidate === undefined) return false;
    if (this.#isFull(torrent)) this.#turnover.look(torrent, nowMs);
    if (this.#isFull(torrent)) return false;
    this.#torrents.delete(torrent);
    this.#torrents.set(torrent, candidates);
    this.#open(torrent, candidates, candidate);
    return true;
  }

  /** Opens no more. */
  stop(): void {
    this.#isStopped = true;
    for (const socket of this.#opening) socket.destroy();
  }

  #isFull(torrent: Torrent): boolean {
    return (this.#busy.get(torrent) ?? 0) >= this.#options.limits.maxOutgoing;
  }

  #hasRoom(): boolean {
    const { limits, connectionCount } = this.#options;
    return (
      !this.#isStopped &&
      this.#opening.size < limits.maxHalfOpen &&
      connectionCount() + this.#opening.size < limits.maxConnections
    );
  }

  #open(torrent: Torrent, candidates: Candidates, candidate: Candidate): void {
    const { clock, limits, onConnected } = this.#options;
    const { address, port } = candidate.endpoint;
    candidates.dialled(candidate, clock.nowMs());
    this.#count(torrent, 1);
    const outgoing: Outgoing = {
      torrent,
      isEncrypted: candidate.isEncrypted,
      onEnded: (reason, hasAnswered) => {
        this.#count(torrent, -1);
        if (!hasAnswered && candidates.fallsBack(candidate, reason, clock.nowMs())) this.dial();
        else candidates.ended(candidate, reason, hasAnswered, clock.nowMs());
      },
    };
    const socket = this.#connect(formatAddress(address), port);
    this.#opening.add(socket);
    const cancel = clock.after(limits.connectTimeoutMs, () => socket.destroy());
    const failed = (): void => {
      cancel();
      this.#opening.delete(socket);
      this.#count(torrent, -1);
      candidates.ended(candidate, 'socket-error', false, clock.nowMs());
    };
    socket.once('close', failed);
    socket.on('error', () => {}); // `close` follows
    socket.once('connect', () => {
      cancel();
      this.#opening.delete(socket);
      socket.off('close', failed);
      onConnected(socket, outgoing);
    });
  }

  #count(torrent: Torrent, change: number): void {
    const count = (this.#busy.get(torrent) ?? 0) + change;
    if (count === 0) this.#busy.delete(torrent);
    else this.#busy.set(torrent, count);
  }
}

/** Bytes that are read at a time. */
const READ_BYTES = 64 * 1024;

/**
 * Connects; each `data` event brings a view of the same memory, which is written over by the next. Node would else make 64 KiB
 * of new memory for each read: 57 us of CPU a block against 36 to 45 (docs/seed-node.md, "Mirror").
 */
function connectTo(host: string, port: number): Socket {
  const buffer = Buffer.allocUnsafeSlow(READ_BYTES);
  const socket: Socket = connect({
    host,
    port,
    onread: {
      buffer,
      callback: (length) => socket.emit('data', buffer.subarray(0, length)) || true, // false would stop reading
    },
  });
  return socket;
}
