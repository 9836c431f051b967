import { bytesEqual } from '../../bittorrent/hex.ts';
import { type InfoHash, isNamedByV2Only, truncatedInfoHash } from '../../bittorrent/info-hash.ts';
import { formatMagnet, type Magnet, parseMagnet } from '../../bittorrent/magnet.ts';
import type { PendingMagnetRow } from '../../persistence/persistence.ts';
import type { Added } from '../catalogue-types.ts';

/** A longer link is none that could be read again. */
const MAX_LINK_LENGTH = 64 * 1024;

/** What names a torrent. */
export interface TorrentNames {
  readonly infoHash: InfoHash;
  readonly infoHashV2?: Uint8Array | null | undefined;
}

/** A magnet link whose metadata is not here yet. */
export class PendingMagnet {
  row: PendingMagnetRow;
  magnet: Magnet;
  /** Ends the fetch that is under way; undefined while none is. */
  fetching: AbortController | undefined;
  /** Settles when it has become a torrent, has failed, or is removed. */
  outcome = newOutcome();

  /** @throws {ProtocolError} ERR_MAGNET. */
  constructor(row: PendingMagnetRow) {
    this.row = row;
    this.magnet = parseMagnet(row.link);
  }

  /** Whether it is to be fetched. */
  get isWanted(): boolean {
    return this.row.failure === null && this.row.state !== 'stopped';
  }

  /** Ends the fetch that is under way. */
  cancel(reason: Error): void {
    this.fetching?.abort(reason);
    this.fetching = undefined;
  }

  /** It is tried again. */
  renew(): void {
    this.outcome = newOutcome();
  }

  /** Whether this is the same torrent by one of its names: a hybrid has two (BEP 52). */
  isNamed(names: TorrentNames): boolean {
    const own = [this.row.infoHash, ...swarmNamesOf(this.magnet)];
    return swarmNamesOf(names).some((name) => own.some((other) => bytesEqual(name, other)));
  }
}

function newOutcome(): PromiseWithResolvers<Added> {
  const outcome = Promise.withResolvers<Added>();
  outcome.promise.catch(() => {}); // often nobody waits for it
  return outcome;
}

/** The names of 20 bytes by which a torrent may go. */
export function swarmNamesOf({ infoHash, infoHashV2 }: TorrentNames): InfoHash[] {
  return infoHashV2 == null ? [infoHash] : [infoHash, truncatedInfoHash(infoHashV2)];
}

/** A link with what another one of the same torrent says beside it; undefined when that is nothing, or too much. */
export function mergedLink(magnet: Magnet, more: Magnet): string | undefined {
  const names = hasBothNames(more) ? { infoHash: more.infoHash, infoHashV2: more.infoHashV2 } : {};
  const both: Magnet = {
    ...more,
    ...magnet,
    ...names,
    trackers: [...new Set([...magnet.trackers, ...more.trackers])],
    webSeeds: [...new Set([...magnet.webSeeds, ...more.webSeeds])],
    peers: [...magnet.peers, ...more.peers],
  };
  const link = formatMagnet({ ...both, peers: uniquePeers(both) });
  return link === formatMagnet(magnet) || link.length > MAX_LINK_LENGTH ? undefined : link;
}

/** One that has a v1 and a v2 name tells more than one of them. */
function hasBothNames({ infoHash, infoHashV2 }: Magnet): boolean {
  return infoHashV2 !== undefined && !isNamedByV2Only(infoHash, infoHashV2);
}

function uniquePeers({ peers }: Magnet): Magnet['peers'] {
  const known = new Map(
    peers.map((peer) => [`${Buffer.from(peer.address).toString('hex')} ${peer.port}`, peer]),
  );
  return [...known.values()];
}
