const INITIAL_BUDGETS = 64;
/** A user who was idle for longer has saved up no more than this. */
const MAX_SAVED_SECONDS = 86_400;
/** Times are whole seconds, so up to one more may have passed: once, not with each announce. */
const DEPTH_SECONDS = 1;

/** No budget: a session that is nobody's yet. */
export const NO_BUDGET = -1;

/** Each direction has a budget of its own. */
export type Direction = 'upload' | 'download';

/**
 * What a user can have moved in a torrent with all of his clients: the rate for the time since the first of them came, less what
 * was counted. Many announces, new runs and new peer ids share it, so none of them begins a new second. Kept as the time up to
 * which everything is used; a budget ends with the last session that shares it.
 */
export class TrafficBudgets {
  /** Unix seconds with fractions, Infinity before {@link open}; so is the next one. */
  #upload = new Float64Array(0);
  #download = new Float64Array(0);
  #sharers = new Uint32Array(0);
  #length = 0;
  readonly #free: number[] = [];

  /** One more session shares a budget; `budget` NO_BUDGET: a new one. Returns its number. */
  join(budget: number): number {
    const joined = budget === NO_BUDGET ? this.#make() : budget;
    this.#sharers[joined] = (this.#sharers[joined] as number) + 1; // a budget in use; so below
    return joined;
  }

  /** A session is over. */
  leave(budget: number): void {
    if (budget === NO_BUDGET) return;
    const rest = (this.#sharers[budget] as number) - 1;
    this.#sharers[budget] = rest;
    if (rest === 0) this.#free.push(budget);
  }

  /** The budget counts from this second, unless it counts from another already. */
  open(budget: number, seconds: number): void {
    if (this.#upload[budget] !== Number.POSITIVE_INFINITY) return;
    this.#upload[budget] = this.#download[budget] = seconds - DEPTH_SECONDS;
  }

  /** What was used before is not known, only that one of the clients was seen then: the budget counts from the earliest. */
  restore(budget: number, seconds: number): void {
    const from = Math.min(this.#upload[budget] as number, seconds - DEPTH_SECONDS);
    this.#upload[budget] = this.#download[budget] = from;
  }

  /** Bytes that are left now, at `rate` bytes a second. */
  left(budget: number, direction: Direction, nowSeconds: number, rate: number): number {
    if (rate === Number.POSITIVE_INFINITY) return rate;
    const until = this.#times(direction)[budget] as number;
    return Math.min(Math.max(0, nowSeconds - until), MAX_SAVED_SECONDS) * rate;
  }

  /** Uses up what {@link left} gave, or less. */
  spend(budget: number, direction: Direction, bytes: number, nowSeconds: number, rate: number): void {
    const times = this.#times(direction);
    const until = Math.max(times[budget] as number, nowSeconds - MAX_SAVED_SECONDS);
    times[budget] = until + bytes / rate;
  }

  #times(direction: Direction): Float64Array {
    return direction === 'upload' ? this.#upload : this.#download;
  }

  #make(): number {
    const budget = this.#free.pop() ?? this.#length++;
    if (budget >= this.#sharers.length) this.#grow();
    this.#upload[budget] = this.#download[budget] = Number.POSITIVE_INFINITY;
    return budget;
  }

  #grow(): void {
    const size = Math.max(INITIAL_BUDGETS, Math.ceil(this.#sharers.length * 1.25));
    const grown = <A extends Uint32Array | Float64Array>(array: A, larger: A): A => {
      larger.set(array);
      return larger;
    };
    this.#upload = grown(this.#upload, new Float64Array(size));
    this.#download = grown(this.#download, new Float64Array(size));
    this.#sharers = grown(this.#sharers, new Uint32Array(size));
  }
}
