import type { SettingStore } from '../persistence/persistence.ts';
import { Turns } from '../persistence/turns.ts';
import type { QueueKind, TorrentQueue } from '../seeder/queue/torrent-queue.ts';

/** The most torrents that somebody may let run; 0 is no limit. */
export const MAX_ACTIVE = 1_000_000;

/** How many may run: a number, 0 for no limit, or what the settings say. */
export type WantedMaximum = number | 'default';

/** What is asked for. */
export type WantedMaxima = { readonly [Kind in QueueKind]?: WantedMaximum };

/** What the limits of the queue are made of. */
export interface QueueLimitsParts {
  readonly store: SettingStore;
  /** Each node has its own; known once the database is open. */
  readonly nodeId: () => number;
  readonly queue: TorrentQueue;
  /** What the settings say; 0 is no limit. */
  readonly configured: Readonly<Record<QueueKind, number>>;
}

const KINDS: readonly QueueKind[] = ['downloads', 'seeds'];

/** How many torrents of this node may run, as people change it while it runs: stored first, then it holds. */
export class QueueLimits {
  readonly queue: TorrentQueue;
  readonly #parts: QueueLimitsParts;
  readonly #turns = new Turns();
  #changed: WantedMaxima = {};

  constructor(parts: QueueLimitsParts) {
    this.#parts = parts;
    this.queue = parts.queue;
  }

  /** Takes up what was changed in an earlier run; it goes before the settings. What cannot be a limit is passed over. */
  async load(): Promise<void> {
    const bytes = await this.#parts.store.getSetting(this.#name);
    if (bytes !== undefined) this.#hold(readMaxima(Buffer.from(bytes).toString()));
  }

  /** Changes the limits that are named. */
  change(wanted: WantedMaxima): Promise<void> {
    return this.#turns.run(async () => {
      const changed = { ...this.#changed, ...wanted };
      await this.#parts.store.setSetting(this.#name, Buffer.from(JSON.stringify(changed)));
      this.#hold(changed);
    });
  }

  get #name(): string {
    return `queue of node ${this.#parts.nodeId()}`;
  }

  #hold(changed: WantedMaxima): void {
    this.#changed = changed;
    for (const kind of KINDS) {
      const wanted = changed[kind] ?? 'default';
      const maximum = wanted === 'default' ? this.#parts.configured[kind] : wanted;
      this.queue.setMaximum(kind, maximum === 0 ? Number.POSITIVE_INFINITY : maximum);
    }
  }
}

/** Whether it can be wanted. */
export function isMaximum(value: unknown): value is WantedMaximum {
  return (
    value === 'default' ||
    (Number.isInteger(value) && (value as number) >= 0 && (value as number) <= MAX_ACTIVE)
  );
}

function readMaxima(text: string): WantedMaxima {
  try {
    const value = JSON.parse(text) as Readonly<Record<string, unknown>> | null; // each member is checked below
    return Object.fromEntries(
      KINDS.flatMap((kind) => (isMaximum(value?.[kind]) ? [[kind, value[kind]]] : [])),
    );
  } catch {
    return {}; // not JSON: nothing was changed
  }
}
