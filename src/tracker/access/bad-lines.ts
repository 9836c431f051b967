import { quoted } from '../../bittorrent/text.ts';

/** A line of a list that could not be read. */
export interface BadLine {
  /** From 1. */
  readonly line: number;
  /** What stands there, in quotes and cut short. */
  readonly text: string;
}

/** Bad lines that are told one by one; the others are only counted. */
const MAX_TOLD = 10;

/** The lines of a list that could not be read. The others count. */
export class BadLines {
  readonly first: BadLine[] = [];
  count = 0;

  /** Remembers the line that lies from `start` to `end` of `bytes`. */
  add(bytes: Uint8Array, start: number, end: number, line: number): void {
    this.count++;
    if (this.first.length >= MAX_TOLD) return;
    this.first.push({ line, text: quoted(Buffer.from(bytes.subarray(start, end)).toString('utf8'), 60) });
  }
}
