import { hasV1, type Metainfo } from '../../bittorrent/metainfo/metainfo.ts';
import { pieceHashesOf } from '../../builder/hashing/piece-hashes.ts';
import { SeederError } from '../errors.ts';
import { DEFAULT_SEEDER_LIMITS } from '../limits.ts';

/**
 * A torrent can be fetched only when it says what its pieces are to be, and when one of them fits into memory.
 * @param memoryBytes that all downloads of a node may hold.
 * @throws {SeederError} ERR_NO_HASHES for a v2 torrent without its piece layers (BEP 52); ERR_PIECE_LENGTH.
 */
export function requireMirrorable(
  metainfo: Metainfo,
  memoryBytes: number = DEFAULT_SEEDER_LIMITS.downloadBytes,
): void {
  const { info } = metainfo;
  const name = JSON.stringify(info.name);
  if (Math.min(info.pieceLength, info.length) > memoryBytes)
    throw new SeederError(
      'ERR_PIECE_LENGTH',
      `the torrent ${name} has pieces of ${info.pieceLength} bytes, and ${memoryBytes} is the most that is kept in memory`,
    );
  if (hasV1(info) || info.pieceCount === 0 || pieceHashesOf(metainfo).v2.length > 0) return;
  throw new SeederError(
    'ERR_NO_HASHES',
    `the torrent ${name} is v2 only and lacks its piece layers: use its .torrent file`,
  );
}

/** Whether {@link requireMirrorable} has nothing against it. */
export function isMirrorable(metainfo: Metainfo, memoryBytes: number): boolean {
  try {
    requireMirrorable(metainfo, memoryBytes);
    return true;
  } catch {
    return false; // it says why to whoever asks for more
  }
}
