import type { Clock } from '../clock.ts';
import type { TorrentState } from './torrent-state.ts';

/** The rules by which a torrent that is seeded comes to its end. */
export const STOP_RULES = ['ratio', 'time', 'idle'] as const;

/** One of {@link STOP_RULES}: share ratio, seeding time, time without a byte going out. */
export type StopRule = (typeof STOP_RULES)[number];

/** What is remembered of a torrent's transfers over restarts; whole numbers. */
export interface TransferRecord {
  readonly uploadedBytes: number;
  /** What was fetched, that which was wasted included. */
  readonly downloadedBytes: number;
  /** Of that, or beside it, what was of no use. */
  readonly wastedBytes: number;
  /** Unix seconds at which a byte last went out, and came in; null when none ever has, as far as is known. */
  readonly lastUploadAtSeconds: number | null;
  readonly lastDownloadAtSeconds: number | null;
  /** Seconds in the state `seeding`. */
  readonly seedingSeconds: number;
  /** Seconds in the states `downloading` and `seeding`. */
  readonly activeSeconds: number;
  /** Where the stop rules begin to count: what had been uploaded, and how long it had been seeded, when somebody started it again. */
  readonly rulesFrom: { readonly uploadedBytes: number; readonly seedingSeconds: number };
  /** The rule that has stopped it; null while none has. */
  readonly stoppedBy: StopRule | null;
}

const NOTHING: TransferRecord = Object.freeze({
  uploadedBytes: 0,
  downloadedBytes: 0,
  wastedBytes: 0,
  lastUploadAtSeconds: null,
  lastDownloadAtSeconds: null,
  seedingSeconds: 0,
  activeSeconds: 0,
  rulesFrom: Object.freeze({ uploadedBytes: 0, seedingSeconds: 0 }),
  stoppedBy: null,
});

/** What a torrent has moved since ever, over all runs of the node. */
export class TransferTotals {
  readonly #clock: Pick<Clock, 'nowMs' | 'unixSeconds'>;
  #uploadedBytes: number;
  #downloadedBytes: number;
  #wastedBytes: number;
  #lastUploadAtSeconds: number | null;
  #lastDownloadAtSeconds: number | null;
  #seedingMs: number;
  #activeMs: number;
  #rulesFrom: TransferRecord['rulesFrom'];
  #stoppedBy: StopRule | null;
  #state: TorrentState = 'queued';
  #sinceMs: number;
  #isMoved = false;
  /** When a byte last went out, and came in, to the second; when it began to seed or to fetch where none has since. */
  lastUploadMs: number;
  lastDownloadMs: number;
  /** For the node: told of the first byte since {@link TransferTotals.takeMoved}. */
  onMoved: () => void = () => {};
  #hasUploaded = false;
  #hasDownloaded = false;

  constructor(clock: Pick<Clock, 'nowMs' | 'unixSeconds'>, before: TransferRecord = NOTHING) {
    this.#clock = clock;
    this.#sinceMs = clock.nowMs();
    this.lastUploadMs = this.#sinceMs;
    this.lastDownloadMs = this.#sinceMs;
    this.#uploadedBytes = before.uploadedBytes;
    this.#downloadedBytes = before.downloadedBytes;
    this.#wastedBytes = before.wastedBytes;
    this.#lastUploadAtSeconds = before.lastUploadAtSeconds;
    this.#lastDownloadAtSeconds = before.lastDownloadAtSeconds;
    this.#seedingMs = 1000 * before.seedingSeconds;
    this.#activeMs = 1000 * before.activeSeconds;
    this.#rulesFrom = before.rulesFrom;
    this.#stoppedBy = before.stoppedBy;
  }

  get uploadedBytes(): number {
    return this.#uploadedBytes;
  }

  get downloadedBytes(): number {
    return this.#downloadedBytes;
  }

  get wastedBytes(): number {
    return this.#wastedBytes;
  }

