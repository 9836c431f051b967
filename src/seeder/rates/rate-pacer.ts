import { type InfoHash, infoHashToHex } from '../../bittorrent/info-hash.ts';
import type { Clock } from '../clock.ts';
import { type Queue, RateAllowance } from './rate-allowance.ts';
import { NO_LIMITS, type TransferLimits } from './rate-limits.ts';
import { localMinuteOfDay, type ScheduledRate, scheduledAt } from './rate-schedule.ts';
import { TokenBucket } from './token-bucket.ts';
import { TorrentBuckets } from './torrent-buckets.ts';

/** Those who wait are looked at so often at most: what has come together meanwhile passes in one burst. */
const MIN_WAKE_MS = 10;
/** The line counts as full for so long after the node's limit held somebody back. */
const FULL_MS = 3_000;

/** How a pacer is made. */
export interface PacerOptions {
  readonly clock: Clock;
  readonly limits?: Partial<TransferLimits> | undefined;
  /** In its hours it takes the place of the node's limit. */
  readonly schedule?: readonly ScheduledRate[] | undefined;
  /** Limits bind peers of private networks too. */
  readonly isLocalLimited?: boolean | undefined;
  /** Minutes since midnight, for the schedule. */
  readonly minuteOfDay?: (() => number) | undefined;
}

/**
 * Holds what the node uploads within its limits, or what it downloads: one pacer a direction. Peers that have to wait stand in one queue and are given one block each in turn, so that
 * equal peers get equal shares. There is no timer a peer, and none at all while nobody waits. Limits bind the bytes of blocks.
 */
export class RatePacer implements Queue {
  readonly #clock: Clock;
  readonly #minuteOfDay: () => number;
  readonly #torrents = new TorrentBuckets();
  readonly #allowances = new Set<RateAllowance>();
  /** Those who wait, in the order of their turns. */
  readonly #waiting = new Set<RateAllowance>();
  #limits: TransferLimits;
  #schedule: readonly ScheduledRate[];
  #isLocalLimited: boolean;
  #node: TokenBucket | undefined;
  #wakeAtMs = Number.POSITIVE_INFINITY;
  #cancelWake: (() => void) | undefined;
  #isWaking = false;
  #fullUntilMs = 0;

  constructor(options: PacerOptions) {
    this.#clock = options.clock;
    this.#limits = { ...NO_LIMITS, ...options.limits };
    this.#schedule = options.schedule ?? [];
    this.#isLocalLimited = options.isLocalLimited ?? false;
    this.#minuteOfDay = options.minuteOfDay ?? localMinuteOfDay;
    this.#setNode(this.nodeLimitNow);
  }

  /** The limits as they were set. */
  get limits(): TransferLimits {
    return this.#limits;
  }

  /** In its hours it takes the place of the node's limit. */
  get schedule(): readonly ScheduledRate[] {
    return this.#schedule;
  }

  /** Limits bind peers of private networks too. */
  get isLocalLimited(): boolean {
    return this.#isLocalLimited;
  }

