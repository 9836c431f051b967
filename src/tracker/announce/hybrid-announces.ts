import type { AnnounceRequest } from '../../bittorrent/announce-request.ts';
import { PEER_ID_LENGTH } from '../../bittorrent/peer-id.ts';
import type { HashAliases } from '../store/hash-aliases.ts';
import { SeededHash } from '../store/seeded-hash.ts';

/** Clients that are remembered; one that falls on the place of another takes it. A power of two. */
const PLACES = 4096;
/** An announce by the second name follows the one by the first at once; over UDP, at the second try. */
const ECHO_SECONDS = 30;

/**
 * Brings announces by the second name of a hybrid torrent (BEP 52) under its first, so that everything behind it knows one torrent.
 *
 * A client that has just announced by the first name is given its peers there, and none by the second. Else libtorrent, which
 * announces by both, learns in the middle of a handshake by v1 that the same peer speaks v2, calls the peer's answer invalid, and tries again a
 * minute later. (Seen with 2.0.8 against our own seed, each time.)
 */
export class HybridAnnounces {
  readonly #aliases: HashAliases;
  readonly #clock: () => number;
  readonly #hash = new SeededHash();
  /** Who announced by a first name, as a hash, and when. */
  readonly #clients = new Uint32Array(PLACES);
  readonly #times = new Float64Array(PLACES);

  /** `clock` tells unix seconds. */
  constructor(aliases: HashAliases, clock: () => number) {
    this.#aliases = aliases;
    this.#clock = clock;
  }

  /** The announce as one by the torrent's first name: itself, unless it came by the second. */
  unify(request: AnnounceRequest): AnnounceRequest {
    if (this.#aliases.size === 0) return request;
    const { infoHash } = request;
    if (this.#aliases.isAliased(infoHash)) this.#remember(this.#clientOf(request, infoHash));
    const name = this.#aliases.nameOf(infoHash);
    if (name === undefined) return request;
    const isEcho = this.#isRemembered(this.#clientOf(request, name));
    return { ...request, infoHash: name, numWant: isEcho ? 0 : request.numWant };
  }

  #clientOf({ peerId }: AnnounceRequest, name: Uint8Array): number {
    const [a = 0, b = 0, c = 0, d = 0] = name;
    return this.#hash.bytes(peerId, 0, PEER_ID_LENGTH, ((a << 24) | (b << 16) | (c << 8) | d) >>> 0);
  }

  #remember(client: number): void {
    const place = client % PLACES;
    this.#clients[place] = client;
    this.#times[place] = this.#clock();
  }

  #isRemembered(client: number): boolean {
    const place = client % PLACES;
    return this.#clients[place] === client && this.#clock() - (this.#times[place] as number) < ECHO_SECONDS; // within it
  }
}
