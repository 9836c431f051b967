import { Deadlines } from '../queue/deadlines.ts';
import type { Torrent } from '../torrent.ts';
import type { RuleValue } from '../torrents/torrent-preferences.ts';
import type { StopRule } from '../torrents/transfer-totals.ts';

/** When torrents that are seeded come to their end; null: never by this rule. */
export interface StopRuleSettings {
  /** Bytes sent for each byte that is here, or was fetched if that is more. */
  readonly seedRatio: number | null;
  /** Seconds in the state `seeding`. */
  readonly seedTimeSeconds: number | null;
  /** Seconds in which not a byte has gone out. */
  readonly seedIdleSeconds: number | null;
}

/** No torrent ends by itself. */
export const NO_STOP_RULES: StopRuleSettings = Object.freeze({
  seedRatio: null,
  seedTimeSeconds: null,
  seedIdleSeconds: null,
});

/** What the rules are made of. */
export interface StopRulesOptions {
  /** For torrents that have no rules of their own. */
  readonly settings: StopRuleSettings;
  readonly nowMs: () => number;
  readonly onReached: (torrent: Torrent, rule: StopRule) => void;
}

/** Ends torrents that have been seeded enough: when any rule that holds for one is fulfilled. Only the state `seeding` counts. */
export class StopRules {
  readonly #options: StopRulesOptions;
  readonly #looksAt = new Deadlines<Torrent>();

  constructor(options: StopRulesOptions) {
    this.#options = options;
  }

  /** The rules that hold for a torrent. */
  rulesOf({ preferences }: Torrent): StopRuleSettings {
    const { settings } = this.#options;
    return {
      seedRatio: chosen(preferences.seedRatio, settings.seedRatio),
      seedTimeSeconds: chosen(preferences.seedTimeSeconds, settings.seedTimeSeconds),
      seedIdleSeconds: chosen(preferences.seedIdleSeconds, settings.seedIdleSeconds),
    };
  }

  /** Its state is another, or what is chosen for it: it is looked at with the next tick, so that nothing ends while it begins. */
  changed(torrent: Torrent): void {
    if (torrent.state === 'seeding') this.#looksAt.set(torrent, this.#options.nowMs());
    else this.#looksAt.delete(torrent);
  }

  /** It has sent something. */
  moved(torrent: Torrent): void {
    if (torrent.state === 'seeding' && this.rulesOf(torrent).seedRatio !== null) this.#look(torrent);
  }

  /** Looks at those whose time may have come; once a second or so. */
  tick(nowMs: number): void {
    for (;;) {
      const torrent = this.#looksAt.takeDue(nowMs);
      if (torrent === undefined) return;
      if (torrent.state === 'seeding') this.#look(torrent);
    }
  }

  #look(torrent: Torrent): void {
    const rules = this.rulesOf(torrent);
    const rule = this.#reached(torrent, rules);
    if (rule !== undefined) return this.#options.onReached(torrent, rule);
    const nextMs = this.#nextLookMs(torrent, rules);
    if (nextMs === Number.POSITIVE_INFINITY) this.#looksAt.delete(torrent);
    else this.#looksAt.set(torrent, nextMs);
  }

  #reached(torrent: Torrent, rules: StopRuleSettings): StopRule | undefined {
    const { totals } = torrent;
    const { seedRatio, seedTimeSeconds, seedIdleSeconds } = rules;
    const shareBytes = Math.max(totals.downloadedBytes, torrent.hereBytes);
    if (seedRatio !== null && shareBytes > 0 && totals.uploadedForRules >= seedRatio * shareBytes)
      return 'ratio';
    if (seedTimeSeconds !== null && totals.seedingSecondsForRules >= seedTimeSeconds) return 'time';
    const idleMs = this.#options.nowMs() - totals.lastUploadMs;
    return seedIdleSeconds !== null && idleMs >= 1000 * seedIdleSeconds ? 'idle' : undefined;
  }

  /** When time alone can fulfil a rule. */
  #nextLookMs({ totals }: Torrent, { seedTimeSeconds, seedIdleSeconds }: StopRuleSettings): number {
    const never = Number.POSITIVE_INFINITY;
    const leftSeconds = (seedTimeSeconds ?? never) - totals.seedingSecondsForRules;
    const timeMs = this.#options.nowMs() + 1000 * Math.max(1, leftSeconds);
    const idleMs = seedIdleSeconds === null ? never : totals.lastUploadMs + 1000 * seedIdleSeconds;
    return Math.min(timeMs, idleMs);
  }
}

function chosen(own: RuleValue, usual: number | null): number | null {
  if (own === 'default') return usual;
  return own === 'none' ? null : own;
}
