import type { AnnounceRequest } from '../../bittorrent/announce-request.ts';
import type { AnnounceReply, PeerEntry } from '../../bittorrent/announce-response.ts';
import { type Address, type AddressFamily, formatAddress } from '../../bittorrent/endpoint.ts';
import { type AnnounceContext, UNKNOWN_SENDER } from '../announce-context.ts';
import type { LocalSeed, LocalSeeds } from '../local-seeds.ts';
import { PeerBytes } from '../store/peer-bytes.ts';
import type { SwarmStore } from '../store/swarm-store.ts';
import type { TrackerSettings } from '../tracker-options.ts';
import { PeerChooser, type PeerSeeker } from './peer-choice.ts';

/** Counts of a swarm, our own seed node included. */
export interface SwarmState {
  /** Seeders now. */
  readonly complete: number;
  /** Leechers now. */
  readonly incomplete: number;
  /** Leechers that want data: all but partial seeds (BEP 21). */
  readonly downloaders: number;
  /** Times completed. */
  readonly downloaded: number;
}

/** An announce that is answered. */
export interface AnsweredAnnounce {
  readonly request: AnnounceRequest;
  readonly context: AnnounceContext;
  /** Undefined: no peers are wanted. */
  readonly seeker: PeerSeeker | undefined;
  /** Our own seed node's part in the swarm, when there is one and the announce is not its own. */
  readonly localSeed: LocalSeed | undefined;
  readonly state: SwarmState;
  /** Seconds until the next announce. */
  readonly intervalSeconds: number;
  readonly minIntervalSeconds: number;
  readonly warning: string | undefined;
}

const NO_PEERS = new Uint8Array(0);

/** Makes replies. The peers of a reply lie in memory that the next reply uses again. */
export class ReplyBuilder {
  readonly #settings: TrackerSettings;
  readonly #localSeeds: LocalSeeds;
  readonly #chooser: PeerChooser;
  readonly #out4: PeerBytes;
  readonly #out6: PeerBytes;
  #seed: LocalSeed | undefined;
  /** Where our own seed node is handed out in the reply being built. */
  #seed4: Address | undefined;
  #seed6: Address | undefined;

  constructor(settings: TrackerSettings, store: SwarmStore, localSeeds: LocalSeeds) {
    this.#settings = settings;
    this.#localSeeds = localSeeds;
    const nearPeers = settings.prefersNearPeers ? settings.maxNumWant >> 1 : 0;
    this.#chooser = new PeerChooser(store, settings.random, nearPeers);
    this.#out4 = new PeerBytes(settings.maxNumWant, 6);
    this.#out6 = new PeerBytes(settings.maxNumWant, 18);
  }

  /** The reply to an announce. Its peers are valid until the next call. */
  build(announce: AnsweredAnnounce): AnnounceReply {
    const { state, request, context } = announce;
    const isAsking = this.#choose(announce);
    return {
      intervalSeconds: announce.intervalSeconds,
      minIntervalSeconds: announce.minIntervalSeconds,
      complete: state.complete,
      incomplete: state.incomplete,
      downloaded: state.downloaded,
      externalIp: context.source === UNKNOWN_SENDER ? undefined : context.source,
      peers: isAsking && request.compact ? this.#compact(4, this.#seed4, this.#out4) : NO_PEERS,
      peers6: isAsking && request.compact ? this.#compact(6, this.#seed6, this.#out6) : NO_PEERS,
      peerList: request.compact ? undefined : isAsking ? this.#entries(announce) : [],
      warning: announce.warning,
    };
  }

  /** Chooses the peers of the reply; false when there are to be none. */
  #choose(announce: AnsweredAnnounce): boolean {
    const { seeker } = announce;
    if (seeker === undefined) return false;
    const { defaultNumWant, maxNumWant } = this.#settings;
    const want = Math.min(announce.request.numWant ?? defaultNumWant, maxNumWant);
    if (want === 0) return false;
    this.#chooseSeed(announce, seeker, want);
    const places = (this.#seed4 === undefined ? 0 : 1) + (this.#seed6 === undefined ? 0 : 1);
    this.#chooser.choose(seeker, want - places, announce.context.isOneFamily);
    return true;
  }

  /** Our own seed node comes first in every reply that it fits: a young swarm lives from it. */
  #chooseSeed(announce: AnsweredAnnounce, seeker: PeerSeeker, want: number): void {
    const { localSeed, context } = announce;
    this.#seed = localSeed;
    this.#seed4 = this.#seed6 = undefined;
    if (localSeed === undefined || (wantsNothing(localSeed) && seeker.isSeeder)) return;
    this.#seed4 = this.#localSeeds.addressFor(4, context.localAddress);
    this.#seed6 = this.#localSeeds.addressFor(6, context.localAddress);
    if (context.isOneFamily !== true && (want > 1 || this.#seed4 === undefined || this.#seed6 === undefined))
      return;
    if (seeker.arena.kind === 4) this.#seed6 = undefined;
    else this.#seed4 = undefined;
  }

  #compact(family: AddressFamily, seedAddress: Address | undefined, out: PeerBytes): Uint8Array {
    let at = 0;
    if (seedAddress !== undefined && this.#seed !== undefined)
      at = out.writeFirst(seedAddress, this.#seed.port);
    return out.upTo(this.#chooser.writeEndpoints(family, out.pairs, at));
  }

  #entries({ request }: AnsweredAnnounce): PeerEntry[] {
    const entries: PeerEntry[] = [];
    const seed = this.#seed;
    for (const address of [this.#seed4, this.#seed6]) {
      if (seed === undefined || address === undefined) continue;
      const peerId = request.noPeerId ? undefined : seed.peerId;
      entries.push({ ip: formatAddress(address), port: seed.port, peerId });
    }
    this.#chooser.addEntries(4, !request.noPeerId, entries);
    this.#chooser.addEntries(6, !request.noPeerId, entries);
    return entries;
  }
}

function wantsNothing({ isComplete, isPartialSeed }: LocalSeed): boolean {
  return isComplete || isPartialSeed === true;
}
