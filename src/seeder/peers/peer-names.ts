import type { Address } from '../../bittorrent/endpoint.ts';
import { toHex } from '../../bittorrent/hex.ts';

/** What is known of a peer when its handshake has come. */
export interface NamedPeer {
  readonly address: Address;
  /** Its address is one of a private network, where many peers may share one. */
  readonly isPrivate: boolean;
  readonly port: number;
  readonly peerId: Uint8Array;
}

/** Bytes of an IPv6 address that name a network: whoever has one address in it has them all. */
const NETWORK_BYTES = 8;

/** Whom an address stands for: an IPv4 address for itself, one of IPv6 for its /64. */
export function networkOf(address: Address): string {
  return address.length === 4 ? toHex(address) : `${toHex(address.subarray(0, NETWORK_BYTES))}/64`;
}

/** By what a peer is banned: its public address, of IPv6 its network; where many may share one, its port there and its peer id. */
export function namesOf({ address, isPrivate, port, peerId }: NamedPeer): string[] {
  if (!isPrivate) return [networkOf(address)];
  const host = toHex(address);
  return [`${host}:${port}`, `${host}/${toHex(peerId)}`];
}

/** Peers that are remembered. */
const MAX_NAMES = 10_000;

/** Peers that gave wrong data, until the node ends. The oldest is forgotten when there are too many. */
export class BannedPeers {
  readonly #names = new Set<string>();

  add(names: readonly string[]): void {
    for (const name of names) this.#names.add(name);
    for (const oldest of this.#names) {
      if (this.#names.size <= MAX_NAMES) break;
      this.#names.delete(oldest);
    }
  }

  has(names: readonly string[]): boolean {
    return names.some((name) => this.#names.has(name));
  }
}
