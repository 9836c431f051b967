import type { Info } from '../../bittorrent/metainfo/metainfo.ts';
import { DEFAULT_PRIORITY, type FileRule, prioritiesFor } from './file-rules.ts';

/** Which files of a torrent are wanted, and with them which pieces: those that touch a wanted file. */
export class FileSelection {
  /** Bytes of the files that are wanted. */
  readonly wantedBytes: number;
  /** Pieces that are wanted. */
  readonly pieceCount: number;
  readonly #files: Uint8Array | undefined;
  /** A priority a piece, the greatest of its files; undefined when all have the default. */
  readonly #pieces: Uint8Array | undefined;

  /** @throws {SeederError} ERR_PREFERENCE when the rules name files that are not there. */
  constructor(info: Info, rules: readonly FileRule[]) {
    const files = prioritiesFor(info, rules);
    this.#files = files;
    this.#pieces = files && piecePriorities(info, files);
    this.pieceCount =
      this.#pieces?.reduce((count, priority) => count + Math.sign(priority), 0) ?? info.pieceCount;
    let wantedBytes = 0;
    for (const [index, { length, isPadding }] of info.files.entries())
      if (!isPadding && this.wantsFile(index)) wantedBytes += length;
    this.wantedBytes = wantedBytes;
  }

  /** All files are wanted, equally. */
  get isPlain(): boolean {
    return this.#files === undefined;
  }

  /** Whether a file is wanted, by its index in the torrent. */
  wantsFile(index: number): boolean {
    return this.priorityOfFile(index) > 0;
  }

  /** 0 for a file that is not wanted, by its index in the torrent; the higher, the earlier. */
  priorityOfFile(index: number): number {
    return this.#files === undefined ? DEFAULT_PRIORITY : (this.#files[index] ?? 0);
  }

  /** Whether a piece is wanted. */
  wantsPiece(piece: number): boolean {
    return this.priorityOf(piece) > 0;
  }

  /** 0 for a piece that is not wanted; the higher, the earlier. */
  priorityOf(piece: number): number {
    return this.#pieces === undefined ? DEFAULT_PRIORITY : (this.#pieces[piece] ?? 0);
  }
}

function piecePriorities({ files, pieceCount, pieceLength }: Info, priorities: Uint8Array): Uint8Array {
  const pieces = new Uint8Array(pieceCount);
  for (const [index, { offset, length, isPadding }] of files.entries()) {
    const priority = priorities[index] ?? 0;
    if (isPadding || length === 0 || priority === 0) continue;
    const last = Math.floor((offset + length - 1) / pieceLength);
    for (let piece = Math.floor(offset / pieceLength); piece <= last; piece++)
      pieces[piece] = Math.max(pieces[piece] ?? 0, priority);
  }
  return pieces;
}
