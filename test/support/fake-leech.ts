import { fullBits, setBit } from '../../src/seeder/bits.ts';
import { systemClock } from '../../src/seeder/clock.ts';
import type { CloseReason } from '../../src/seeder/counters.ts';
import { Downloader, type DownloadListener } from '../../src/seeder/download/downloader.ts';
import type { Leech, LeechWire } from '../../src/seeder/download/leech.ts';
import { MemoryBudget } from '../../src/seeder/download/memory-budget.ts';
import { RatePacer } from '../../src/seeder/rates/rate-pacer.ts';
import { DEFAULT_PREFERENCES } from '../../src/seeder/torrents/torrent-preferences.ts';
import { BLOCK_LENGTH } from '../../src/seeder/wire/message.ts';

/** What a download without a network and a disk is made of. */
export interface FakeDownloadOptions {
  readonly pieceCount: number;
  readonly pieceLength: number;
  /** Whether a piece is what it should be; all are when it is left out. */
  readonly isGood?: () => boolean;
  readonly listener?: Partial<DownloadListener>;
  readonly budgetBytes?: number;
  /** From 0 to 1; 0 when it is left out. */
  readonly random?: () => number;
  /** Writes a piece; it is written at once when this is left out. */
  readonly write?: (bytes: Uint8Array, offset: number) => Promise<void>;
  /** What may be asked for; everything when it is left out. */
  readonly pacer?: RatePacer;
}

/** A download whose peers are told what to do, at a time that is told too. */
export function fakeDownload({
  pieceCount,
  pieceLength,
  isGood,
  listener,
  budgetBytes,
  random = () => 0,
  write = () => Promise.resolve(),
  pacer,
}: FakeDownloadOptions) {
  const clock = { nowMs: 0 };
  const ignore = (): void => undefined;
  const here = new Set<number>();
  const downloader = new Downloader({
    pacer: pacer ?? new RatePacer({ clock: systemClock }),
    torrent: {
      infoHash: new Uint8Array(20),
      metainfo: { info: { pieceCount, pieceLength, length: pieceCount * pieceLength, files: [] } },
      pieceCount,
      pieceLength,
      hasPiece: (piece: number) => here.has(piece),
      lacksPiece: (piece: number) => !here.has(piece),
      selection: { priorityOf: () => 1 },
      preferences: DEFAULT_PREFERENCES,
    },
    checker: {
      check: () => Promise.resolve(isGood === undefined || isGood()),
    },
    writer: { write },
    budget: new MemoryBudget(budgetBytes ?? 2 ** 27),
    nowMs: () => clock.nowMs,
    random,
    listener: {
      onBadPiece: ignore,
      onBlock: ignore,
      onWasted: ignore,
      onLiar: ignore,
      onComplete: ignore,
      onFailed: ignore,
      ...listener,
      onPiece: (piece: number) => {
        here.add(piece);
        listener?.onPiece?.(piece);
      },
    },
  } as unknown as ConstructorParameters<typeof Downloader>[0]);
  return { clock, downloader };
}

/** A peer of a download: what it is asked for stands in `asked`. */
export class FakeLeech implements LeechWire {
  peerChoking = true;
  isClosed = false;
  peerMaxRequests = 250;
  /** Why it was closed. */
  closedFor: CloseReason | undefined;
  readonly theirPieces: { isComplete: boolean; has(piece: number): boolean; bits: Uint8Array | undefined };
  readonly asked: { readonly piece: number; readonly begin: number }[] = [];
  /** Requests that were taken back. */
  readonly cancelled: { readonly piece: number; readonly begin: number }[] = [];
  readonly allowedPieces = new Set<number>();
  readonly suggestedPieces: number[] = [];
  readonly leech: Leech;
  readonly #downloader: Downloader;

  /** @param pieces those that it has; left out: all. */
  constructor(downloader: Downloader, pieces?: ReadonlySet<number>, isLocal = true) {
    this.#downloader = downloader;
    this.theirPieces = {
      isComplete: pieces === undefined,
      has: (piece) => pieces === undefined || pieces.has(piece),
      bits: undefined,
    };
    this.leech = downloader.join(this, ['fake'], isLocal);
    for (const piece of pieces ?? []) downloader.onPiece(this.leech, piece);
  }

  /** It allows a piece while it chokes us. */
  allow(piece: number): void {
    this.allowedPieces.add(piece);
    this.#downloader.onAllowedFast(this.leech);
  }

  /** It loses a piece. One that had all has as many as the download lacks. */
  lose(piece: number): void {
    const { theirPieces } = this;
    const has = theirPieces.has;
    if (theirPieces.isComplete) theirPieces.bits = fullBits(this.leech.wanted);
    if (theirPieces.bits !== undefined) setBit(theirPieces.bits, piece, false);
    theirPieces.isComplete = false;
    theirPieces.has = (index) => index !== piece && has(index);
    this.#downloader.onLost(this.leech, piece);
  }

  unchoke(): void {
    this.peerChoking = false;
    this.#downloader.onUnchoked(this.leech);
  }

  choke(): void {
    this.peerChoking = true;
    this.asked.length = 0;
    this.#downloader.onChoked(this.leech);
  }

  /** Answers so many requests, the first first. */
  give(count: number): void {
    for (const { piece, begin } of this.asked.splice(0, count)) this.send(piece, begin);
  }

  /** Sends a block, whether or not it was asked for. @param fill what its bytes are. */
  send(piece: number, begin: number, fill = 0): void {
    this.#downloader.onBlock(this.leech, piece, begin, new Uint8Array(BLOCK_LENGTH).fill(fill));
  }

  askBlock(piece: number, begin: number): void {
    this.asked.push({ piece, begin });
  }

  cancelBlock(piece: number, begin: number): void {
    this.cancelled.push({ piece, begin });
    const at = this.asked.findIndex((request) => request.piece === piece && request.begin === begin);
    if (at >= 0) this.asked.splice(at, 1);
  }

  interested(): void {
    // Nobody looks at it.
  }

  uninterested(): void {
    // Nobody looks at it.
  }

  have(): void {
    // Nobody looks at it.
  }

  /** It refuses requests (BEP 6), whether or not they stand. */
  refuse(requests: readonly { readonly piece: number; readonly begin: number }[]): void {
    for (const { piece, begin } of requests)
      if (!this.isClosed) this.#downloader.onRejected(this.leech, piece, begin);
  }

  close(reason?: CloseReason): void {
    this.isClosed = true;
    this.closedFor = reason;
    this.#downloader.leave(this.leech);
  }
}
