const LOWEST_WATERMARK = 256 * 1024;
const HIGHEST_WATERMARK = 3 * 1024 * 1024;
/** Seconds of the peer's own rate that may be under way to it. */
const WATERMARK_SECONDS = 1.5;

/**
 * How fast a peer takes data, and so how much may wait for it in this process (libtorrent's watermark): memory follows what
 * the peer takes, never what it asks for.
 */
export class UploadRate {
  #current = 0;
  #bytesPerSecond = 0;

  /** Bytes a second, smoothed over a few seconds. */
  get bytesPerSecond(): number {
    return this.#bytesPerSecond;
  }

  /** Bytes that may be queued or read for the peer. */
  get watermark(): number {
    const rate = Math.max(this.#bytesPerSecond, this.#current);
    return Math.min(HIGHEST_WATERMARK, Math.max(LOWEST_WATERMARK, WATERMARK_SECONDS * rate));
  }

  /** Whether the peer takes data fast enough to be lent slices of the cache; a slow one gets copies. */
  get isFast(): boolean {
    return this.watermark > LOWEST_WATERMARK;
  }

  /** Notes bytes that the kernel took. */
  add(bytes: number): void {
    this.#current += bytes;
  }

  /** Call it every `seconds`. */
  tick(seconds: number): void {
    const latest = this.#current / seconds;
    this.#bytesPerSecond = (this.#bytesPerSecond + latest) / 2;
    if (this.#bytesPerSecond < 1) this.#bytesPerSecond = 0;
    this.#current = 0;
  }
}
