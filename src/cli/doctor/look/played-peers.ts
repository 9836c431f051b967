import { randomBytes, randomInt } from 'node:crypto';
import type { AnnounceEvent, AnnounceRequest } from '../../../bittorrent/announce-request.ts';
import type { InfoHash } from '../../../bittorrent/info-hash.ts';
import { makePeerId } from '../../../bittorrent/peer-id.ts';
import { openTracker } from '../../../seeder/tracker-client/open-tracker.ts';
import type { AnnounceResult, TrackerClientOptions } from '../../../seeder/tracker-client/tracker-client.ts';
import { isAnswered, type Outcome, outcomeOf, type Way, wayName } from '../evidence.ts';

const WANTED_PEERS = 200;

/** How the peers announce. */
export interface PlayedPeersOptions {
  readonly infoHash: InfoHash;
  readonly timeoutMs: number;
  readonly userAgent: string;
  readonly signal: AbortSignal;
  /** Is told what is asked now. */
  readonly onStep?: ((what: string) => void) | undefined;
}

/** Two leechers of one torrent that live on this machine. Whoever plays them lets them take leave, whatever happens. */
export class PlayedPeers {
  readonly #options: PlayedPeersOptions;
  /** Where each was taken. */
  readonly #taken = new Map<string, { readonly way: Way; readonly peer: AnnounceRequest }>();
  readonly first: AnnounceRequest;
  readonly second: AnnounceRequest;

  constructor(options: PlayedPeersOptions) {
    const port = randomInt(50_000, 60_000);
    this.#options = options;
    this.first = requestOf(options.infoHash, port);
    this.second = requestOf(options.infoHash, port + 1);
  }

  /** How a way is asked. */
  clientOptions({ family }: Pick<Way, 'family'>): TrackerClientOptions {
    const { timeoutMs, userAgent } = this.#options;
    return { timeoutMs, userAgent, family, maxRedirects: 0, isAnyCertificateTaken: true };
  }

  /** Announces one of the two. Throws nothing but the signal's reason. */
  async announce(way: Way, peer: AnnounceRequest, event: AnnounceEvent): Promise<Outcome<AnnounceResult>> {
    const { signal, onStep } = this.#options;
    signal.throwIfAborted();
    onStep?.(`asking ${wayName(way)}`);
    // Before it is answered: a tracker whose answer is lost knows the peer too.
    this.#taken.set(`${peer.port} ${way.url} ${way.family}`, { way, peer });
    const outcome = await outcomeOf(() =>
      openTracker(way.url, this.clientOptions(way)).announce({ ...peer, event }, signal),
    );
    signal.throwIfAborted();
    if (!isTaken(outcome)) this.#taken.delete(`${peer.port} ${way.url} ${way.family}`);
    return outcome;
  }

  /** Tells every way that took a peer that it has stopped, also after an interruption. Over WebSocket that is told already. */
  async leave(): Promise<void> {
    const signal = AbortSignal.timeout(this.#options.timeoutMs);
    const told = [...this.#taken.values()].filter(({ way }) => !way.protocol.startsWith('ws'));
    const stopped = { event: 'stopped', numWant: 0 } as const;
    await Promise.all(
      told.map(({ way, peer }) =>
        outcomeOf(() =>
          openTracker(way.url, this.clientOptions(way)).announce({ ...peer, ...stopped }, signal),
        ),
      ),
    );
    this.#taken.clear();
  }
}

/** Whether the tracker lists the peer now. */
export function isTaken(outcome: Outcome<AnnounceResult>): boolean {
  return isAnswered(outcome) && !('failure' in outcome.answer.reply);
}

function requestOf(infoHash: InfoHash, port: number): AnnounceRequest {
  return {
    infoHash,
    peerId: makePeerId(randomBytes(12)),
    port,
    uploaded: 0,
    downloaded: 0,
    left: 1,
    event: 'started',
    numWant: WANTED_PEERS,
    key: randomInt(1, 2 ** 32),
    ip: undefined,
    compact: true,
    noPeerId: false,
  };
}
