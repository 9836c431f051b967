import type { Logger } from 'pino';
import { type InfoHash, infoHashToHex } from '../../bittorrent/info-hash.ts';
import type { TrackerStatus } from '../../seeder/announcer/tracker-tiers.ts';
import type { Serving } from '../../seeder/choking/serving.ts';
import type { Torrent } from '../../seeder/torrent.ts';
import type { FollowedSwarms } from '../../tracker/followed/followed-swarms.ts';
import { StepBack } from './step-back.ts';

/** The part of the seed node that the policy needs. */
export interface PolicedNode {
  torrents(): Torrent[];
  trackers(infoHash: InfoHash): readonly Pick<TrackerStatus, 'state' | 'complete'>[];
  setServing(infoHash: InfoHash, serving: Serving): void;
}

/** What the policy is made of. */
export interface SeederPolicyOptions {
  readonly seedNode: PolicedNode;
  readonly followed: FollowedSwarms;
  /** Other seeders from which on the node steps back where the torrent does not say otherwise; 0: never. */
  readonly stepBack: number;
  readonly delayMs: number;
  /** Unix milliseconds, by the clock of the tracker. */
  readonly nowMs: () => number;
  /** Other nodes of the database that have a torrent: foreign trackers count them too. */
  readonly otherHolders: (infoHash: InfoHash) => number;
  /** Whether the budget of the month is spent; left out: there is none. */
  readonly isBudgetSpent?: () => boolean;
  readonly logger: Logger;
}

/** Swarms are looked at once in so many ticks. */
const TICKS_A_LOOK = 5;
/** Peers of swarms that are looked at for being gone, a tick: less than a millisecond. */
const EXPIRY_BUDGET = 20_000;

/**
 * Whom the seed node serves: everybody; in swarms that others seed only those that come on by nothing without us; nobody when the month's
 * budget is spent. It introduces what the tracker knows of swarms to the seed node.
 */
export class SeederPolicy {
  readonly #options: SeederPolicyOptions;
  readonly #swarms = new Map<Torrent, StepBack>();
  #isSpent = false;
  #ticks = 0;

  constructor(options: SeederPolicyOptions) {
    this.#options = options;
  }

  /** Looks at the budget, and now and then at the swarms. Call it every second. */
  tick(): void {
    const { followed, nowMs, isBudgetSpent, seedNode, logger } = this.#options;
    followed.expire(Math.floor(nowMs() / 1_000), EXPIRY_BUDGET);
    const wasSpent = this.#isSpent;
    this.#isSpent = isBudgetSpent?.() === true;
    if (this.#isSpent && !wasSpent)
      logger.warn('the upload budget of this month is spent: nothing is served any more');
    else if (wasSpent && !this.#isSpent) logger.info('a new upload budget: torrents are served again');
    const isLook = this.#ticks++ % TICKS_A_LOOK === 0;
    if (isLook || wasSpent !== this.#isSpent)
      for (const torrent of seedNode.torrents()) this.#apply(torrent, isLook);
    if (isLook) this.#forgetGone();
  }

  /** A torrent came to another state: what holds for it holds at once. */
  stateChanged(torrent: Torrent): void {
    if (torrent.state !== 'seeding') this.#swarms.delete(torrent);
    if (torrent.state === 'seeding' || torrent.state === 'downloading') this.#serve(torrent);
  }

  #apply(torrent: Torrent, isLook: boolean): void {
    if (isLook && torrent.state === 'seeding' && this.#seedersFor(torrent) > 0) this.#look(torrent);
    else if (this.#seedersFor(torrent) === 0) this.#swarms.delete(torrent);
    if (torrent.serving !== this.#servingOf(torrent)) this.#serve(torrent);
  }

  #serve(torrent: Torrent): void {
    const serving = this.#servingOf(torrent);
    const swarm = this.#options.followed.get(torrent.infoHash);
    if (swarm !== undefined) swarm.isSpared = serving === 'needy';
    if (torrent.serving !== serving)
      this.#options.logger.info(
        { infoHash: infoHashToHex(torrent.infoHash), serving },
        'whom a torrent is served to has changed',
      );
    this.#options.seedNode.setServing(torrent.infoHash, serving);
  }

  #servingOf(torrent: Torrent): Serving {
    if (this.#isSpent) return 'nobody';
    return this.#swarms.get(torrent)?.isStandingBy === true ? 'needy' : 'everybody';
  }

  #look(torrent: Torrent): void {
    const { followed, nowMs, delayMs, otherHolders } = this.#options;
    const swarm = followed.get(torrent.infoHash);
    const known = this.#swarms.get(torrent) ?? new StepBack();
    this.#swarms.set(torrent, known);
    const standstill = swarm?.standstillSeconds;
    known.look(
      {
        otherSeeds: Math.max(
          swarm?.copies ?? 0,
          this.#foreignSeeds(torrent) - otherHolders(torrent.infoHash),
        ),
        standstillMs: standstill === undefined ? undefined : 1_000 * standstill + 999, // within that second
      },
      { seeders: this.#seedersFor(torrent), delayMs },
      nowMs(),
    );
  }

  /** Full copies that foreign trackers count beside ours: the most that one of them says. One that does not answer says nothing. */
  #foreignSeeds({ infoHash }: Torrent): number {
    const counts = this.#options.seedNode
      .trackers(infoHash)
      .map(({ state, complete }) => (state === 'working' ? (complete ?? 0) - 1 : 0));
    return Math.max(0, ...counts);
  }

  #seedersFor({ preferences }: Torrent): number {
    const { stepBack } = preferences;
    if (stepBack === 'default') return this.#options.stepBack;
    return stepBack === 'none' ? 0 : stepBack;
  }

  #forgetGone(): void {
    const there = new Set(this.#options.seedNode.torrents());
    for (const torrent of this.#swarms.keys()) if (!there.has(torrent)) this.#swarms.delete(torrent);
  }
}
