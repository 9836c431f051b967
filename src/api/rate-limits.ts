import { type InfoHash, infoHashFromHex, infoHashToHex } from '../bittorrent/info-hash.ts';
import type { RateLimitStore, RateScope } from '../persistence/persistence.ts';
import { Turns } from '../persistence/turns.ts';
import { isRateLimit, type UploadLimits } from '../seeder/rates/rate-limits.ts';
import type { UploadPacer } from '../seeder/rates/upload-pacer.ts';

/** A limit that is asked for: bytes a second, null for none, or what holds unless somebody says otherwise. */
export type WantedLimit = number | null | 'default';

/** What is asked for of a node. */
export type WantedLimits = { readonly [Name in keyof UploadLimits]?: WantedLimit };

/** What the limits are made of. */
export interface RateLimitsParts {
  readonly store: RateLimitStore;
  readonly pacer: UploadPacer;
  /** What the settings say. */
  readonly configured: UploadLimits;
}

const SCOPES: Readonly<Record<keyof UploadLimits, RateScope>> = {
  node: 'node',
  eachTorrent: 'each-torrent',
  eachPeer: 'each-peer',
};

/** The upload limits of this node as people change them while it runs: stored first, then they hold. */
export class RateLimits {
  readonly pacer: UploadPacer;
  readonly #store: RateLimitStore;
  readonly #configured: UploadLimits;
  readonly #turns = new Turns();

  constructor({ store, pacer, configured }: RateLimitsParts) {
    this.#store = store;
    this.pacer = pacer;
    this.#configured = configured;
  }

  /** Takes up the limits of an earlier run; they go before the settings. What cannot be a limit is passed over. */
  async load(): Promise<void> {
    for (const { scope, uploadBytesPerSecond: limit } of await this.#store.loadRateLimits()) {
      if (limit !== null && !isRateLimit(limit)) continue;
      const name = NAMES.find((candidate) => SCOPES[candidate] === scope);
      if (name !== undefined) this.pacer.setLimits({ [name]: limit });
      else if (/^[0-9a-f]{40}$/.test(scope)) this.pacer.setTorrentLimit(infoHashFromHex(scope), limit);
    }
  }

  /** Changes the limits that are named; `default` is what the settings say. */
  change(wanted: WantedLimits): Promise<void> {
    return this.#turns.run(async () => {
      for (const name of NAMES) {
        const limit = wanted[name];
        if (limit === undefined) continue;
        await this.#save(SCOPES[name], limit);
        this.pacer.setLimits({ [name]: limit === 'default' ? this.#configured[name] : limit });
      }
    });
  }

  /** Changes the limit of a torrent; `default` is that of each torrent. */
  changeTorrent(infoHash: InfoHash, limit: WantedLimit): Promise<void> {
    return this.#turns.run(async () => {
      await this.#save(infoHashToHex(infoHash), limit);
      this.pacer.setTorrentLimit(infoHash, limit === 'default' ? undefined : limit);
    });
  }

  async #save(scope: RateScope, limit: WantedLimit): Promise<void> {
    if (limit === 'default') await this.#store.removeRateLimit(scope);
    else await this.#store.saveRateLimit({ scope, uploadBytesPerSecond: limit });
  }
}

const NAMES = Object.keys(SCOPES) as readonly (keyof UploadLimits)[]; // the keys of SCOPES itself
