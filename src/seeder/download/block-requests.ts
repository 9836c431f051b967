import { BLOCK_LENGTH } from '../wire/message.ts';
import { ActivePiece } from './active-piece.ts';
import { ExclusiveOwners } from './exclusive-owners.ts';
import type { Leech } from './leech.ts';
import type { MemoryShare } from './memory-budget.ts';
import type { PieceBytes } from './piece-memory.ts';
import type { PriorityPicker } from './priority-picker.ts';

/** Blocks that a peer with nothing else to do is asked for though others were asked already (endgame). */
const ENDGAME_BLOCKS = 8;
/** Requests taken back that a peer may answer all the same: as many as it is ever asked for, twice over. */
const MAX_TAKEN_BACK = 2000;

/** What the choice of blocks works with. */
export interface BlockRequestsOptions {
  readonly picker: PriorityPicker;
  readonly pieceLength: number;
  readonly budget: MemoryShare;
  readonly lengthOf: (piece: number) => number;
  /** Memory for a piece. */
  readonly memoryFor: (length: number) => PieceBytes;
  /** Whether one peer is to give all of it. */
  readonly isSuspect: (piece: number) => boolean;
  /** Bytes that came are thrown away. */
  readonly onWasted: (bytes: number) => void;
}

/** The pieces on their way, and who was asked for which of their blocks. */
export class BlockRequests {
  readonly #options: BlockRequestsOptions;
  readonly #blocksPerPiece: number;
  readonly #active = new Map<number, ActivePiece<Leech>>();
  readonly #leeches: ReadonlySet<Leech>;
  /** Blocks that several were asked for. */
  readonly #doubled = new Set<number>();
  readonly #owners: ExclusiveOwners;

  constructor(leeches: ReadonlySet<Leech>, options: BlockRequestsOptions) {
    this.#leeches = leeches;
    this.#owners = new ExclusiveOwners(leeches);
    this.#options = options;
    this.#blocksPerPiece = Math.ceil(options.pieceLength / BLOCK_LENGTH);
  }

