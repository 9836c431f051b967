import { BuilderError } from './hashing/errors.ts';

const KIB = 1024;
const MIB = 1024 * KIB;

/** The shortest and the longest piece that `make-torrent` makes: what libtorrent takes. */
export const MIN_PIECE_LENGTH = 16 * KIB;
export const MAX_PIECE_LENGTH = 128 * MIB;

/** libtorrent's table: up to so many bytes of data, so many bytes a piece. It keeps the list of hashes near 2 sqrt(data). */
const table: readonly (readonly [maxBytes: number, pieceLength: number])[] = [
  [2_684_355, 16 * KIB],
  [10_737_418, 32 * KIB],
  [42_949_673, 64 * KIB],
  [171_798_692, 128 * KIB],
  [687_194_767, 256 * KIB],
  [2_748_779_069, 512 * KIB],
  [10_995_116_278, MIB],
  [43_980_465_111, 2 * MIB],
  [175_921_860_444, 4 * MIB],
  [703_687_441_777, 8 * MIB],
];

/** Bytes a piece for `length` bytes of data, 16 KiB to 16 MiB. */
export function automaticPieceLength(length: number): number {
  return table.find(([maxBytes]) => length <= maxBytes)?.[1] ?? 16 * MIB;
}

/**
 * Returns a piece length that was asked for.
 * @throws {BuilderError} ERR_OPTION unless it is a power of two from 16 KiB to 128 MiB.
 */
export function checkPieceLength(pieceLength: number): number {
  const isPower = Number.isInteger(Math.log2(pieceLength));
  if (!isPower || pieceLength < MIN_PIECE_LENGTH || pieceLength > MAX_PIECE_LENGTH)
    throw new BuilderError(
      'ERR_OPTION',
      `a piece length of ${pieceLength} bytes is not possible: it must be a power of two from 16 KiB to 128 MiB`,
    );
  return pieceLength;
}
