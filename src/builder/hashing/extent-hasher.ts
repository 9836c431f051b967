import type { Gap } from './data-reader.ts';
import { type HashJob, hashesOfEntry, pieceState } from './job.ts';
import type { PieceContent, PieceContents } from './piece-contents.ts';
import { PieceHasher } from './piece-hasher.ts';

/** A range of the data that is read at once: all pieces of a unit, or a part of its only one. */
export interface Extent {
  readonly unit: number;
  readonly offset: number;
  readonly length: number;
  /** The unit's entries of the job's `pieces`. */
  readonly from: number;
  readonly to: number;
  readonly endsUnit: boolean;
}

/** Turns extents, in order, into hashes and states of the job. */
export class ExtentHasher {
  readonly #job: HashJob;
  readonly #contents: PieceContents;
  readonly #hasher: PieceHasher;
  #hasGap = false;

  constructor(job: HashJob, contents: PieceContents) {
    this.#job = job;
    this.#contents = contents;
    this.#hasher = new PieceHasher(job.version);
  }

  /** Hashes what was read of an extent, and the padding of the pieces that end in it; returns the bytes that were hashed. */
  hash(extent: Extent, bytes: Uint8Array, gaps: readonly Gap[]): number {
    const { pieces, pieceLength, version } = this.#job;
    let hashed = 0;
    for (let entry = extent.from; entry < extent.to; entry++) {
      const piece = pieces[entry] ?? 0;
      const content = this.#contents.of(piece);
      const start = Math.max(piece * pieceLength, extent.offset);
      const end = Math.min(piece * pieceLength + content.own, extent.offset + extent.length);
      this.#hasher.update(bytes.subarray(start - extent.offset, end - extent.offset));
      this.#hasGap ||= gaps.some((gap) => gap.start < end && gap.end > start);
      hashed += end - start;
      if (!extent.endsUnit) continue;
      this.#settle(entry, content);
      if (version === 'hybrid') hashed += content.padding;
    }
    return hashed;
  }

  #settle(entry: number, { padding, leaves }: PieceContent): void {
    this.#hasher.pad(padding);
    const { v1, v2 } = this.#hasher.finish(leaves);
    const place = hashesOfEntry(this.#job, entry);
    place.v1.set(v1);
    place.v2.set(v2);
    this.#job.states[entry] = this.#hasGap ? pieceState.unreadable : pieceState.hashed;
    this.#hasGap = false;
  }
}