  /** Unix seconds, to the second or so; null when none ever has, as far as is known. */
  get lastUploadAtSeconds(): number | null {
    return this.#hasUploaded ? this.#clock.unixSeconds() : this.#lastUploadAtSeconds;
  }

  get lastDownloadAtSeconds(): number | null {
    return this.#hasDownloaded ? this.#clock.unixSeconds() : this.#lastDownloadAtSeconds;
  }

  get seedingSeconds(): number {
    return Math.floor((this.#seedingMs + (this.#state === 'seeding' ? this.#elapsedMs : 0)) / 1000);
  }

  get activeSeconds(): number {
    return Math.floor((this.#activeMs + (isActive(this.#state) ? this.#elapsedMs : 0)) / 1000);
  }

  /** What counts for the stop rules. */
  get uploadedForRules(): number {
    return this.#uploadedBytes - this.#rulesFrom.uploadedBytes;
  }

  get seedingSecondsForRules(): number {
    return this.seedingSeconds - this.#rulesFrom.seedingSeconds;
  }

  get stoppedBy(): StopRule | null {
    return this.#stoppedBy;
  }

  addUploaded(bytes: number): void {
    this.#uploadedBytes += bytes;
    this.#hasUploaded = true;
    if (!this.#isMoved) this.#moved();
  }

  addDownloaded(bytes: number): void {
    this.#downloadedBytes += bytes;
    this.#hasDownloaded = true;
    if (!this.#isMoved) this.#moved();
  }

  /** What came is of no use. */
  addWasted(bytes: number): void {
    this.#wastedBytes += bytes;
    if (!this.#isMoved) this.#moved();
  }

  /** For the node: notes that what has moved since the last call moved by now. */
  takeMoved(): void {
    const nowMs = this.#clock.nowMs();
    this.#lastUploadAtSeconds = this.lastUploadAtSeconds;
    this.#lastDownloadAtSeconds = this.lastDownloadAtSeconds;
    if (this.#hasUploaded) this.lastUploadMs = nowMs;
    if (this.#hasDownloaded) this.lastDownloadMs = nowMs;
    this.#isMoved = false;
    this.#hasUploaded = false;
    this.#hasDownloaded = false;
  }

  /** For the node: the state of the torrent is another. */
  stateChanged(state: TorrentState): void {
    if (this.#state === 'seeding') this.#seedingMs += this.#elapsedMs;
    if (isActive(this.#state)) this.#activeMs += this.#elapsedMs;
    this.#state = state;
    this.#sinceMs = this.#clock.nowMs();
    if (!isActive(state)) return;
    this.lastUploadMs = this.#sinceMs;
    this.lastDownloadMs = this.#sinceMs;
  }

  /** For the node: a rule has stopped the torrent. */
  stopBy(rule: StopRule): void {
    this.#stoppedBy = rule;
  }

  /** For the node: somebody starts the torrent again that a rule has stopped: the rules count from here. */
  startAnew(): void {
    if (this.#stoppedBy === null) return;
    this.#stoppedBy = null;
    this.#rulesFrom = { uploadedBytes: this.#uploadedBytes, seedingSeconds: this.seedingSeconds };
  }

  /** What is to be remembered. */
  record(): TransferRecord {
    return {
      uploadedBytes: this.#uploadedBytes,
      downloadedBytes: this.#downloadedBytes,
      wastedBytes: this.#wastedBytes,
      lastUploadAtSeconds: this.lastUploadAtSeconds,
      lastDownloadAtSeconds: this.lastDownloadAtSeconds,
      seedingSeconds: this.seedingSeconds,
      activeSeconds: this.activeSeconds,
      rulesFrom: this.#rulesFrom,
      stoppedBy: this.#stoppedBy,
    };
  }

  get #elapsedMs(): number {
    return this.#clock.nowMs() - this.#sinceMs;
  }

  #moved(): void {
    this.#isMoved = true;
    this.onMoved();
  }
}

function isActive(state: TorrentState): boolean {
  return state === 'seeding' || state === 'downloading';
}
