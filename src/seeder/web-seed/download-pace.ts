import type { InfoHash } from '../../bittorrent/info-hash.ts';
import type { RateAllowance } from '../rates/rate-allowance.ts';
import type { RatePacer } from '../rates/rate-pacer.ts';

/** Bytes of one turn: a block, as a peer gets, so that a download by HTTP has the share of one peer. */
const TURN_BYTES = 16 * 1024;

/** One download's place among all that share the upload limits. Call `close` once. */
export class DownloadPace {
  readonly #allowance: RateAllowance;
  #onTurn: (() => void) | undefined;

  constructor(pacer: RatePacer, infoHash: InfoHash, isLocal: boolean) {
    this.#allowance = pacer.open(infoHash, isLocal, () => this.#onTurn?.());
  }

  /** Resolves when so many bytes may go out; rejects with the reason of `signal`. One call at a time. */
  async take(bytes: number, signal: AbortSignal): Promise<void> {
    for (let left = bytes; left > 0 && this.#allowance.isLimited; left -= TURN_BYTES)
      await this.#turn(Math.min(TURN_BYTES, left), signal);
  }

  close(): void {
    this.#allowance.close();
  }

  #turn(bytes: number, signal: AbortSignal): Promise<void> {
    if (this.#isMine(bytes)) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const abort = (): void => {
        this.#onTurn = undefined;
        reject(signal.reason);
      };
      this.#onTurn = () => {
        if (!this.#isMine(bytes)) return;
        this.#onTurn = undefined;
        signal.removeEventListener('abort', abort);
        resolve();
      };
      if (signal.aborted) abort();
      else signal.addEventListener('abort', abort, { once: true });
    });
  }

  /** Takes the turn if it is ours: what is taken has to be noted at once, since others are asked next. */
  #isMine(bytes: number): boolean {
    if (!this.#allowance.mayPass()) return false;
    this.#allowance.took(bytes);
    return true;
  }
}
