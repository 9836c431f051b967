import type { Torrent } from '../../torrent.ts';
import type { ExchangePeer, PeerExchangeOptions } from './exchange-types.ts';
import { PexLog } from './pex-log.ts';
import { PexSession } from './pex-session.ts';

/** Tells peers of each other, and hears of others from them (BEP 11). Never for private torrents (BEP 27). */
export class PeerExchange {
  readonly #options: PeerExchangeOptions;
  readonly #sessions = new Map<ExchangePeer, PexSession>();
  readonly #logs = new WeakMap<Torrent, PexLog>();

  constructor(options: PeerExchangeOptions) {
    this.#options = options;
  }

  /** Both handshakes of a connection are there. */
  joined(peer: ExchangePeer): void {
    const { torrent, wire } = peer;
    if (torrent === undefined || torrent.isPrivate || wire.isClosed) return;
    const session = new PexSession(peer, torrent, this.#logOf(torrent), this.#options);
    this.#sessions.set(peer, session);
    wire.discovery = session;
  }

  /** A connection is over. */
  gone(peer: ExchangePeer): void {
    this.#sessions.get(peer)?.end();
    this.#sessions.delete(peer);
  }

  /** Once a second or so. */
  tick(nowMs: number): void {
    for (const session of this.#sessions.values()) session.tick(nowMs);
  }

  #logOf(torrent: Torrent): PexLog {
    let log = this.#logs.get(torrent);
    if (log === undefined) {
      log = new PexLog();
      this.#logs.set(torrent, log);
    }
    return log;
  }
}
