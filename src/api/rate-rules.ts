import { RATE_DIRECTIONS, type SettingStore } from '../persistence/persistence.ts';
import type { RatePacer } from '../seeder/rates/rate-pacer.ts';
import { isSchedule, type ScheduledRate } from '../seeder/rates/rate-schedule.ts';
import type { PerDirection } from './per-direction.ts';

/** When other limits hold in one direction, and whether limits bind the local network too. */
export interface RateRules {
  readonly schedule: readonly ScheduledRate[];
  readonly isLocalLimited: boolean;
}

/** What is asked for; `default` is what the settings say, and what is left out stays. */
export type WantedRules = { readonly [Name in keyof RateRules]?: RateRules[Name] | 'default' };

/** What the rules are made of. */
export interface KeptRulesParts {
  readonly store: SettingStore;
  /** Each node has its own; known once the database is open. */
  readonly nodeId: () => number;
  readonly pacers: PerDirection<RatePacer>;
  /** What the settings say. */
  readonly configured: PerDirection<RateRules>;
}

/** The rules of this node as people change them while it runs: stored first, then they hold. Changes come one at a time. */
export class KeptRules {
  readonly #parts: KeptRulesParts;
  #changed: Partial<PerDirection<WantedRules>> = {};

  constructor(parts: KeptRulesParts) {
    this.#parts = parts;
  }

  /** Takes up what was changed in an earlier run; it goes before the settings. What can be no rule is passed over. */
  async load(): Promise<void> {
    const bytes = await this.#parts.store.getSetting(this.#name);
    if (bytes !== undefined) this.#hold(readRules(Buffer.from(bytes).toString()));
  }

  /** Changes the rules that are named. */
  async change(wanted: Partial<PerDirection<WantedRules>>): Promise<void> {
    if (RATE_DIRECTIONS.every((direction) => Object.keys(wanted[direction] ?? {}).length === 0)) return;
    const changed = Object.fromEntries(
      RATE_DIRECTIONS.map((direction) => [direction, { ...this.#changed[direction], ...wanted[direction] }]),
    );
    await this.#parts.store.setSetting(this.#name, Buffer.from(JSON.stringify(changed)));
    this.#hold(changed);
  }

  get #name(): string {
    return `rates of node ${this.#parts.nodeId()}`;
  }

  #hold(changed: Partial<PerDirection<WantedRules>>): void {
    this.#changed = changed;
    for (const direction of RATE_DIRECTIONS) {
      const { schedule = 'default', isLocalLimited = 'default' } = changed[direction] ?? {};
      const configured = this.#parts.configured[direction];
      const pacer = this.#parts.pacers[direction];
      pacer.setSchedule(schedule === 'default' ? configured.schedule : schedule);
      pacer.setLocalLimited(isLocalLimited === 'default' ? configured.isLocalLimited : isLocalLimited);
    }
  }
}

function readRules(text: string): Partial<PerDirection<WantedRules>> {
  try {
    const value = JSON.parse(text) as Partial<PerDirection<Record<string, unknown>>> | null; // each member is looked at
    return Object.fromEntries(RATE_DIRECTIONS.map((direction) => [direction, rulesOf(value?.[direction])]));
  } catch {
    return {}; // not JSON: nothing was changed
  }
}

function rulesOf(value: Readonly<Record<string, unknown>> | undefined): WantedRules {
  const { schedule, isLocalLimited } = value ?? {};
  return {
    ...(isSchedule(schedule) && { schedule }),
    ...(typeof isLocalLimited === 'boolean' && { isLocalLimited }),
  };
}
