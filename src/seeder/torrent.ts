import type { Endpoint } from '../bittorrent/endpoint.ts';
import { type InfoHash, truncatedInfoHash } from '../bittorrent/info-hash.ts';
import type { Metainfo } from '../bittorrent/metainfo/metainfo.ts';
import { countBits, fullBits, hasBit, setBit } from './bits.ts';
import type { Serving } from './choking/serving.ts';
import type { OpenFiles } from './disk/open-files.ts';
import { type StoredFile, storedFiles } from './disk/storage-layout.ts';
import { TorrentStorage } from './disk/torrent-storage.ts';
import type { WebSourceStatus } from './download/web-source/web-source-status.ts';
import { SeederError } from './errors.ts';
import { UncheckedPieces } from './integrity/unchecked-pieces.ts';
import type { TorrentPeer } from './torrent-peer.ts';
import type { ResumeRecord } from './torrents/resume.ts';
import { DEFAULT_PREFERENCES, type TorrentPreferences } from './torrents/torrent-preferences.ts';
import { canMove, isServed, type TorrentState } from './torrents/torrent-state.ts';
import { TransferTotals } from './torrents/transfer-totals.ts';
import type { WireTorrent } from './wire/wire-types.ts';

/** How a torrent is made. */
export interface TorrentOptions {
  readonly metainfo: Metainfo;
  /** The file, or the folder that holds the files. */
  readonly dataPath: string;
  readonly openFiles: OpenFiles;
  /** What is missing is fetched from peers. */
  readonly isMirrored?: boolean;
  /** Pieces of its files that went bad may be fetched and written again, though they are not ours. */
  readonly mayRepair?: boolean;
  /** Peers to try at once. */
  readonly knownPeers?: readonly Endpoint[];
  /** What a person chose for it. */
  readonly preferences?: TorrentPreferences;
  /** What it has moved in earlier runs, and its clock; nothing when left out. */
  readonly totals?: TransferTotals;
  /** Which of the node's torrents it is, by when they came. */
  readonly order?: number;
}

/** A torrent of a seed node: its state and numbers. It is changed by its node alone, and always synchronously. */
export class Torrent implements WireTorrent {
  readonly metainfo: Metainfo;
  readonly dataPath: string;
  readonly swarmHashV2: InfoHash | undefined;
  /** Where its files lie. */
  readonly files: readonly StoredFile[];
  /** For the node: its data. */
  readonly storage: TorrentStorage;
  /** What is missing is fetched from peers. */
  readonly isMirrored: boolean;
  /** Peers to try at once. */
  readonly knownPeers: readonly Endpoint[];
  /** What a person chose for it; the node changes it. */
  preferences: TorrentPreferences;
  /** Whom it is served to; see `SeedNode.setServing`. */
  serving: Serving = 'everybody';
  /** For the node: it shall not move blocks once it is checked. */
  isPauseWanted = false;
  /** What it has moved since ever. */
  readonly totals: TransferTotals;
  /** Smaller for one that came before. */
  readonly order: number;
  /** For the node: an earlier run knew its data. */
  wasKnown = false;
  /** For the node: it was stopped, and shall be again once it is checked. */
  isStopWanted = false;
  /** For the node: pieces that are believed and not hashed yet; undefined: none. */
  unchecked: UncheckedPieces | undefined;
  /** Its files were written by us. */
  isOurs = false;
  /** The person allows that pieces of its files that went bad are fetched and written again. */
  readonly mayRepair: boolean;
  /** For the node: pieces that went bad are being fetched. */
  isRepairing = false;
  /** For the node: what is to be remembered of it, as of its last check or the last record of its download. */
  lastRecord: ResumeRecord | undefined;
  /** Its connections; the node changes the set. */
  readonly peers = new Set<TorrentPeer>();
  /** Web seeds of others from which it is fetched; its download changes the set. */
  readonly webSources = new Set<WebSourceStatus>();
  /** Whoever reads its data tells here what is wrong with it; the node sets it, and lets the torrent fail. */
  onStorageError: (error: SeederError) => void = () => {};
  #state: TorrentState = 'queued';
  #error: SeederError | undefined;
  #reason: (() => string) | undefined;
  #bits: Uint8Array;
  #isComplete = false;
  #checkedFraction = 0;
  #uploadedBytes = 0;
  #downloadedBytes = 0;
  #pieces = 0;
  #hasBegun = false;

