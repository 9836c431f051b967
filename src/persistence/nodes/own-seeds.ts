import { type Address, formatAddress } from '../../bittorrent/endpoint.ts';
import { bytesEqual } from '../../bittorrent/hex.ts';
import { type InfoHash, infoHashToHex } from '../../bittorrent/info-hash.ts';
import type { PeerJournal, PeerState } from '../peer-journal.ts';
import type { OwnSeedRows } from './shared-peers.ts';

/** What {@link OwnSeeds} needs to know of the own seed node. */
export interface OwnSeedsOptions {
  readonly journal: PeerJournal;
  /** Unix seconds by the clock of the database. */
  readonly nowSeconds: () => number;
  /** 20 bytes, the last 12 of them the same after each restart. */
  readonly peerId: Uint8Array;
  /** Where the seed node takes connections. */
  readonly port: () => number;
  /** Where strangers reach it, at most one address a family. */
  readonly addresses: () => readonly Address[];
}

/** How often the rows are written anew. */
export const RENEWAL_INTERVAL_MS = 4 * 60_000;
/** So a seed that died is handed out by other nodes for ten minutes at most. */
const LIFETIME_SECONDS = 600;
/** Client name and version at the start of a peer id. */
const PREFIX_BYTES = 8;

interface SeedEndpoint {
  readonly address: Address;
  readonly port: number;
}

/**
 * The own seed node as other nodes see it: a peer row a torrent and address, kept alive while it seeds. This node's tracker
 * knows its seed by itself, so these rows are never put back here.
 */
export class OwnSeeds implements OwnSeedRows {
  readonly #options: OwnSeedsOptions;
  readonly #state: PeerState;
  readonly #torrents = new Map<string, { readonly infoHash: InfoHash; listed: readonly SeedEndpoint[] }>();

  constructor(options: OwnSeedsOptions) {
    this.#options = Object.freeze({ ...options });
    this.#state = Object.freeze({ peerId: options.peerId, key: 0, uploaded: 0, downloaded: 0, left: 0 });
  }

  /** The seed node has a torrent: it is listed from now on. */
  add(infoHash: InfoHash): void {
    const torrent = { infoHash, listed: [] };
    this.#torrents.set(infoHashToHex(infoHash), torrent);
    this.#list(torrent, this.#endpoints());
  }

  /** The seed node no longer has it. */
  remove(infoHash: InfoHash): void {
    const torrent = this.#torrents.get(infoHashToHex(infoHash));
    if (torrent === undefined) return;
    this.#list(torrent, []);
    this.#torrents.delete(infoHashToHex(infoHash));
  }

  /** Writes all rows anew: call it every {@link RENEWAL_INTERVAL_MS}. An address that we have no more is taken back. */
  renew(): void {
    const endpoints = this.#endpoints();
    for (const torrent of this.#torrents.values()) this.#list(torrent, endpoints);
  }

  /** Takes all rows back: the seed node stops. */
  clear(): void {
    for (const torrent of this.#torrents.values()) this.#list(torrent, []);
    this.#torrents.clear();
  }

  isOwn(peerId: Uint8Array): boolean {
    return bytesEqual(peerId.subarray(PREFIX_BYTES), this.#options.peerId.subarray(PREFIX_BYTES));
  }

  foundStored(infoHash: InfoHash, address: Address, port: number): void {
    const listed = this.#torrents.get(infoHashToHex(infoHash))?.listed ?? [];
    if (!listed.some(isSameAs({ address, port }))) this.#options.journal.recordGone(infoHash, address, port);
  }

  #list(
    torrent: { readonly infoHash: InfoHash; listed: readonly SeedEndpoint[] },
    endpoints: readonly SeedEndpoint[],
  ): void {
    const { journal, nowSeconds } = this.#options;
    const { infoHash, listed } = torrent;
    const now = nowSeconds();
    for (const endpoint of listed)
      if (!endpoints.some(isSameAs(endpoint))) journal.recordGone(infoHash, endpoint.address, endpoint.port);
    for (const { address, port } of endpoints)
      journal.recordPeer(infoHash, address, port, this.#state, now, now + LIFETIME_SECONDS);
    torrent.listed = endpoints;
  }

  #endpoints(): SeedEndpoint[] {
    const { addresses, port } = this.#options;
    return addresses().map((address) => ({ address, port: port() }));
  }
}

function isSameAs(one: SeedEndpoint): (other: SeedEndpoint) => boolean {
  return (other) => other.port === one.port && formatAddress(other.address) === formatAddress(one.address);
}
