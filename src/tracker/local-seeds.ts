import type { AnnounceRequest } from '../bittorrent/announce-request.ts';
import { type Address, type AddressFamily, familyOf } from '../bittorrent/endpoint.ts';
import { bytesEqual } from '../bittorrent/hex.ts';

/** Follows a swarm in which our own seed node has a part, and says who is given our seed. */
export interface SwarmFollower {
  /**
   * A peer with an endpoint announced itself to the swarm, or leaves it (event `stopped`). Returns whether our own seed may be among the
   * peers that it is given. Called at every such announce: it neither waits nor throws, and keeps nothing of the request.
   */
  announced(request: AnnounceRequest, nowSeconds: number, expiresAtSeconds: number): boolean;
}

/** What our own seed node says of a torrent that it has. */
export interface LocalSeed {
  /** Where it takes connections. */
  readonly port: number;
  /** 20 bytes. */
  readonly peerId: Uint8Array;
  /** It has all pieces; otherwise it counts as a leecher. */
  readonly isComplete: boolean;
  /** It lacks some and wants none of them (BEP 21). */
  readonly isPartialSeed?: boolean;
  /** It serves nobody now: it is neither counted nor handed out. */
  readonly isAway?: boolean;
  /** Left out: it is handed out to everybody who can use it. */
  readonly follower?: SwarmFollower;
}

/** The torrents of our own seed node, by the rows of their swarms. They do not lie in the swarm store: their address depends on who asks. */
export class LocalSeeds {
  readonly #seeds = new Map<number, LocalSeed>();
  readonly #publicAddresses: readonly Address[];

  /** `publicAddresses`: where the seed node is reached from outside, at most one a family; empty: where the client reached us. */
  constructor(publicAddresses: readonly Address[]) {
    this.#publicAddresses = publicAddresses;
  }

  /** The seed of a swarm's row, or undefined. */
  get(swarm: number): LocalSeed | undefined {
    return this.#seeds.get(swarm);
  }

  set(swarm: number, seed: LocalSeed): void {
    this.#seeds.set(swarm, { ...seed, peerId: seed.peerId.slice() });
  }

  delete(swarm: number): void {
    this.#seeds.delete(swarm);
  }

  /** The address of `family` to hand out to a client that reached us at `localAddress`, or undefined. */
  addressFor(family: AddressFamily, localAddress: Address | undefined): Address | undefined {
    if (this.#publicAddresses.length > 0)
      return this.#publicAddresses.find((address) => familyOf(address) === family);
    return localAddress !== undefined && familyOf(localAddress) === family ? localAddress : undefined;
  }
}

/**
 * Whether an announce comes from the seed node itself, which is handed out already and is no peer of its own: it has the
 * peer id, or nobody else can listen there, because it comes from the very address at which it reached us.
 */
export function isOwnAnnounce(
  seed: LocalSeed,
  announce: { readonly peerId: Uint8Array; readonly port: number },
  context: { readonly source: Address; readonly localAddress: Address | undefined },
): boolean {
  if (announce.port !== seed.port) return false;
  if (bytesEqual(announce.peerId, seed.peerId)) return true;
  return context.localAddress !== undefined && bytesEqual(context.source, context.localAddress);
}
