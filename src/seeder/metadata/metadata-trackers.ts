import { randomInt } from 'node:crypto';
import type { Endpoint } from '../../bittorrent/endpoint.ts';
import { type InfoHash, isNamedByV2Only, truncatedInfoHash } from '../../bittorrent/info-hash.ts';
import type { Magnet } from '../../bittorrent/magnet.ts';
import type { PeerId } from '../../bittorrent/peer-id.ts';
import type { Clock } from '../clock.ts';
import { believablePeers } from '../tracker-client/near-address.ts';
import { openTracker, protocolOf } from '../tracker-client/open-tracker.ts';

/** Trackers of a magnet that are asked; more are passed over. */
const MAX_TRACKERS = 20;
const TIMEOUT_MS = 15_000;
const AGAIN_MS = 60_000;
const WANTED_PEERS = 50;
/** Something is missing, and nobody knows yet how much: what other clients say. */
const UNKNOWN_LEFT = 16 * 1024;

/** Who asks. */
export interface MetadataTrackersOptions {
  readonly magnet: Magnet;
  readonly peerId: PeerId;
  readonly clientVersion: string;
  readonly clock: Clock;
  /** The port on which we listen. */
  readonly port: number;
  readonly onPeers: (peers: readonly Endpoint[]) => void;
}

/** Asks the trackers of a magnet for peers. */
export class MetadataTrackers {
  readonly #options: MetadataTrackersOptions;
  readonly #key = randomInt(1, 2 ** 32);
  readonly #asked: readonly { readonly url: string; readonly name: InfoHash }[];
  #nextAtMs = Number.NEGATIVE_INFINITY;

  constructor(options: MetadataTrackersOptions) {
    this.#options = options;
    const urls = options.magnet.trackers
      .filter((url) => ['http', 'https', 'udp'].includes(protocolOf(url) ?? ''))
      .slice(0, MAX_TRACKERS);
    this.#asked = urls.flatMap((url) => swarmNames(options.magnet).map((name) => ({ url, name })));
  }

  /** Asks all of them, at once and then every minute, until the signal aborts; called again, a minute after it asked last. Never throws. */
  async ask(signal: AbortSignal): Promise<void> {
    while (this.#asked.length > 0) {
      await this.#wait(signal);
      if (signal.aborted) return;
      this.#nextAtMs = this.#options.clock.nowMs() + AGAIN_MS;
      await Promise.allSettled(
        this.#asked.map(({ url, name }) => askOne(url, name, this.#key, this.#options, signal)),
      );
    }
  }

  async #wait(signal: AbortSignal): Promise<void> {
    const { clock } = this.#options;
    const waitMs = this.#nextAtMs - clock.nowMs();
    if (waitMs <= 0 || signal.aborted) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const cancel = clock.after(waitMs, resolve);
    const abort = (): void => resolve();
    signal.addEventListener('abort', abort, { once: true });
    await promise;
    cancel();
    signal.removeEventListener('abort', abort);
  }
}

/** A hybrid has two swarms, which a tracker may keep apart (BEP 52). */
function swarmNames({ infoHash, infoHashV2 }: Magnet): InfoHash[] {
  const isOne = infoHashV2 === undefined || isNamedByV2Only(infoHash, infoHashV2);
  return isOne ? [infoHash] : [infoHash, truncatedInfoHash(infoHashV2)];
}

async function askOne(
  url: string,
  infoHash: InfoHash,
  key: number,
  { peerId, clientVersion, port, onPeers }: MetadataTrackersOptions,
  signal: AbortSignal,
): Promise<void> {
  const client = openTracker(url, { userAgent: clientVersion.replace(' ', '/'), timeoutMs: TIMEOUT_MS });
  const request = {
    infoHash,
    peerId,
    port,
    uploaded: 0,
    downloaded: 0,
    left: UNKNOWN_LEFT,
    event: 'started',
    numWant: WANTED_PEERS,
    key,
    ip: undefined,
    compact: true,
    noPeerId: true,
  } as const;
  const { reply, exchange } = await client.announce(request, signal);
  if ('peers' in reply) onPeers(believablePeers(reply.peers, exchange.remote));
}
