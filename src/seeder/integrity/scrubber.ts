import { lengthOfPiece } from '../../bittorrent/metainfo/metainfo.ts';
import type { Clock } from '../clock.ts';
import type { SeederCounters } from '../counters.ts';
import type { Torrent } from '../torrent.ts';
import { type Activity, Idleness } from './idleness.ts';
import type { PieceVerifier } from './piece-verifier.ts';
import { type ScrubbedPiece, ScrubPosition } from './scrub-position.ts';

/** Between two looks at whether the node is idle, or at a round that found nothing. */
const WAIT_MS = 1000;
/** The position is told this often, while it moves. */
const TELL_MS = 30_000;

/** What a scrubber works with. */
export interface ScrubberOptions {
  readonly clock: Clock;
  readonly counters: SeederCounters;
  readonly verifier: Pick<PieceVerifier, 'verify'>;
  /** All torrents of the node, in their order. */
  readonly torrents: () => IterableIterator<Torrent>;
  /** Whether its pieces can be looked at in memory. */
  readonly canVerify: (torrent: Torrent) => boolean;
  /** Bytes a second; 0: only pieces that were never hashed are looked at. */
  readonly bytesPerSecond: number;
  /** Where it was, see `onMoved`. */
  readonly position: string | undefined;
  /** What the node does beside. */
  readonly activity: () => Activity;
  /** Whether threads hash. */
  readonly isBusy: () => boolean;
  /** Where it is, to be remembered. */
  readonly onMoved: (position: string) => void;
}

/**
 * Looks at pieces while the node is idle, one at a time: first at those that were believed and never hashed, then, slowly and for ever,
 * at all that is seeded, to find what has gone bad on the disk before somebody asks for it.
 */
export class Scrubber {
  readonly #options: ScrubberOptions;
  readonly #idleness: Idleness;
  readonly #position: ScrubPosition;
  /** Torrents with unchecked pieces. */
  readonly #unchecked = new Set<Torrent>();
  #cancel: (() => void) | undefined;
  #isLooking = false;
  #isRunning = false;
  #toldAtMs: number;
  #told: string;

  constructor(options: ScrubberOptions) {
    this.#options = options;
    const nowMs = options.clock.nowMs();
    this.#idleness = new Idleness(options.activity, nowMs);
    this.#position = new ScrubPosition(options.torrents, options.position);
    this.#toldAtMs = nowMs;
    this.#told = this.#position.text;
  }

  start(): void {
    this.#isRunning = true;
    this.#schedule(WAIT_MS);
  }

  /** A torrent is seeded: pieces of it may be unchecked. */
  seeded(torrent: Torrent): void {
    if (torrent.unchecked === undefined) return;
    this.#unchecked.add(torrent);
    this.#schedule(WAIT_MS);
  }

  /** It is not seeded any more. */
  forget(torrent: Torrent): void {
    this.#unchecked.delete(torrent);
  }

  stop(): void {
    this.#isRunning = false;
    this.#cancel?.();
    this.#cancel = undefined;
    this.#tell();
  }

  #schedule(delayMs: number): void {
    const hasWork = this.#unchecked.size > 0 || this.#options.bytesPerSecond > 0;
    if (!this.#isRunning || this.#isLooking || this.#cancel !== undefined || !hasWork) return;
    this.#cancel = this.#options.clock.after(delayMs, () => {
      this.#cancel = undefined;
      this.#step();
    });
  }

  #step(): void {
    const { clock, isBusy, verifier, counters } = this.#options;
    const nowMs = clock.nowMs();
    if (nowMs - this.#toldAtMs >= TELL_MS) this.#tell();
    const isIdle = this.#idleness.isIdleAt(nowMs);
    const uncheckedPiece = isIdle && !isBusy() ? this.#nextUnchecked() : undefined;
    const chosen = uncheckedPiece ?? (isIdle && !isBusy() ? this.#nextScrubbed() : undefined);
    if (chosen === undefined) return this.#schedule(WAIT_MS);
    const { torrent, piece } = chosen;
    const bytes = lengthOfPiece(torrent.metainfo.info, piece);
    this.#isLooking = true;
    verifier.verify(torrent, piece, (verdict) => {
      this.#isLooking = false;
      if (verdict === 'unknown') return this.#schedule(WAIT_MS);
      if (uncheckedPiece !== undefined) return this.#schedule(0);
      counters.scrubbedBytes += bytes;
      const tookMs = clock.nowMs() - nowMs;
      this.#schedule(Math.max(0, (1000 * bytes) / this.#options.bytesPerSecond - tookMs));
    });
  }

  #nextUnchecked(): ScrubbedPiece | undefined {
    for (const torrent of this.#unchecked) {
      const piece = torrent.state === 'seeding' ? torrent.unchecked?.first() : undefined;
      if (piece !== undefined) return { torrent, piece };
      this.#unchecked.delete(torrent); // it comes again when it is seeded again
    }
    return undefined;
  }

  #nextScrubbed(): ScrubbedPiece | undefined {
    if (this.#options.bytesPerSecond === 0) return undefined;
    const { rounds } = this.#position;
    const { counters, canVerify } = this.#options;
    const next = this.#position.next((torrent) => torrent.state === 'seeding' && canVerify(torrent));
    counters.scrubRounds += this.#position.rounds - rounds;
    return next;
  }

  #tell(): void {
    this.#toldAtMs = this.#options.clock.nowMs();
    const { text } = this.#position;
    if (text !== this.#told) this.#options.onMoved(text);
    this.#told = text;
  }
}