  /** Asks a peer for as much as it may be asked for. */
  fill(leech: Leech): void {
    for (let room = leech.room; room > 0 && leech.mayAsk(); room--) {
      const piece = this.#pieceFor(leech);
      const block = piece?.takeFree();
      if (piece === undefined || block === undefined) break;
      this.#ask(leech, piece, block);
    }
    if (leech.asked.size === 0 && this.#options.picker.size === 0) this.#double(leech);
  }

  /**
   * A block came. The piece when that was its last block: it is no longer on its way then.
   * @returns 'unasked' when it is none that was asked for, 'late' when it is here already, 'wrong' when its length is wrong: the
   *   request stands then.
   */
  take(
    leech: Leech,
    index: number,
    begin: number,
    data: Uint8Array,
  ): ActivePiece<Leech> | 'unasked' | 'late' | 'wrong' | undefined {
    const key = this.#keyOf(index, begin);
    if (key === undefined || !leech.asked.has(key)) return 'unasked';
    if (data.length !== this.#lengthAt(index, begin)) return 'wrong';
    leech.asked.delete(key);
    const block = begin / BLOCK_LENGTH;
    const piece = this.#active.get(index);
    if (piece?.receive(block, data, leech) !== true) return 'late'; // it came from another meanwhile
    if (this.#doubled.delete(key)) this.#cancelElsewhere(piece, block, key);
    if (!piece.isComplete) return undefined;
    this.#active.delete(index);
    this.#owners.done(index);
    return piece;
  }

  /** A peer will not answer a request. False when it has none, or none any more. */
  release(leech: Leech, index: number, begin: number): boolean {
    const key = this.#keyOf(index, begin);
    if (key === undefined || !leech.unask(key, this.#lengthAt(index, begin))) return false;
    this.#free(key);
    return true;
  }

  /** A peer has a piece no more (BEP 54): it will answer no requests for it. */
  lost(leech: Leech, index: number): void {
    const keys = this.#askedOf(leech, index);
    for (const key of keys) leech.unask(key, this.#lengthOf(key));
    for (const key of keys) this.#free(key);
    tookBack(leech, keys.length);
    if (leech.current?.index === index) leech.current = undefined;
    const piece = this.#active.get(index);
    if (piece?.isExclusive && piece.owner === leech) this.#takeFrom(leech, piece);
  }

  /** A peer chokes us: it answers requests for the pieces that it allows (BEP 6), and no others. */
  choked(leech: Leech): void {
    this.forget(leech, false, (piece) => leech.wire.allowedPieces?.has(piece) === true);
  }

  /** A peer will answer none of its requests but those that `keeps` names by their pieces; with `isCancelling` it is told so. */
  releaseAll(leech: Leech, isCancelling = false, keeps: (piece: number) => boolean = () => false): void {
    const keys = [...leech.asked].filter((key) => !keeps(Math.floor(key / this.#blocksPerPiece)));
    for (const key of keys) leech.unask(key, this.#lengthOf(key));
    leech.current = undefined;
    tookBack(leech, keys.length);
    for (const key of keys) {
      if (isCancelling) this.#cancel(leech, key);
      this.#free(key);
    }
  }

  /** A peer is gone or gives nothing: as {@link releaseAll}, and a piece that it alone was to give begins anew. */
  forget(leech: Leech, isCancelling = false, keeps: (piece: number) => boolean = () => false): void {
    this.releaseAll(leech, isCancelling, keeps);
    if (!this.#leeches.has(leech)) this.#owners.left(leech);
    for (const piece of this.#active.values())
      if (piece.isExclusive && piece.owner === leech && !keeps(piece.index)) this.#takeFrom(leech, piece);
  }

  /** Once a second or so: a piece that one peer is to give and does not in time goes to another; those that nobody can finish make room. */
  tick(nowMs: number): void {
    const { budget, pieceLength } = this.#options;
    const isFull = !budget.hasRoom(pieceLength);
    for (const piece of this.#active.values()) {
      if (piece.owner !== undefined && this.#owners.isLate(piece, nowMs)) this.forget(piece.owner, true);
      else if (isFull && piece.isOrphan && ![...this.#leeches].some((leech) => hasPiece(leech, piece.index)))
        this.#abandon(piece);
    }
  }

  /** Gives up all. */
  clear(): void {
    for (const leech of this.#leeches) this.releaseAll(leech, true);
    for (const piece of this.#active.values()) this.#abandon(piece);
  }

  /** A piece that a peer alone was to give begins anew. */
  #takeFrom(leech: Leech, piece: ActivePiece<Leech>): void {
    this.#owners.lost(piece.index, leech);
    this.#abandon(piece);
  }

  #abandon(piece: ActivePiece<Leech>): void {
    this.#active.delete(piece.index);
    const { picker, budget, onWasted } = this.#options;
    picker.add(piece.index);
    budget.giveBack(piece.length);
    onWasted(piece.receivedBytes);
  }

  #pieceFor(leech: Leech): ActivePiece<Leech> | undefined {
    const { current } = leech;
    if (current?.hasFree && this.#active.get(current.index) === current && leech.wouldGive(current.index))
      return current;
    // What somebody left lying comes first, then a new piece, then the pieces of others.
    const piece = this.#openPiece(leech, true) ?? this.#newPiece(leech) ?? this.#openPiece(leech, false);
    // A new piece that is not for this peer waits for another.
    if (piece !== undefined && !this.#owners.isOpen(piece, leech)) return this.#pieceFor(leech);
    leech.current = piece;
    if (piece?.isExclusive) piece.owner = leech;
    return piece;
  }

  #openPiece(leech: Leech, isOrphan: boolean): ActivePiece<Leech> | undefined {
    for (const piece of this.#active.values())
      if (
        piece.hasFree &&
        (!isOrphan || piece.isOrphan) &&
        this.#owners.isOpen(piece, leech) &&
        leech.wouldGive(piece.index)
      )
        return piece;
    return undefined;
  }

  #newPiece(leech: Leech): ActivePiece<Leech> | undefined {
    const { budget, lengthOf, memoryFor, pieceLength, isSuspect } = this.#options;
    if (!budget.take(pieceLength)) return undefined;
    const index = this.#chosen(leech);
    const length = index === undefined ? 0 : lengthOf(index);
    budget.giveBack(pieceLength - length);
    if (index === undefined) return undefined;
    const piece = new ActivePiece<Leech>(index, length, () => memoryFor(length), isSuspect(index));
    this.#active.set(index, piece);
    return piece;
  }

  /** Takes a piece out of the picker: while the peer chokes us one that it allows, else one that it suggests, else the best. */
  #chosen(leech: Leech): number | undefined {
    const { picker } = this.#options;
    const { peerChoking, allowedPieces = [], suggestedPieces = [], theirPieces, isSequential } = leech.wire;
    if (isSequential === true) return picker.takeFrom(suggestedPieces[0] ?? 0, theirPieces);
    const preferred = peerChoking ? allowedPieces : picker.isSequential ? [] : suggestedPieces;
    for (const piece of preferred) if (leech.wouldGive(piece) && picker.takeListed(piece)) return piece;
    return peerChoking ? undefined : picker.take(theirPieces);
  }

  #ask(leech: Leech, piece: ActivePiece<Leech>, block: number): void {
    const key = piece.index * this.#blocksPerPiece + block;
    leech.ask(key, piece.index, block * BLOCK_LENGTH, piece.lengthOf(block));
  }

  /** Endgame (BEP 3): the last blocks are asked for twice, so that no slow peer holds them back. */
  #double(leech: Leech): void {
    for (const piece of this.#active.values()) {
      if (piece.isExclusive || !leech.wouldGive(piece.index)) continue;
      for (let block = 0; block < piece.blockCount; block++) {
        if (leech.asked.size >= ENDGAME_BLOCKS || leech.room <= 0) return;
        const key = piece.index * this.#blocksPerPiece + block;
        if (piece.isReceived(block) || this.#doubled.has(key)) continue;
        if (!leech.mayAsk()) return;
        this.#doubled.add(key);
        piece.doubled();
        this.#ask(leech, piece, block);
      }
    }
  }

  #cancelElsewhere(piece: ActivePiece<Leech>, block: number, key: number): void {
    for (const leech of this.#leeches) {
      if (!leech.unask(key, this.#lengthOf(key))) continue;
      piece.release(block, false);
      tookBack(leech, 1);
      this.#cancel(leech, key);
    }
  }

  #cancel(leech: Leech, key: number): void {
    const begin = (key % this.#blocksPerPiece) * BLOCK_LENGTH;
    leech.wire.cancelBlock(Math.floor(key / this.#blocksPerPiece), begin, this.#lengthOf(key));
  }

  /** The number of a block; undefined for what is no block of the torrent, which would be the number of another one. */
  #keyOf(index: number, begin: number): number | undefined {
    const { picker, lengthOf } = this.#options;
    if (index < 0 || index >= picker.pieceCount || begin % BLOCK_LENGTH !== 0) return undefined;
    if (begin < 0 || begin >= lengthOf(index)) return undefined;
    return index * this.#blocksPerPiece + begin / BLOCK_LENGTH;
  }

  #lengthOf(key: number): number {
    const begin = (key % this.#blocksPerPiece) * BLOCK_LENGTH;
    return this.#lengthAt(Math.floor(key / this.#blocksPerPiece), begin);
  }

  #lengthAt(index: number, begin: number): number {
    return Math.min(BLOCK_LENGTH, this.#options.lengthOf(index) - begin);
  }

  /** The blocks of a piece that a peer is asked for: a piece may have more blocks than the peer requests, or fewer. */
  #askedOf({ asked }: Leech, index: number): number[] {
    const first = index * this.#blocksPerPiece;
    const end = first + Math.ceil(this.#options.lengthOf(index) / BLOCK_LENGTH);
    const keys: number[] = [];
    if (asked.size < end - first) {
      for (const key of asked) if (key >= first && key < end) keys.push(key);
    } else for (let key = first; key < end; key++) if (asked.has(key)) keys.push(key);
    return keys;
  }

  /** One who was asked for it will not give it: another may be asked in its place. */
  #free(key: number): void {
    const askedOf = this.#countAsked(key);
    if (askedOf < 2) this.#doubled.delete(key);
    this.#active
      .get(Math.floor(key / this.#blocksPerPiece))
      ?.release(key % this.#blocksPerPiece, askedOf === 0);
  }

  #countAsked(key: number): number {
    let count = 0;
    for (const leech of this.#leeches) if (leech.asked.has(key)) count++;
    return count;
  }
}

/** More than these cannot be on their way when they are taken back: the rest excuses nothing. */
function tookBack(leech: Leech, count: number): void {
  leech.takenBack = Math.min(MAX_TAKEN_BACK, leech.takenBack + count);
}

function hasPiece({ wire: { theirPieces } }: Leech, piece: number): boolean {
  return theirPieces.isComplete || theirPieces.has(piece);
}
