import { PiecePicker, type PieceSet } from './piece-picker.ts';

/** How a {@link PriorityPicker} is made. */
export interface PriorityPickerOptions {
  readonly pieceCount: number;
  /** The pieces to fetch. */
  readonly missing: readonly number[];
  /** From 0 to 1. */
  readonly random: () => number;
  /** 0 for a piece that is not wanted; the higher, the earlier. Asked again after `prioritiesChanged`. */
  readonly priorityOf: (piece: number) => number;
}

/**
 * Chooses the next piece to fetch: of those with the highest priority that the peer has, as {@link PiecePicker} does. Each priority in use
 * has a picker of its own; what is known of the peers is kept once.
 */
export class PriorityPicker {
  readonly #options: PriorityPickerOptions;
  readonly #availability: Uint32Array;
  readonly #priorities: Uint8Array;
  /** By priority. */
  #pickers: (PiecePicker | undefined)[] = [];
  /** The same, the highest first. */
  #order: PiecePicker[] = [];
  #isSequential = false;

  constructor(options: PriorityPickerOptions) {
    this.#options = options;
    this.#availability = new Uint32Array(options.pieceCount);
    this.#priorities = new Uint8Array(options.pieceCount);
    this.#sort(options.missing);
  }

  /** Pieces of the torrent. */
  get pieceCount(): number {
    return this.#options.pieceCount;
  }

  /** Pieces that are to be chosen yet. */
  get size(): number {
    return this.#order.reduce((sum, { size }) => sum + size, 0);
  }

  /** The pieces of one priority come in their order, not the rarest first. */
  set isSequential(value: boolean) {
    this.#isSequential = value;
    for (const picker of this.#order) picker.isSequential = value;
  }

  get isSequential(): boolean {
    return this.#isSequential;
  }

  /** Takes this very piece out of the list; false when it is not in it. */
  takeListed(piece: number): boolean {
    return this.#pickers[this.#priorities[piece] ?? 0]?.takeListed(piece) ?? false;
  }

  /** As {@link take}, in the order of the torrent from `piece` on, and then from its beginning. */
  takeFrom(piece: number, peer: PieceSet): number | undefined {
    for (const picker of this.#order) {
      const taken = picker.takeFrom(piece, peer);
      if (taken !== undefined) return taken;
    }
    return undefined;
  }

  /** Takes the best piece of those that the peer has out of the list; undefined when there is none. */
  take(peer: PieceSet): number | undefined {
    for (const picker of this.#order) {
      const piece = picker.take(peer);
      if (piece !== undefined) return piece;
    }
    return undefined;
  }

  /** Puts a piece back that was taken; nothing when it is not wanted any more. */
  add(piece: number): void {
    this.#pickers[this.#priorities[piece] ?? 0]?.add(piece);
  }

  /** One more peer has the piece; nothing for an index out of range. */
  increment(piece: number): void {
    const picker = this.#pickers[this.#priorities[piece] ?? 0];
    if (picker !== undefined) picker.increment(piece);
    else if (piece < this.#availability.length)
      this.#availability[piece] = (this.#availability[piece] ?? 0) + 1;
  }

  /** One peer less has the piece; nothing for an index out of range. */
  decrement(piece: number): void {
    const picker = this.#pickers[this.#priorities[piece] ?? 0];
    if (picker !== undefined) picker.decrement(piece);
    else if ((this.#availability[piece] ?? 0) > 0)
      this.#availability[piece] = (this.#availability[piece] ?? 0) - 1;
  }

  /** The pieces that are to be chosen yet stand elsewhere now, or nowhere. */
  prioritiesChanged(): void {
    const waiting: number[] = [];
    for (let piece = 0; piece < this.pieceCount; piece++)
      if (this.#order.some((picker) => picker.holds(piece))) waiting.push(piece);
    this.#sort(waiting);
  }

  #sort(waiting: readonly number[]): void {
    const { pieceCount, priorityOf, random } = this.#options;
    const byPriority: number[][] = [];
    for (let piece = 0; piece < pieceCount; piece++) {
      const priority = priorityOf(piece);
      this.#priorities[piece] = priority;
      if (priority > 0) byPriority[priority] ??= [];
    }
    for (const piece of waiting) byPriority[this.#priorities[piece] ?? 0]?.push(piece);
    this.#pickers = byPriority.map(
      (pieces) => new PiecePicker(pieceCount, pieces, random, this.#availability),
    );
    this.#order = this.#pickers.filter((picker) => picker !== undefined).reverse();
    this.isSequential = this.#isSequential;
  }
}
