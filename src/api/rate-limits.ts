import { type InfoHash, infoHashFromHex, infoHashToHex } from '../bittorrent/info-hash.ts';
import {
  RATE_DIRECTIONS,
  type RateDirection,
  type RateLimitStore,
  type RateScope,
} from '../persistence/persistence.ts';
import { Turns } from '../persistence/turns.ts';
import { isRateLimit, type TransferLimits } from '../seeder/rates/rate-limits.ts';
import type { RatePacer } from '../seeder/rates/rate-pacer.ts';
import type { PerDirection } from './per-direction.ts';
import type { KeptRules, WantedRules } from './rate-rules.ts';

/** A limit that is asked for: bytes a second, null for none, or what holds unless somebody says otherwise. */
export type WantedLimit = number | null | 'default';

/** What is asked for of a node, in one direction. */
export type WantedRates = WantedRules & { readonly [Name in keyof TransferLimits]?: WantedLimit };

/** What is asked for of one torrent. */
export type WantedTorrentLimits = Partial<PerDirection<WantedLimit>>;

/** What the limits are made of. */
export interface RateLimitsParts {
  readonly store: RateLimitStore;
  /** Their hours, and whom they bind. */
  readonly rules: KeptRules;
  readonly pacers: PerDirection<RatePacer>;
  /** What the settings say. */
  readonly configured: PerDirection<TransferLimits>;
}

const SCOPES: Readonly<Record<keyof TransferLimits, RateScope>> = {
  node: 'node',
  eachTorrent: 'each-torrent',
  eachPeer: 'each-peer',
};

/** The limits of this node as people change them while it runs: stored first, then they hold. */
export class RateLimits {
  readonly pacers: PerDirection<RatePacer>;
  readonly #store: RateLimitStore;
  readonly #rules: KeptRules;
  readonly #configured: PerDirection<TransferLimits>;
  readonly #turns = new Turns();

  constructor({ store, rules, pacers, configured }: RateLimitsParts) {
    this.#store = store;
    this.#rules = rules;
    this.pacers = pacers;
    this.#configured = configured;
  }

  /** Takes up the limits of an earlier run; they go before the settings. What cannot be a limit is passed over. */
  async load(): Promise<void> {
    await this.#rules.load();
    for (const { direction, scope, bytesPerSecond: limit } of await this.#store.loadRateLimits()) {
      if (limit !== null && !isRateLimit(limit)) continue;
      const pacer = this.pacers[direction];
      const name = NAMES.find((candidate) => SCOPES[candidate] === scope);
      if (name !== undefined) pacer.setLimits({ [name]: limit });
      else if (/^[0-9a-f]{40}$/.test(scope)) pacer.setTorrentLimit(infoHashFromHex(scope), limit);
    }
  }

  /** Changes the limits that are named, and their rules; `default` is what the settings say. */
  change(wanted: Partial<PerDirection<WantedRates>>): Promise<void> {
    return this.#turns.run(async () => {
      for (const direction of RATE_DIRECTIONS)
        for (const name of NAMES) {
          const limit = wanted[direction]?.[name];
          if (limit === undefined) continue;
          await this.#save(direction, SCOPES[name], limit);
          const holds = limit === 'default' ? this.#configured[direction][name] : limit;
          this.pacers[direction].setLimits({ [name]: holds });
        }
      await this.#rules.change(rulesOf(wanted));
    });
  }

  /** Changes the limits of a torrent; `default` is that of each torrent. */
  changeTorrent(infoHash: InfoHash, wanted: WantedTorrentLimits): Promise<void> {
    return this.#turns.run(async () => {
      for (const direction of RATE_DIRECTIONS) {
        const limit = wanted[direction];
        if (limit === undefined) continue;
        await this.#save(direction, infoHashToHex(infoHash), limit);
        this.pacers[direction].setTorrentLimit(infoHash, limit === 'default' ? undefined : limit);
      }
    });
  }

  async #save(direction: RateDirection, scope: RateScope, limit: WantedLimit): Promise<void> {
    if (limit === 'default') await this.#store.removeRateLimit(direction, scope);
    else await this.#store.saveRateLimit({ direction, scope, bytesPerSecond: limit });
  }
}

/** The rules among what is asked for. */
function rulesOf(wanted: Partial<PerDirection<WantedRates>>): Partial<PerDirection<WantedRules>> {
  return Object.fromEntries(
    RATE_DIRECTIONS.map((direction) => {
      const { node: _node, eachTorrent: _torrent, eachPeer: _peer, ...rules } = wanted[direction] ?? {};
      return [direction, rules];
    }),
  );
}

/** Takes back limits of a torrent that could not be added, as far as the database, which may be at fault, lets it. */
export async function takeBack(
  limits: Pick<RateLimits, 'changeTorrent'>,
  infoHash: InfoHash,
  given: WantedTorrentLimits,
): Promise<void> {
  const wanted = Object.fromEntries(Object.keys(given).map((direction) => [direction, 'default'] as const));
  await limits.changeTorrent(infoHash, wanted).catch(() => undefined); // the first error is the one to tell
}

const NAMES = Object.keys(SCOPES) as readonly (keyof TransferLimits)[]; // the keys of SCOPES itself
