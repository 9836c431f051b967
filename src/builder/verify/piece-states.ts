import type { Info, TorrentFile } from '../../bittorrent/metainfo/metainfo.ts';
import { type PieceRange, rangesOf } from './result.ts';

/** What is known of a piece. */
const state = { unknown: 0, good: 1, wrong: 2, absent: 3 } as const;

/** What is known of each piece of a torrent while its data is looked at. One byte a piece. */
export class PieceStates {
  readonly #info: Info;
  readonly #states: Uint8Array;

  constructor(info: Info) {
    this.#info = info;
    this.#states = new Uint8Array(info.pieceCount);
  }

  /** Bytes of a file from `presentBytes` on are not there: the pieces that hold them are bad, and need not be read. */
  markAbsent(file: TorrentFile, presentBytes: number): void {
    if (presentBytes >= file.length) return;
    const { pieceLength } = this.#info;
    const first = Math.floor((file.offset + presentBytes) / pieceLength);
    this.#states.fill(state.absent, first, endPieceOf(file, pieceLength));
  }

  /** The pieces that have to be read, ascending; undefined for all. */
  unread(): number[] | undefined {
    if (!this.#states.includes(state.absent)) return undefined;
    return [...this.#indicesOf((known) => known === state.unknown)];
  }

  /** Takes in what reading has shown. */
  markRead(good: readonly number[], bad: readonly number[]): void {
    for (const piece of good) this.#states[piece] = state.good;
    for (const piece of bad) this.#states[piece] = state.wrong;
  }

  /** All pieces that are not good, ascending. */
  bad(): number[] {
    return [...this.#indicesOf((known) => known !== state.good)];
  }

  /** What is known of the pieces that hold bytes of a file. */
  ofFile(file: TorrentFile): {
    readonly pieceCount: number;
    readonly badRanges: readonly PieceRange[];
    /** Whether a piece was read and found wrong. */
    readonly hasWrong: boolean;
  } {
    if (file.length === 0) return { pieceCount: 0, badRanges: [], hasWrong: false };
    const first = Math.floor(file.offset / this.#info.pieceLength);
    const end = endPieceOf(file, this.#info.pieceLength);
    const bad = this.#indicesOf((known) => known !== state.good, first, end);
    const hasWrong = this.#states.subarray(first, end).includes(state.wrong);
    return { pieceCount: end - first, badRanges: rangesOf(bad), hasWrong };
  }

  *#indicesOf(isWanted: (known: number) => boolean, from = 0, to = this.#states.length): Generator<number> {
    for (let piece = from; piece < to; piece++) if (isWanted(this.#states[piece] as number)) yield piece; // 0 <= from <= piece < to <= length
  }
}

function endPieceOf({ offset, length }: TorrentFile, pieceLength: number): number {
  return Math.ceil((offset + length) / pieceLength);
}
