import type { InfoHash } from '../bittorrent/info-hash.ts';
import type { Metainfo } from '../bittorrent/metainfo/metainfo.ts';
import { setBit } from './bits.ts';
import { type StoredFile, storedFiles } from './disk/storage-layout.ts';
import { TorrentStorage } from './disk/torrent-storage.ts';
import { UncheckedPieces } from './integrity/unchecked-pieces.ts';
import type { TorrentOptions } from './torrent-options.ts';
import { FileSelection } from './torrents/file-selection.ts';
import { GoodPieces } from './torrents/good-pieces.ts';
import type { ResumeRecord } from './torrents/resume.ts';
import { swarmHashV2 } from './torrents/swarm-hash.ts';
import { DEFAULT_PREFERENCES, type TorrentPreferences } from './torrents/torrent-preferences.ts';
import type { WireTorrent } from './wire/wire-types.ts';

/** What a torrent is of, where that lies, which of it is wanted, and which of it is here and good. */
export class TorrentContent implements WireTorrent {
  readonly metainfo: Metainfo;
  /** The file, or the folder of its files; the node changes it when the data moves. */
  dataPath: string;
  readonly swarmHashV2: InfoHash | undefined;
  /** Where its files lie; the list stays the same, and the node changes what stands in it. */
  readonly files: readonly StoredFile[];
  /** For the node: its data. */
  readonly storage: TorrentStorage;
  /** What is missing is fetched from peers. */
  readonly isMirrored: boolean;
  /** For the node: an earlier run knew its data. */
  wasKnown = false;
  /** For the node: pieces that are believed and not hashed yet; undefined: none. */
  unchecked: UncheckedPieces | undefined;
  /** Its files were written by us. */
  isOurs = false;
  /** For the node: pieces that went bad are being fetched. */
  isRepairing = false;
  /** For the node: what is to be remembered of it, as of its last check or the last record of its download. */
  lastRecord: ResumeRecord | undefined;
  #preferences: TorrentPreferences;
  #selection: FileSelection;
  readonly #good: GoodPieces;
  readonly #places: StoredFile[];
  #checkedFraction = 0;
  #hasBegun = false;

  /** @throws {SeederError} ERR_PREFERENCE when files are chosen that it does not have. */
  constructor({
    metainfo,
    dataPath,
    openFiles,
    isMirrored = false,
    preferences = DEFAULT_PREFERENCES,
  }: TorrentOptions) {
    this.isMirrored = isMirrored;
    this.metainfo = metainfo;
    this.dataPath = dataPath;
    this.swarmHashV2 = swarmHashV2(metainfo);
    this.#places = storedFiles(metainfo.info, dataPath);
    this.files = this.#places;
    const { length, pieceLength } = metainfo.info;
    this.storage = new TorrentStorage({ files: this.files, length, pieceLength, openFiles });
    this.#preferences = preferences;
    this.#selection = this.#selectionOf(preferences);
    this.#good = new GoodPieces(metainfo.info.pieceCount, this.#selection);
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

  /** What a person chose for it. */
  get preferences(): TorrentPreferences {
    return this.#preferences;
  }

  /** Which files are wanted. Of a torrent that is not mirrored all are, whatever was chosen: all have to be there. */
  get selection(): FileSelection {
    return this.#selection;
  }

  /** Part of the pieces that are wanted which are here and good, 0 to 1. */
  get completedFraction(): number {
    const { pieceCount } = this.#selection;
    return pieceCount === 0 ? 1 : this.#good.wantedCount / pieceCount;
  }

  /** Bytes that are missing yet of the whole torrent, to the piece; what trackers are told. */
  get leftBytes(): number {
    return Math.min(this.length, (this.pieceCount - this.#good.count) * this.pieceLength);
  }

  /** Bytes of the files that are wanted. */
  get wantedBytes(): number {
    return this.#selection.wantedBytes;
  }

  /** Bytes of them that are missing yet, to the piece. */
  get wantedLeftBytes(): number {
    const pieces = this.#selection.pieceCount - this.#good.wantedCount;
    return Math.min(this.wantedBytes, pieces * this.pieceLength);
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
    return this.#good.count > 0;
  }

  /** Part of the check that is done, 0 to 1; 1 once the data is known. */
  get checkedFraction(): number {
    return this.#checkedFraction;
  }

  /** All pieces are here: it is a seed. */
  get isComplete(): boolean {
    return this.#good.isComplete;
  }

  /** All pieces that are wanted are here: a seed, or a partial seed (BEP 21). */
  get isFinished(): boolean {
    return this.#good.isFinished;
  }

  /** Whether we have piece `index` and know it to be good; false for an index out of range. */
  hasPiece(index: number): boolean {
    return this.#good.has(index);
  }

  /** Whether piece `index` is wanted and not here. */
  lacksPiece(index: number): boolean {
    return !this.#good.has(index) && this.#selection.wantsPiece(index);
  }

  /** Whether all pieces of a file are here, by its index. */
  hasFile(index: number): boolean {
    if (this.isComplete) return true;
    const file = this.files[index];
    if (file === undefined) return false;
    const end = file.offset + file.length;
    for (let piece = Math.floor(file.offset / this.pieceLength); piece * this.pieceLength < end; piece++)
      if (!this.#good.has(piece)) return false;
    return true;
  }

  /** The pieces that are here and good, in the order of the wire: bit 0 is the highest of byte 0 (BEP 3). Not to be changed. */
  bitfield(): Uint8Array {
    return this.#good.bits;
  }

  /**
   * For the node: a person chose something else.
   * @throws {SeederError} ERR_PREFERENCE when files are chosen that it does not have; then nothing is changed.
   */
  choose(preferences: TorrentPreferences): void {
    this.#selection = this.#selectionOf(preferences);
    this.#preferences = preferences;
    this.#good.select(this.#selection);
  }

  /** For the node: where a file lies now. */
  placeFile(index: number, place: StoredFile): void {
    this.storage.moved(index);
    this.#places[index] = place;
  }

  /** The pieces that are missing and to be fetched, in the order of the wire as {@link bitfield}; none of a torrent that is not mirrored. */
  wanted(): Uint8Array {
    const wanted = new Uint8Array(this.#good.bits.length);
    if (!this.isMirrored) return wanted;
    for (let piece = 0; piece < this.pieceCount; piece++)
      if (this.lacksPiece(piece)) setBit(wanted, piece, true);
    return wanted;
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
    this.#good.set(record.bits);
    this.lastRecord = record;
    const { unchecked, isOurs = false, isRepairing = false } = record;
    this.unchecked = unchecked === undefined ? undefined : new UncheckedPieces(unchecked);
    if (this.unchecked?.count === 0) this.unchecked = undefined;
    this.isOurs = isOurs || this.isMirrored;
    this.isRepairing = isRepairing;
  }

  /** For the node: piece `index`, which was missing, is good and on disk. */
  addPiece(index: number): void {
    this.#good.add(index);
  }

  /** For the node: piece `index`, which we had, turned out to be bad. */
  removePiece(index: number): void {
    this.#good.remove(index);
    this.setPieceChecked(index);
  }

  #selectionOf({ filePriorities }: TorrentPreferences): FileSelection {
    const selection = new FileSelection(this.metainfo.info, filePriorities);
    return this.isMirrored ? selection : new FileSelection(this.metainfo.info, []);
  }
}
