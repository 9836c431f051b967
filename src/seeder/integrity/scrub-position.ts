import { infoHashToHex } from '../../bittorrent/info-hash.ts';
import type { Torrent } from '../torrent.ts';

/** Torrents that are passed over in one step, because they are not seeded. */
const MAX_PASSED = 64;
/** Characters of a position's text. */
const MAX_TEXT = 300;

/** A piece to look at. */
export interface ScrubbedPiece {
  readonly torrent: Torrent;
  readonly piece: number;
}

/**
 * Where a scrub is: it goes through the torrents in their order, piece by piece, round by round. Its text is remembered over a
 * restart: an info-hash, a piece, and the rounds that were finished.
 */
export class ScrubPosition {
  readonly #torrents: () => IterableIterator<Torrent>;
  #iterator: IterableIterator<Torrent> | undefined;
  #torrent: Torrent | undefined;
  #piece = 0;
  #hasLooked = false;
  #rounds: number;
  #resumeAt: { readonly infoHash: string; readonly piece: number } | undefined;

  /** @param text of an earlier position; one that cannot be read, or whose torrent is gone, means a new round. */
  constructor(torrents: () => IterableIterator<Torrent>, text: string | undefined) {
    this.#torrents = torrents;
    const { rounds, ...resumeAt } = parse(text);
    this.#rounds = rounds;
    this.#resumeAt = resumeAt;
  }

  /** Rounds over all torrents that were finished, also before restarts. */
  get rounds(): number {
    return this.#rounds;
  }

  /** The position, for a restart: what was looked at before is not looked at again in this round. */
  get text(): string {
    const infoHash = this.#torrent === undefined ? '' : infoHashToHex(this.#torrent.infoHash);
    return JSON.stringify({ infoHash, piece: this.#piece, rounds: this.#rounds });
  }

  /**
   * The next piece, of a torrent that `isWanted`; undefined when this step found none. Each step costs little, however many torrents
   * there are, but for the first, which finds the place of before.
   */
  next(isWanted: (torrent: Torrent) => boolean): ScrubbedPiece | undefined {
    for (let passed = 0; passed < MAX_PASSED; passed++) {
      const torrent = this.#torrent;
      if (torrent !== undefined && this.#piece < torrent.pieceCount && isWanted(torrent)) {
        this.#hasLooked = true;
        return { torrent, piece: this.#piece++ };
      }
      if (!this.#advance()) return undefined;
    }
    return undefined;
  }

  /** To the next torrent; false at the end of a round. */
  #advance(): boolean {
    this.#iterator ??= this.#begin();
    const { value, done } = this.#iterator.next();
    this.#torrent = done === true ? undefined : value;
    this.#piece = 0;
    if (done !== true) {
      if (this.#resumeAt !== undefined) this.#piece = this.#resumeAt.piece;
      this.#resumeAt = undefined;
      return true;
    }
    this.#iterator = undefined;
    if (this.#hasLooked) this.#rounds++;
    this.#hasLooked = false;
    return false;
  }

  /** From the torrent of before on, when it is there. */
  #begin(): IterableIterator<Torrent> {
    const { infoHash = '' } = this.#resumeAt ?? {};
    let passed = 0;
    let isFound = false;
    for (const torrent of infoHash === '' ? [] : this.#torrents()) {
      isFound = infoHashToHex(torrent.infoHash) === infoHash;
      if (isFound) break;
      passed++;
    }
    const torrents = this.#torrents();
    this.#hasLooked = isFound; // before the restart
    if (!isFound) this.#resumeAt = undefined;
    else for (let count = 0; count < passed; count++) torrents.next();
    return torrents;
  }
}

function parse(text: string | undefined): { infoHash: string; piece: number; rounds: number } {
  const fresh = { infoHash: '', piece: 0, rounds: 0 };
  if (text === undefined || text.length > MAX_TEXT) return fresh;
  try {
    const { infoHash, piece, rounds } = JSON.parse(text) as Record<string, unknown>; // each member is checked below
    if (typeof infoHash !== 'string' || !isCount(piece) || !isCount(rounds)) return fresh;
    return { infoHash, piece, rounds };
  } catch {
    return fresh; // no JSON, or no object
  }
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}
