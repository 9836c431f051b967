import { infoHashToHex } from '../../bittorrent/info-hash.ts';
import type { TorrentCredit } from '../../persistence/user-store.ts';

/** How bytes count, in percent. */
export type Credit = Pick<TorrentCredit, 'uploadPercent' | 'downloadPercent'>;

/** As usual. */
export const FULL_CREDIT: Credit = Object.freeze({ uploadPercent: 100, downloadPercent: 100 });

/** How the bytes of torrents count for the ratio of users: freeleech, and multipliers. */
export class TorrentCredits {
  readonly #byHash = new Map<string, Credit>();
  /** Until then no download counts. */
  freeleechUntilSeconds = 0;

  /** How a torrent counts by itself. */
  get(infoHash: Uint8Array): Credit {
    if (this.#byHash.size === 0) return FULL_CREDIT;
    return this.#byHash.get(infoHashToHex(infoHash)) ?? FULL_CREDIT;
  }

  /** Whether no download counts now, whatever the torrent. */
  isFreeleech(nowSeconds: number): boolean {
    return nowSeconds < this.freeleechUntilSeconds;
  }

  /** Says how a torrent counts. */
  set({ infoHash, uploadPercent, downloadPercent }: TorrentCredit): void {
    const key = infoHashToHex(infoHash);
    if (uploadPercent === 100 && downloadPercent === 100) this.#byHash.delete(key);
    else this.#byHash.set(key, Object.freeze({ uploadPercent, downloadPercent }));
  }

  /** These are all the torrents that do not count as usual. */
  replaceAll(credits: readonly TorrentCredit[]): void {
    this.#byHash.clear();
    for (const credit of credits) this.set(credit);
  }
}