  constructor({
    metainfo,
    dataPath,
    openFiles,
    isMirrored = false,
    knownPeers = [],
    mayRepair = false,
    preferences,
    totals,
    order = 0,
  }: TorrentOptions) {
    this.totals = totals ?? new TransferTotals(() => performance.now());
    this.order = order;
    this.mayRepair = mayRepair;
    this.preferences = preferences ?? DEFAULT_PREFERENCES;
    this.isMirrored = isMirrored;
    this.knownPeers = knownPeers;
    this.metainfo = metainfo;
    this.dataPath = dataPath;
    this.swarmHashV2 = swarmHashV2(metainfo);
    this.files = storedFiles(metainfo.info, dataPath);
    const { length, pieceLength } = metainfo.info;
    this.storage = new TorrentStorage({ files: this.files, length, pieceLength, openFiles });
    this.#bits = new Uint8Array(Math.ceil(metainfo.info.pieceCount / 8));
  }

  get infoHash(): InfoHash {
    return this.metainfo.infoHash;
  }

  get infoBytes(): Uint8Array {
    return this.metainfo.infoBytes;
  }

  /** Peers come from its trackers alone (BEP 27). */
  get isPrivate(): boolean {
    return this.metainfo.info.isPrivate;
  }

  get name(): string {
    return this.metainfo.info.name;
  }

  get pieceCount(): number {
    return this.metainfo.info.pieceCount;
  }

  get pieceLength(): number {
    return this.metainfo.info.pieceLength;
  }

  /** Bytes in all. */
  get length(): number {
    return this.metainfo.info.length;
  }

  get state(): TorrentState {
    return this.#state;
  }

  /** Why the state is `failed`, one sentence; undefined otherwise. */
  get failure(): string | undefined {
    return this.#error?.message;
  }

  /** The same with its code; undefined unless the state is `failed`. */
  get error(): SeederError | undefined {
    return this.#error;
  }

  /** Why it is `failed`, or `stopped` by a rule, or what it waits for in the state `queued`, one sentence; undefined otherwise. */
  get reason(): string | undefined {
    return this.#error?.message ?? this.#reason?.();
  }

  /** It is checked and could run, but it is not its turn. */
  get isWaiting(): boolean {
    return this.#state === 'queued' && this.#reason !== undefined;
  }

  /** Part of the check that is done, 0 to 1; 1 once the data is known. */
  get checkedFraction(): number {
    return this.#checkedFraction;
  }

  /** Bytes of blocks, and of files over HTTP, sent since the node started. */
  get uploadedBytes(): number {
    return this.#uploadedBytes;
  }

  /** Bytes of blocks received since the node started, those that were wasted included. */
  get downloadedBytes(): number {
    return this.#downloadedBytes;
  }

  /** Part of its pieces that are here and good, 0 to 1. */
  get completedFraction(): number {
    return this.pieceCount === 0 ? 1 : this.#pieces / this.pieceCount;
  }

