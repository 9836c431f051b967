import type { Laid } from '../../bittorrent/metainfo/align-files.ts';
import { MERKLE_HASH_LENGTH } from '../../bittorrent/metainfo/merkle.ts';
import { PIECE_HASH_LENGTH, type TorrentVersion } from '../../bittorrent/metainfo/metainfo.ts';
import { MAX_METAINFO_BYTES } from '../../bittorrent/metainfo/parse.ts';
import { BuilderError } from '../hashing/errors.ts';
import type { HashFile } from '../hashing/job.ts';
import type { ListedFile } from '../input/listed-file.ts';

/** A file where it will lie in the torrent's data, or a pad file. */
export type PlannedFile = Laid<ListedFile>;

/** A torrent before anything is hashed. */
export interface TorrentPlan {
  readonly version: TorrentVersion;
  readonly name: string;
  /** Bytes. */
  readonly pieceLength: number;
  readonly pieceCount: number;
  /** In the torrent's order; v2 and hybrid with pad files. */
  readonly files: readonly PlannedFile[];
  /** Bytes of all files, pad files included. */
  readonly length: number;
  /** Bytes of pad files. */
  readonly paddingLength: number;
}

/** Whether a planned file is data, and not padding. */
export function isContent(file: PlannedFile): file is ListedFile & { readonly offset: number } {
  return !('isPadding' in file);
}

/** A planned file as it lies on disk; a pad file is nowhere. */
export function storedFileOf(file: PlannedFile): { path: string; length: number; isPadding: boolean } {
  const { length } = file;
  return isContent(file)
    ? { path: file.absolutePath, length, isPadding: false }
    : { path: '', length, isPadding: true };
}

/** A planned file as the hashing threads take it. */
export function hashFileOf(file: PlannedFile): HashFile {
  return { path: isContent(file) ? file.absolutePath : undefined, length: file.length };
}

/** The plan of files that are laid out. @throws {BuilderError} ERR_INPUT, ERR_OPTION when they are too many or too large. */
export function planOf(
  files: readonly PlannedFile[],
  { version, name, pieceLength }: Pick<TorrentPlan, 'version' | 'name' | 'pieceLength'>,
): TorrentPlan {
  const length = files.reduce((end, file) => Math.max(end, file.offset + file.length), 0);
  if (!Number.isSafeInteger(length))
    throw new BuilderError('ERR_INPUT', 'the files and the padding between them are larger than 2^53 bytes');
  const pieceCount = Math.ceil(length / pieceLength);
  checkHashBytes(pieceCount, version, pieceLength);
  const paddingLength = files.reduce((sum, file) => sum + (isContent(file) ? 0 : file.length), 0);
  return { version, name, pieceLength, pieceCount, files, length, paddingLength };
}

/** Better now than after an hour of hashing: readers refuse such a file. The names take the rest. */
function checkHashBytes(pieceCount: number, version: TorrentVersion, pieceLength: number): void {
  const bytesOfPiece =
    (version === 'v2' ? 0 : PIECE_HASH_LENGTH) + (version === 'v1' ? 0 : MERKLE_HASH_LENGTH);
  const hashBytes = pieceCount * bytesOfPiece;
  if (hashBytes > MAX_METAINFO_BYTES / 2)
    throw new BuilderError(
      'ERR_OPTION',
      `${pieceCount} pieces of ${pieceLength} bytes would make a .torrent that no client takes: choose a greater piece length, at least ${leastPieceLength(pieceCount, pieceLength, bytesOfPiece)}`,
    );
}

/** Bytes of the shortest piece with which the hashes fit. */
function leastPieceLength(pieceCount: number, pieceLength: number, bytesOfPiece: number): number {
  let least = pieceLength;
  while (Math.ceil((pieceCount * pieceLength) / least) * bytesOfPiece > MAX_METAINFO_BYTES / 2) least *= 2;
  return least;
}
