import { bytesEqual } from '../../bittorrent/hex.ts';
import type { InfoHash } from '../../bittorrent/info-hash.ts';
import type { Torrent } from '../torrent.ts';

/**
 * The names by which a torrent is announced (BEP 52), the first being that by which we know it: a hybrid by both of its info-hashes,
 * since peers that know v2 only look for the other, cut to 20 bytes. A private one has one name: its tracker books what users moved, and
 * would book it twice. A hybrid whose piece layers are missing has nothing to give to v2 peers.
 */
export function announcedNames({ infoHash, swarmHashV2, metainfo }: Torrent): InfoHash[] {
  const isOne = swarmHashV2 === undefined || metainfo.info.isPrivate || bytesEqual(swarmHashV2, infoHash);
  return isOne ? [infoHash] : [infoHash, swarmHashV2];
}
