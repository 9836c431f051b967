/** What is known of a swarm in which our seed node has a part. */
export interface SwarmLook {
  /** Full copies beside ours, those of other nodes of our database left out. */
  readonly otherSeeds: number;
  /** When a leecher last told that it came on by nothing without us; undefined: never. */
  readonly standstillMs: number | undefined;
}

/** When to step back. */
export interface StepBackRules {
  /** Other seeders from which on we step back; 0: never. */
  readonly seeders: number;
  /** They have to be there for so long, and few for so long before we are back: so nobody flutters. */
  readonly delayMs: number;
}

/** We are back when fewer than this part of the seeders are left that we stepped back for. */
const FEW = 0.75;
/** After a leecher stood still we stay for so many delays. */
const REST_DELAYS = 6;

/**
 * Whether our node stands by in one swarm: others have seeded it for a while, and nobody stands still. It is back at once when nobody
 * else has a full copy, or somebody stands still; when few have, after a while. Pure: times are milliseconds of whatever clock.
 */
export class StepBack {
  #isStandingBy = false;
  #enoughSinceMs: number | undefined;
  #fewSinceMs: number | undefined;
  #changedAtMs = 0;
  #restUntilMs = Number.NEGATIVE_INFINITY;

  /** Whether to stand by, by the last look. */
  get isStandingBy(): boolean {
    return this.#isStandingBy;
  }

  /** Takes in what is known now; returns whether to stand by. */
  look(swarm: SwarmLook, rules: StepBackRules, nowMs: number): boolean {
    const { otherSeeds } = swarm;
    const isEnough = rules.seeders > 0 && otherSeeds >= rules.seeders;
    this.#enoughSinceMs = isEnough ? (this.#enoughSinceMs ?? nowMs) : undefined;
    const isFew = otherSeeds < Math.max(1, Math.floor(rules.seeders * FEW));
    this.#fewSinceMs = isFew ? (this.#fewSinceMs ?? nowMs) : undefined;
    if (this.#isStandingBy) this.#look(swarm, rules, nowMs);
    else if (hasLasted(this.#enoughSinceMs, rules, nowMs) && nowMs >= this.#restUntilMs)
      this.#set(true, nowMs);
    return this.#isStandingBy;
  }

  #look({ otherSeeds, standstillMs }: SwarmLook, rules: StepBackRules, nowMs: number): void {
    const isStill = standstillMs !== undefined && standstillMs >= this.#changedAtMs;
    if (isStill) this.#restUntilMs = nowMs + REST_DELAYS * rules.delayMs;
    if (rules.seeders === 0 || otherSeeds === 0 || isStill || hasLasted(this.#fewSinceMs, rules, nowMs))
      this.#set(false, nowMs);
  }

  #set(isStandingBy: boolean, nowMs: number): void {
    this.#isStandingBy = isStandingBy;
    this.#changedAtMs = nowMs;
  }
}

function hasLasted(sinceMs: number | undefined, { delayMs }: StepBackRules, nowMs: number): boolean {
  return sinceMs !== undefined && nowMs - sinceMs >= delayMs;
}
