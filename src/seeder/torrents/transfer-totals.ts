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
  seedingSeconds: 0,
  activeSeconds: 0,
  rulesFrom: Object.freeze({ uploadedBytes: 0, seedingSeconds: 0 }),
  stoppedBy: null,
});

/** What a torrent has moved since ever, over all runs of the node. */
export class TransferTotals {
  readonly #nowMs: () => number;
  #uploadedBytes: number;
  #downloadedBytes: number;
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

  constructor(nowMs: () => number, before: TransferRecord = NOTHING) {
    this.#nowMs = nowMs;
    this.#sinceMs = nowMs();
    this.lastUploadMs = this.#sinceMs;
    this.lastDownloadMs = this.#sinceMs;
    this.#uploadedBytes = before.uploadedBytes;
    this.#downloadedBytes = before.downloadedBytes;
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

  /** For the node: notes that what has moved since the last call moved by now. */
  takeMoved(): void {
    const nowMs = this.#nowMs();
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
    this.#sinceMs = this.#nowMs();
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
      seedingSeconds: this.seedingSeconds,
      activeSeconds: this.activeSeconds,
      rulesFrom: this.#rulesFrom,
      stoppedBy: this.#stoppedBy,
    };
  }

  get #elapsedMs(): number {
    return this.#nowMs() - this.#sinceMs;
  }

  #moved(): void {
    this.#isMoved = true;
    this.onMoved();
  }
}

function isActive(state: TorrentState): boolean {
  return state === 'seeding' || state === 'downloading';
}
