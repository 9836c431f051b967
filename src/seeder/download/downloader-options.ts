import type { TorrentWriter } from '../disk/torrent-writer.ts';
import type { SeederError } from '../errors.ts';
import type { RatePacer } from '../rates/rate-pacer.ts';
import type { Torrent } from '../torrent.ts';
import type { Leech } from './leech.ts';
import type { MemoryBudget } from './memory-budget.ts';
import type { PieceChecker } from './piece-checker.ts';

/** What a download tells its node. */
export interface DownloadListener {
  /** A piece is good and on disk. */
  onPiece(piece: number): void;
  onBadPiece(piece: number): void;
  /** Bytes of a block came. */
  onBlock(bytes: number): void;
  /** Bytes came that are of no use: of bad pieces, here already, asked of nobody, or of pieces that are given up. */
  onWasted(bytes: number): void;
  /** The peer gave wrong data: it shall not come again. */
  onLiar(leech: Leech): void;
  /** All that is wanted is there. */
  onComplete(): void;
  onFailed(error: SeederError): void;
}

/** How a download is made. */
export interface DownloaderOptions {
  readonly torrent: Torrent;
  readonly checker: PieceChecker;
  readonly writer: TorrentWriter;
  readonly budget: MemoryBudget;
  /** What may be asked for. */
  readonly pacer: RatePacer;
  readonly nowMs: () => number;
  /** From 0 to 1. */
  readonly random: () => number;
  readonly listener: DownloadListener;
}
