/** What {@link AnnounceIntervals} is made of. Times are in seconds. */
export interface AnnounceIntervalOptions {
  /** Between two announces of a peer in a swarm that is neither young nor small, while we have time. */
  readonly intervalSeconds: number;
  /** The shortest that peers are told, those of young swarms; an `intervalSeconds` below it is kept to. */
  readonly minIntervalSeconds: number;
  /** The longest, however much there is to do. */
  readonly maxIntervalSeconds: number;
  /** In [0, 1). */
  readonly random: () => number;
}

/** Peers from which on a swarm is not small: one reply has enough of them, and they tell one another of the rest. */
const SMALL_SWARM = 50;
/** Announces that come late, or at the second try. */
const GRACE_SECONDS = 60;

/**
 * How long a peer waits before it announces again, and when it counts as dead. In a young and small swarm everybody is to find the others
 * soon: a peer there comes back when the swarm is twice as old, or a fiftieth of the usual time a peer, whichever is longer. While
 * we have too much to do, all intervals are stretched. Each is a tenth more or less, so that clients that came together do
 * not come together for ever.
 */
export class AnnounceIntervals {
  readonly #options: AnnounceIntervalOptions;
  readonly #floor: number;
  readonly #ceiling: number;
  #stretch = 1;

  constructor(options: AnnounceIntervalOptions) {
    this.#options = options;
    this.#floor = Math.min(options.minIntervalSeconds, options.intervalSeconds);
    this.#ceiling = Math.max(options.maxIntervalSeconds, options.intervalSeconds);
  }

  /** How many times longer than usual intervals are, from 1 on. */
  get stretch(): number {
    return this.#stretch;
  }

  /** The shortest interval that a peer is told now, that of young swarms. */
  get minSeconds(): number {
    return Math.round(Math.min(this.#ceiling, this.#floor * this.#stretch));
  }

  /** The longest stretch: with it the usual interval is the longest there is. */
  get maxStretch(): number {
    return this.#ceiling / this.#options.intervalSeconds;
  }

  /** Stretches the intervals that are told from now on. */
  stretchTo(stretch: number): void {
    this.#stretch = Math.max(1, Math.min(this.maxStretch, stretch));
  }

  /** The interval of a peer in a swarm of so many peers that has been there for so long. In whole seconds, within the bounds. */
  draw(ageSeconds: number, peers: number): number {
    const { intervalSeconds, random } = this.#options;
    const wanted = Math.max(ageSeconds, (intervalSeconds * peers) / SMALL_SWARM);
    const usual = Math.max(this.#floor, Math.min(intervalSeconds, wanted)) * this.#stretch;
    const shortest = Math.max(this.#floor, Math.min(usual, this.#ceiling) * 0.9);
    const longest = Math.min(this.#ceiling, usual * 1.1);
    return Math.round(shortest + (longest - shortest) * random());
  }

  /**
   * The `min interval` beside an interval: half of it, so that a client may come when its user asks for peers, but not below the
   * shortest interval, because rTorrent comes that often of its own accord.
   */
  minimumBeside(intervalSeconds: number): number {
    const half = Math.max(intervalSeconds >> 1, this.#floor);
    return Math.max(1, Math.min(half, intervalSeconds - 1));
  }

  /** How long a peer that was told an interval lives without another announce: until it has missed two. */
  lifetimeOf(intervalSeconds: number): number {
    return 2 * intervalSeconds + GRACE_SECONDS;
  }
}
