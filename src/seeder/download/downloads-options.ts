import type { Clock } from '../clock.ts';
import type { SeederCounters } from '../counters.ts';
import type { Disk } from '../disk/disk.ts';
import type { ExtentCache } from '../disk/extent-cache.ts';
import type { SeederError } from '../errors.ts';
import type { SeederLimits } from '../limits.ts';
import type { Connections } from '../peers/connections.ts';
import type { RatePacer } from '../rates/rate-pacer.ts';
import type { Torrent } from '../torrent.ts';
import type { ResumeRecord } from '../torrents/resume.ts';
import type { EncryptionMode } from '../wire/encryption/encryption.ts';
import type { SourceHost } from './web-source/torrent-sources.ts';

/** What the downloads of a node tell it. */
export interface DownloadsListener {
  /** What is good and lies on the disk; also told when a download is stopped. */
  onRecord(torrent: Torrent, record: ResumeRecord): void;
  /** All that is wanted is there and good; the disk may not have all of it yet. */
  onComplete(torrent: Torrent, record: ResumeRecord): void;
  /** Now the disk has it: `onRecord` came before. */
  onFlushed(torrent: Torrent): void;
  onFailed(torrent: Torrent, error: SeederError): void;
  /** A piece came, and is good and written, or bad. */
  onPiece(torrent: Torrent, piece: number, isGood: boolean): void;
}

/** What downloads are made with. */
export interface DownloadsOptions {
  readonly clock: Clock;
  /** What is written to. */
  readonly disk: Disk;
  readonly limits: SeederLimits;
  readonly counters: SeederCounters;
  readonly cache: ExtentCache;
  /** What may be fetched. */
  readonly pacer: RatePacer;
  readonly encryption: EncryptionMode;
  readonly connections: Pick<Connections, 'adopt' | 'size'>;
  /** For web seeds of others. */
  readonly webSources: Pick<SourceHost, 'userAgent' | 'isOwn' | 'onLeft'>;
  readonly listener: DownloadsListener;
}
