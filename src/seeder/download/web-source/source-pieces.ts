import type { Info } from '../../../bittorrent/metainfo/metainfo.ts';
import { fullBits, hasBit, setBit } from '../../bits.ts';
import { piecesOf } from '../../torrents/file-progress.ts';
import type { PieceSet } from '../piece-picker.ts';
import { MAX_SKIPPED_BYTES, type PartReader } from './part-reader.ts';

/**
 * What a source has: all but the pieces with bytes of files that it lacks. Where its server knows no ranges it gives of that what can be
 * read without too much in vain. A download asks for each piece that is missing, again and again: two bits a piece, and no work.
 */
export class SourcePieces implements PieceSet {
  readonly #info: Info;
  readonly #reader: Pick<PartReader, 'isRangeless' | 'standing'>;
  #bits: Uint8Array | undefined;
  /** Those that begin too far behind the beginning of their file; made when it is needed. */
  #far: Uint8Array | undefined;

  constructor(
    info: Info,
    reader: Pick<PartReader, 'isRangeless' | 'standing'>,
    missingFiles: Iterable<number>,
  ) {
    this.#info = info;
    this.#reader = reader;
    for (const file of missingFiles) this.lacks(file);
  }

  /** It has all, and gives it in any order. */
  get isComplete(): boolean {
    return this.#bits === undefined && !this.#reader.isRangeless;
  }

  /** The pieces that it has, whether or not it gives them now; undefined: all. */
  get bits(): Uint8Array | undefined {
    return this.#bits;
  }

  /** Whether it has the piece, and gives it now. */
  has(piece: number): boolean {
    if (this.#bits !== undefined && !hasBit(this.#bits, piece)) return false;
    return !this.#reader.isRangeless || this.#isInReach(piece);
  }

  /** It does not have a file, by its index. */
  lacks(file: number): void {
    const { files, pieceCount, pieceLength } = this.#info;
    const place = files[file];
    const range = place && piecesOf(place, pieceLength);
    if (range === undefined) return;
    this.#bits ??= fullBits(pieceCount);
    for (let piece = range[0]; piece <= range[1]; piece++) setBit(this.#bits, piece, false);
  }

  /** A piece may begin in the middle of one file; of others in it the beginning is read. */
  #isInReach(piece: number): boolean {
    this.#far ??= farPieces(this.#info);
    if (!hasBit(this.#far, piece)) return true;
    const { standing } = this.#reader;
    if (standing === undefined) return false;
    const begin = (this.#info.files[standing.file]?.offset ?? 0) + standing.position;
    const gap = piece * this.#info.pieceLength - begin;
    return gap >= 0 && gap <= MAX_SKIPPED_BYTES;
  }
}

function farPieces({ files, pieceCount, pieceLength }: Info): Uint8Array {
  const far = new Uint8Array(Math.ceil(pieceCount / 8));
  for (const { offset, length, isPadding } of files) {
    if (isPadding) continue;
    const first = Math.floor((offset + MAX_SKIPPED_BYTES) / pieceLength) + 1;
    for (let piece = first; piece * pieceLength < offset + length; piece++) setBit(far, piece, true);
  }
  return far;
}
