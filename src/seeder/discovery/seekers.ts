import type { Endpoint } from '../../bittorrent/endpoint.ts';
import { toHex } from '../../bittorrent/hex.ts';
import type { OnPeers } from './discovery-types.ts';

/** Who looks for peers of a swarm that we are not in yet, as for the metadata of a magnet link. */
export class Seekers {
  readonly #byInfoHash = new Map<string, Set<OnPeers>>();

  /** Info-hashes that somebody looks for. */
  get size(): number {
    return this.#byInfoHash.size;
  }

  /** Tells of peers of this swarm until the signal aborts. */
  add(infoHash: Uint8Array, onPeers: OnPeers, signal: AbortSignal): void {
    if (signal.aborted) return;
    const key = toHex(infoHash);
    const seekers = this.#byInfoHash.get(key) ?? new Set();
    this.#byInfoHash.set(key, seekers.add(onPeers));
    const remove = (): void => {
      seekers.delete(onPeers);
      if (seekers.size === 0) this.#byInfoHash.delete(key);
    };
    signal.addEventListener('abort', remove, { once: true });
  }

  /** There may be peers of a swarm at the endpoints; the info-hash in hexadecimal. */
  tell(infoHash: string, endpoints: readonly Endpoint[]): void {
    for (const onPeers of this.#byInfoHash.get(infoHash) ?? []) onPeers(endpoints);
  }
}
