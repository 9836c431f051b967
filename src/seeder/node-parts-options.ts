import type { Clock } from './clock.ts';
import type { SeederCounters } from './counters.ts';
import type { DownloadsListener } from './download/downloads-options.ts';
import type { SeederError } from './errors.ts';
import type { PieceRechecksListener } from './integrity/piece-rechecks.ts';
import type { SeederLimits } from './limits.ts';
import type { NodeEvents } from './node-events.ts';
import type { CompleteOptions } from './node-options.ts';
import type { Torrent } from './torrent.ts';
import type { CheckListener } from './torrents/check-queue.ts';
import type { DataMovesListener } from './torrents/data-moves.ts';
import type { TorrentTable } from './torrents/torrent-table.ts';

/** What the parts of a node are made of, and whom they tell. */
export interface NodePartsOptions {
  readonly options: CompleteOptions;
  readonly limits: SeederLimits;
  readonly clock: Clock;
  readonly counters: SeederCounters;
  readonly torrents: TorrentTable;
  /** The port on which we listen; 0 before. */
  readonly port: () => number;
  readonly checkListener: CheckListener;
  readonly rechecksListener: PieceRechecksListener;
  /** What is known of a torrent is to be kept. */
  readonly onRemember: (torrent: Torrent) => void;
  /** Where the scrub is. */
  readonly onScrubbed: (position: string) => void;
  readonly downloadsListener: DownloadsListener;
  readonly dataMovesListener: DataMovesListener;
  /** Something is wrong with the files of a torrent. */
  readonly onFailed: (torrent: Torrent, error: SeederError) => void;
  /** Called once a second or so, after peers and downloads. */
  readonly onBeat: (nowMs: number) => void;
  readonly events: NodeEvents;
  /** What a torrent failed for is there again. */
  readonly onReturned: (torrent: Torrent) => void;
}
