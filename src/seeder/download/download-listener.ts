import type { SeederError } from '../errors.ts';
import type { Leech } from './leech.ts';

/** What a download tells its node. */
export interface DownloadListener {
  /** A piece is good and on disk. */
  onPiece(piece: number): void;
  onBadPiece(piece: number): void;
  /** Bytes of a block came. */
  onBlock(bytes: number): void;
  /** The peer gave wrong data: it shall not come again. */
  onLiar(leech: Leech): void;
  /** All is there. */
  onComplete(): void;
  onFailed(error: SeederError): void;
}
