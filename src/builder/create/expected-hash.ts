import { toHex } from '../../bittorrent/hex.ts';
import type { Metainfo } from '../../bittorrent/metainfo/metainfo.ts';
import { BuilderError } from '../hashing/errors.ts';

/**
 * Holds the info-hash of a torrent against the one that was asked for.
 * @throws {BuilderError} ERR_INFO_HASH_DIFFERS, naming both.
 */
export function requireInfoHash(metainfo: Metainfo, expected: string): void {
  const { infoHash, infoHashV2 } = metainfo;
  const wanted = expected.toLowerCase();
  const made = [toHex(infoHash), ...(infoHashV2 === undefined ? [] : [toHex(infoHashV2)])];
  if (made.includes(wanted)) return;
  const same = made.find((hash) => hash.length === wanted.length) ?? toHex(infoHash);
  throw new BuilderError(
    'ERR_INFO_HASH_DIFFERS',
    `the info-hash is ${same}, not ${wanted}: the data, or the name, piece length, order, source or version of the torrent is another`,
  );
}
