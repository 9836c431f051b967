import type { Address, Endpoint } from '../bittorrent/endpoint.ts';
import { type InfoHash, truncatedInfoHash } from '../bittorrent/info-hash.ts';
import type { Metainfo } from '../bittorrent/metainfo/metainfo.ts';
import { countBits, hasBit, setBit } from './bits.ts';
import type { Serving } from './choking/serving.ts';
import type { CloseReason } from './counters.ts';
import type { OpenFiles } from './disk/open-files.ts';
import { type StoredFile, storedFiles } from './disk/storage-layout.ts';
import { TorrentStorage } from './disk/torrent-storage.ts';
import { SeederError } from './errors.ts';
import type { ResumeRecord } from './torrents/resume.ts';
import { DEFAULT_PREFERENCES, type TorrentPreferences } from './torrents/torrent-preferences.ts';
import { canMove, isAnnounced, type TorrentState } from './torrents/torrent-state.ts';
import type { WireTorrent } from './wire/wire-types.ts';

/** A connection as its torrent sees it. */
export interface TorrentPeer {
  /** 4 or 16 bytes. */
  readonly address: Address;
  readonly port: number;
  /** Its client, for people. */
  readonly client: string;
  /** Part of the torrent that it has, 0 to 1. */
  readonly progress: number;
  readonly uploadedBytes: number;
  /** Bytes that wait for it in this process. */
  readonly queuedBytes: number;
  readonly rateBytesPerSecond: number;
  readonly downloadedBytes: number;
  readonly downloadBytesPerSecond: number;
  readonly isInterested: boolean;
  readonly isUnchoked: boolean;
  /** For the node: see `Peer`. */
  startDownload(): void;
  endDownload(): void;
  readonly isOutgoing: boolean;
  hasPeerId(peerId: Uint8Array): boolean;
  close(reason: CloseReason): void;
}

/** How a torrent is made. */
export interface TorrentOptions {
  readonly metainfo: Metainfo;
  /** The file, or the folder that holds the files. */
  readonly dataPath: string;
  readonly openFiles: OpenFiles;
  /** What is missing is fetched from peers. */
  readonly isMirrored?: boolean;
  /** Peers to try at once. */
  readonly knownPeers?: readonly Endpoint[];
  /** What a person chose for it. */
  readonly preferences?: TorrentPreferences;
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
  /** Its connections; the node changes the set. */
  readonly peers = new Set<TorrentPeer>();
  /** Whoever reads its data tells here what is wrong with it; the node sets it, and lets the torrent fail. */
  onStorageError: (error: SeederError) => void = () => {};
  #state: TorrentState = 'queued';
  #error: SeederError | undefined;
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
    preferences,
  }: TorrentOptions) {
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

  /** Its files were checked once, and made if it is mirrored: they are ours. */
  get hasBegun(): boolean {
    return this.#hasBegun;
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

  /** Bytes a second that its peers give now. */
  get downloadRateBytesPerSecond(): number {
    let sum = 0;
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

  bitfield(): Uint8Array {
    return this.#bits;
  }

  /** Whether connections of peers are taken. */
  get takesPeers(): boolean {
    return isAnnounced(this.#state) && (this.serving !== 'nobody' || !this.#isComplete);
  }

  /**
   * For the node: goes to another state.
   * @throws {SeederError} ERR_TORRENT_STATE when that is no possible move.
   */
  move(to: TorrentState, error?: SeederError): void {
    if (!canMove(this.#state, to))
      throw new SeederError(
        'ERR_TORRENT_STATE',
        `the torrent ${JSON.stringify(this.name)} is ${this.#state} and cannot be ${to}`,
      );
    this.#state = to;
    this.#error = to === 'failed' ? error : undefined;
    if (to === 'queued') this.#checkedFraction = 0;
  }

  /** For the node: how far the check is. */
  setProgress(fraction: number): void {
    this.#checkedFraction = fraction;
  }

  /** For the node: what a check found. */
  setChecked({ bits, stamps }: ResumeRecord): void {
    this.#hasBegun = true;
    this.#bits = new Uint8Array(bits);
    this.#pieces = countBits(bits);
    this.#isComplete = this.#pieces === this.pieceCount;
    this.#checkedFraction = 1;
    this.storage.setStamps(stamps);
  }

  /** For the node: piece `index`, which was missing, is good and on disk. */
  addPiece(index: number): void {
    setBit(this.#bits, index, true);
    this.#pieces++;
    this.#isComplete = this.#pieces === this.pieceCount;
  }

  /** For the node: a block came. */
  addDownloaded(bytes: number): void {
    this.#downloadedBytes += bytes;
  }

  /** For the node and its web seed: blocks went out. */
  addUploaded(bytes: number): void {
    this.#uploadedBytes += bytes;
  }
}

/** As peers that know v2 may have it: not of a hybrid whose piece layers are missing, since they would ask for those in vain. */
function swarmHashV2({ infoHashV2, warnings }: Metainfo): InfoHash | undefined {
  const lacksLayers = warnings.some(({ code }) => code === 'WARN_NO_PIECE_LAYERS');
  return infoHashV2 === undefined || lacksLayers ? undefined : truncatedInfoHash(infoHashV2);
}