  /** Bytes that are missing yet, to the piece; what trackers are told. */
  get leftBytes(): number {
    return Math.min(this.length, (this.pieceCount - this.#pieces) * this.pieceLength);
  }

  /** Bytes of its files that are here and good, to the piece; pad files left out once it is complete. */
  get hereBytes(): number {
    return Math.min(this.metainfo.info.contentLength, this.length - this.leftBytes);
  }

  /** Its files were checked once, and made if it is mirrored: they are ours. */
  get hasBegun(): boolean {
    return this.#hasBegun;
  }

  /** Whether its files are its own as far as is known; those of a mirror are once it has taken up its place. */
  get isDataOurs(): boolean {
    return !this.isMirrored || this.#hasBegun || this.wasKnown;
  }

  get hasAny(): boolean {
    return this.#pieces > 0;
  }

  get peerCount(): number {
    return this.peers.size;
  }

  /** Bytes a second that its peers take now. */
  get uploadRateBytesPerSecond(): number {
    let sum = 0;
    for (const peer of this.peers) sum += peer.rateBytesPerSecond;
    return sum;
  }

  /** Bytes a second that its peers and web seeds give now. */
  get downloadRateBytesPerSecond(): number {
    let sum = 0;
    for (const source of this.webSources) sum += source.downloadBytesPerSecond;
    for (const peer of this.peers) sum += peer.downloadBytesPerSecond;
    return sum;
  }

  get isComplete(): boolean {
    return this.#isComplete;
  }

  /** Whether we have piece `index` and know it to be good; false for an index out of range. */
  hasPiece(index: number): boolean {
    return index < this.pieceCount && (this.#isComplete || hasBit(this.#bits, index));
  }

  /** The pieces that are here and good, in the order of the wire: bit 0 is the highest of byte 0 (BEP 3). Not to be changed. */
  bitfield(): Uint8Array {
    return this.#bits;
  }

  /** Whether connections of peers are taken. */
  get takesPeers(): boolean {
    return isServed(this.#state) && (this.serving !== 'nobody' || !this.#isComplete);
  }

  /** The pieces that are missing and to be fetched, in the order of the wire as {@link bitfield}; none of a torrent that is not mirrored. */
  wanted(): Uint8Array {
    const all = this.isMirrored ? fullBits(this.pieceCount) : new Uint8Array(this.#bits.length);
    return all.map((byte, at) => byte & ~(this.#bits[at] ?? 0));
  }

  /** Whether we have piece `index` and it was hashed: what may be sent. */
  isReady(index: number): boolean {
    return this.hasPiece(index) && !this.unchecked?.has(index);
  }

  /** For the node: piece `index` was hashed and is good. */
  setPieceChecked(index: number): void {
    this.unchecked?.delete(index);
    if (this.unchecked?.count === 0) this.unchecked = undefined;
  }

  /**
   * For the node: goes to another state, for an error when it failed, or for a reason.
   * @throws {SeederError} ERR_TORRENT_STATE when that is no possible move.
   */
  move(to: TorrentState, error?: SeederError, reason?: () => string): void {
    if (!canMove(this.#state, to))
      throw new SeederError(
        'ERR_TORRENT_STATE',
        `the torrent ${JSON.stringify(this.name)} is ${this.#state} and cannot be ${to}`,
      );
    this.#state = to;
    this.#error = to === 'failed' ? error : undefined;
    this.#reason = reason;
    this.totals.stateChanged(to);
    if (to === 'queued' && reason === undefined) this.#checkedFraction = 0;
  }

  /** For the node: how far the check is. */
  setProgress(fraction: number): void {
    this.#checkedFraction = fraction;
  }

  /** For the node: what a check found. */
  setChecked(record: ResumeRecord): void {
    this.#hasBegun = true;
    this.#checkedFraction = 1;
    this.setRemembered(record);
    this.storage.setStamps(record.stamps);
  }

  /** For the node: what is remembered of it, and shown of it even while its storage is away. */
  setRemembered(record: ResumeRecord): void {
    this.#bits = new Uint8Array(record.bits);
    this.#pieces = countBits(record.bits);
    this.#isComplete = this.#pieces === this.pieceCount;
    this.lastRecord = record;
    const { unchecked, isOurs = false, isRepairing = false } = record;
    this.unchecked = unchecked === undefined ? undefined : new UncheckedPieces(unchecked);
    if (this.unchecked?.count === 0) this.unchecked = undefined;
    this.isOurs = isOurs || this.isMirrored;
    this.isRepairing = isRepairing;
  }

  /** For the node: piece `index`, which was missing, is good and on disk. */
  addPiece(index: number): void {
    setBit(this.#bits, index, true);
    this.#pieces++;
    this.#isComplete = this.#pieces === this.pieceCount;
  }

  /** For the node: piece `index`, which we had, turned out to be bad. */
  removePiece(index: number): void {
    setBit(this.#bits, index, false);
    this.#pieces--;
    this.#isComplete = false;
    this.setPieceChecked(index);
  }

  /** For the node: a block came. */
  addDownloaded(bytes: number): void {
    this.#downloadedBytes += bytes;
    this.totals.addDownloaded(bytes);
  }

  /** For the node and its web seed: blocks went out. */
  addUploaded(bytes: number): void {
    this.#uploadedBytes += bytes;
    this.totals.addUploaded(bytes);
  }
}

/** As peers that know v2 may have it: not of a hybrid whose piece layers are missing, since they would ask for those in vain. */
function swarmHashV2({ infoHashV2, warnings }: Metainfo): InfoHash | undefined {
  const lacksLayers = warnings.some(({ code }) => code === 'WARN_NO_PIECE_LAYERS');
  return infoHashV2 === undefined || lacksLayers ? undefined : truncatedInfoHash(infoHashV2);
}