  /** The node's limit that holds now, by the schedule where it has this hour; null: none. */
  get nodeLimitNow(): number | null {
    if (this.#schedule.length === 0) return this.#limits.node;
    const scheduled = scheduledAt(this.#schedule, this.#minuteOfDay());
    return scheduled === undefined ? this.#limits.node : scheduled.bytesPerSecond;
  }

  /** Peers that wait for their turn. */
  get waitingCount(): number {
    return this.#waiting.size;
  }

  /** Changes the limits that are named. They hold at once. */
  setLimits(change: Partial<TransferLimits>): void {
    this.#limits = { ...this.#limits, ...change };
    this.#setNode(this.nodeLimitNow);
    this.#rebind(this.#allowances);
  }

  /** Changes the hours in which other limits hold; the one of this hour holds at once. */
  setSchedule(schedule: readonly ScheduledRate[]): void {
    this.#schedule = schedule;
    this.#setNode(this.nodeLimitNow);
    this.#rebind(this.#allowances);
  }

  /** Changes whether limits bind peers of private networks too: at once, those that wait as well. */
  setLocalLimited(isLocalLimited: boolean): void {
    this.#isLocalLimited = isLocalLimited;
    const freed = [...this.#waiting].filter((allowance) => this.#isExempt(allowance));
    for (const allowance of freed) this.#leaveQueue(allowance);
    this.#rebind(this.#allowances);
    for (const allowance of freed) allowance.grant();
  }

  /** The limit that holds for a torrent beside the node's; null: none. */
  torrentLimit(infoHash: InfoHash): number | null {
    const own = this.#torrents.own(infoHashToHex(infoHash));
    return own === undefined ? this.#limits.eachTorrent : own;
  }

  /** Gives a torrent a limit of its own, also one that is not there yet. Null: it has none; undefined: that of each torrent. */
  setTorrentLimit(infoHash: InfoHash, bytesPerSecond: number | null | undefined): void {
    const torrent = infoHashToHex(infoHash);
    this.#torrents.setOwn(torrent, bytesPerSecond);
    this.#rebind([...this.#allowances].filter((allowance) => allowance.torrent === torrent));
  }

  /** Whether a torrent has a limit of its own. */
  hasOwnLimit(infoHash: InfoHash): boolean {
    return this.#torrents.own(infoHashToHex(infoHash)) !== undefined;
  }

  /** What may pass to or from a new peer. `resume` is called when more may, after it was told to wait. */
  open(infoHash: InfoHash, isLocal: boolean, resume: () => void): RateAllowance {
    const torrent = infoHashToHex(infoHash);
    const allowance = new RateAllowance({ queue: this, torrent, isLocal, resume });
    this.#allowances.add(allowance);
    this.#torrents.opened(torrent);
    this.#bind(allowance);
    return allowance;
  }

  /** Follows the schedule. Call it every second or so. */
  tick(): void {
    if (this.#schedule.length === 0) return;
    const limit = this.nodeLimitNow;
    if (limit === (this.#node?.bytesPerSecond ?? null)) return;
    this.#setNode(limit);
    this.#rebind(this.#allowances);
  }

  /** Whether the line is known to have room: there is a limit for the node, and it held nobody back of late. */
  get hasRoom(): boolean {
    return this.#node !== undefined && this.#clock.nowMs() >= this.#fullUntilMs;
  }

  /** Nobody is woken any more. */
  stop(): void {
    this.#cancelWake?.();
    this.#waiting.clear();
  }

  admit(allowance: RateAllowance): boolean {
    if (this.#waiting.has(allowance)) return false;
    const nowMs = this.#clock.nowMs();
    const isFree = this.#hasNodeTokens(nowMs) && allowance.hasTokens(nowMs);
    if (isFree && this.#waiting.size === 0) return true;
    this.#waiting.add(allowance);
    this.#wakeIn(allowance.waitMs);
    return false;
  }

  forget(allowance: RateAllowance): void {
    this.#leaveQueue(allowance);
    if (this.#allowances.delete(allowance)) this.#torrents.closed(allowance.torrent);
  }

  #leaveQueue(allowance: RateAllowance): void {
    if (this.#waiting.delete(allowance)) allowance.forsake(this.#clock.nowMs());
  }

  #isExempt({ isLocal }: RateAllowance): boolean {
    return isLocal && !this.#isLocalLimited;
  }

  #hasNodeTokens(nowMs: number): boolean {
    if (this.#node === undefined || this.#node.hasTokens(nowMs)) return true;
    this.#fullUntilMs = nowMs + FULL_MS;
    return false;
  }

  readonly #wake = (): void => {
    this.#isWaking = true;
    const nowMs = this.#clock.nowMs();
    // Whoever sent its block and has more stands at the end again, and so comes up once more in the same loop.
    for (const allowance of this.#waiting) {
      if (!this.#hasNodeTokens(nowMs)) break;
      if (!allowance.hasTokens(nowMs)) continue;
      this.#waiting.delete(allowance);
      allowance.grant();
    }
    this.#isWaking = false;
    this.#wakeAtMs = Number.POSITIVE_INFINITY;
    if (this.#waiting.size > 0) this.#wakeIn(this.#soonestMs());
  };

  #soonestMs(): number {
    const nodeMs = this.#node?.waitMs ?? 0;
    if (nodeMs > 0) return nodeMs;
    let soonest = Number.POSITIVE_INFINITY;
    for (const { waitMs } of this.#waiting) soonest = Math.min(soonest, waitMs);
    return soonest;
  }

  #wakeIn(waitMs: number): void {
    const delayMs = Math.max(MIN_WAKE_MS, Math.ceil(waitMs));
    const atMs = this.#clock.nowMs() + delayMs;
    if (this.#isWaking || atMs >= this.#wakeAtMs) return;
    this.#cancelWake?.();
    this.#wakeAtMs = atMs;
    this.#cancelWake = this.#clock.after(delayMs, this.#wake);
  }

  #setNode(limit: number | null): void {
    const nowMs = this.#clock.nowMs();
    if (limit === null) this.#node = undefined;
    else if (this.#node === undefined) this.#node = new TokenBucket(limit, nowMs);
    else this.#node.setRate(limit, nowMs);
  }

  #rebind(allowances: Iterable<RateAllowance>): void {
    for (const allowance of allowances) this.#bind(allowance);
    if (this.#waiting.size > 0) this.#wakeIn(0);
  }

  #bind(allowance: RateAllowance): void {
    const nowMs = this.#clock.nowMs();
    const { eachPeer, eachTorrent } = this.#limits;
    if (this.#isExempt(allowance)) return allowance.bind([], null, nowMs);
    const torrent = this.#torrents.bucket(allowance.torrent, eachTorrent, nowMs);
    const shared = [this.#node, torrent].filter((bucket) => bucket !== undefined);
    allowance.bind(shared, eachPeer, nowMs);
  }
}
