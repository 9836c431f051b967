import type { Logger } from 'pino';
import { infoHashFromHex, infoHashToHex } from '../bittorrent/info-hash.ts';
import { type Clock, systemClock } from './clock.ts';
import { FlushLoop } from './flush-loop.ts';
import { FlushStatistics, type WriteBehindCounters } from './flush-statistics.ts';
import type { PeerJournal, PeerState } from './peer-journal.ts';
import { PendingPeers } from './pending-peers.ts';
import { type CompletedCount, GONE_KEPT_SECONDS, type Persistence } from './persistence.ts';

/** How a {@link WriteBehind} works. */
export interface WriteBehindOptions {
  readonly persistence: Pick<Persistence, 'savePeers' | 'saveCompleted'>;
  readonly logger: Pick<Logger, 'warn' | 'info' | 'error'>;
  readonly clock?: Clock;
  /** Time between two flushes; 1000. */
  readonly flushIntervalMs?: number;
  /** Longest pause after failures; 30000. */
  readonly maxBackoffMs?: number;
  /**
   * Peers, and torrents with a new count, that may wait; 1 000 000 (96 bytes a peer). What is new beyond is dropped, and so is
   * that a peer has gone when nothing of it waits: the database then has the peer until it expires.
   */
  readonly maxPendingPeers?: number;
  /**
   * The torrents for which the last quarter of that room is kept, so that a flood of others does not push them out; asked only
   * when the rest is full. Without it all are equal.
   */
  readonly hasReservedRoom?: (infoHash: Uint8Array) => boolean;
  /**
   * How long other nodes are told that a peer has gone; {@link GONE_KEPT_SECONDS}. As long as a peer lives without an announce, and no
   * node keeps it, however long that node was away.
   */
  readonly goneKeptSeconds?: number;
  /** Evicted peers stay in the database until they expire: other nodes have them, and may have room for them. */
  readonly keepsEvicted?: boolean;
  /** Peers, or counts, a transaction; 10 000. */
  readonly maxBatchPeers?: number;
}

/** Memory for so many peers (6 MB) is never given back. */
const LARGEST_SMALL_CAPACITY = 65_536;
/** The part of the room that is there for all torrents, where some have room of their own. */
const COMMON_SHARE = 0.75;
/** Between two lines in the log about records that found no room. */
const DROP_LOG_PAUSE_MS = 1_000;

/** What one flush writes. Once taken it never changes, so a failed one is tried again as it is. */
interface Generation {
  readonly peers: PendingPeers;
  readonly counts: readonly CompletedCount[];
  /** Peers and counts of it that are written already. */
  written: number;
  countsWritten: number;
}

/**
 * A journal that writes later: announces never wait for the database. What changed is kept once a peer and written
 * in batches every second. What could not be written is tried again before anything newer is written, with growing
 * pauses, while newer announces merge with one another behind it; so the newest state wins in the database too.
 */
export class WriteBehind implements PeerJournal {
  readonly #persistence: WriteBehindOptions['persistence'];
  readonly #clock: Clock;
  readonly #maxPendingPeers: number;
  /** How much may wait of torrents that have no reserved room. */
  readonly #commonRoom: number;
  readonly #hasReservedRoom: (infoHash: Uint8Array) => boolean;
  readonly #logger: WriteBehindOptions['logger'];
  readonly #maxBatchPeers: number;
  readonly #goneKeptSeconds: number;
  readonly #keepsEvicted: boolean;
  #peers: PendingPeers;
  #completed = new Map<string, number>();
  #taken: Generation | undefined;
  /** What was written last: the memory for the next generation, and until then what a row that was read earlier is held against. */
  #written: PendingPeers | undefined;
  readonly #loop: FlushLoop;
  readonly #statistics: FlushStatistics;
  #droppedLogged = 0;
  #dropsLoggedAtMs = Number.NEGATIVE_INFINITY;

  constructor(options: WriteBehindOptions) {
    this.#persistence = options.persistence;
    this.#clock = options.clock ?? systemClock;
    this.#statistics = new FlushStatistics(this.#clock.now());
    this.#maxPendingPeers = options.maxPendingPeers ?? 1_000_000;
    const { hasReservedRoom } = options;
    this.#hasReservedRoom = hasReservedRoom ?? (() => false);
    this.#commonRoom =
      hasReservedRoom === undefined
        ? this.#maxPendingPeers
        : Math.floor(this.#maxPendingPeers * COMMON_SHARE);
    this.#logger = options.logger;
    this.#maxBatchPeers = options.maxBatchPeers ?? 10_000;
    this.#goneKeptSeconds = options.goneKeptSeconds ?? GONE_KEPT_SECONDS;
    this.#keepsEvicted = options.keepsEvicted ?? false;
    this.#peers = new PendingPeers(this.#maxPendingPeers);
    const { logger, flushIntervalMs, maxBackoffMs } = options;
    this.#loop = new FlushLoop({
      save: () => this.#save(),
      pending: () => this.counters.pending,
      messages: {
        failing: 'peers cannot be saved; they are kept',
        recovered: 'peers are saved again',
        lost: 'peers were lost: the database took them no more',
      },
      logger,
      clock: this.#clock,
      ...(flushIntervalMs !== undefined && { flushIntervalMs }),
      ...(maxBackoffMs !== undefined && { maxBackoffMs }),
    });
  }

  /** Begins to flush at intervals. */
  start(): void {
    this.#loop.start();
  }

  /**
   * Writes what is pending and ends; later records are dropped. Goes on while the database takes it, and tries for `deadlineMs`
   * when it takes nothing: see {@link FlushLoop.stop}. Resolves false, and logs the loss, when something could not be written.
   * Idempotent.
   */
  stop(deadlineMs = 5_000, longestMs?: number): Promise<boolean> {
    return this.#loop.stop(deadlineMs, longestMs);
  }

  get counters(): WriteBehindCounters {
    const taken = this.#taken;
    const takenLeft =
      taken === undefined ? 0 : taken.peers.size - taken.written + taken.counts.length - taken.countsWritten;
    const pending = this.#peers.size + this.#completed.size + takenLeft;
    return this.#statistics.counters(pending, this.#clock.now());
  }

  /**
   * Whether a row of another node is out of date: what waits to be written about its peer is at least as new, or what was written
   * while the row was on its way is newer.
   */
  isAheadOf(infoHash: Uint8Array, address: Uint8Array, port: number, lastSeenSeconds: number): boolean {
    const seenIn = (peers: PendingPeers | undefined): number => {
      const row = peers?.find(infoHash, address, port) ?? -1;
      return row < 0 ? -1 : (peers?.batch.columns.lastSeen[row] ?? -1);
    };
    if (Math.max(seenIn(this.#peers), seenIn(this.#taken?.peers)) >= lastSeenSeconds) return true;
    return seenIn(this.#written) > lastSeenSeconds; // of the same second, a row that came after ours may be the newer one
  }

  /** Records that found no room so far. */
  get dropped(): number {
    return this.#statistics.dropped;
  }

  recordPeer(
    infoHash: Uint8Array,
    address: Uint8Array,
    port: number,
    peer: PeerState,
    nowSeconds: number,
    expiresAtSeconds: number,
  ): void {
    const row = this.#rowOf(infoHash, address, port);
    if (row >= 0) this.#peers.batch.setPeer(row, peer, nowSeconds, expiresAtSeconds);
  }

  recordGone(infoHash: Uint8Array, address: Uint8Array, port: number): void {
    const row = this.#rowOf(infoHash, address, port);
    if (row < 0) return;
    const nowSeconds = this.#nowSeconds();
    this.#peers.batch.setGone(row, nowSeconds, nowSeconds + this.#goneKeptSeconds);
  }

  recordEvicted(infoHash: Uint8Array, address: Uint8Array, port: number): void {
    if (this.#keepsEvicted) return;
    const row = this.#rowOf(infoHash, address, port);
    if (row >= 0) this.#peers.batch.setGone(row, this.#nowSeconds(), this.#nowSeconds()); // nobody else is to be told
  }

  recordCompleted(infoHash: Uint8Array, totalCompleted: number): void {
    const key = infoHashToHex(infoHash);
    const hasRoom =
      this.#completed.has(key) || this.#completed.size < this.#roomOf(infoHash, this.#completed.size);
    if (this.#loop.isStopping || !hasRoom) this.#statistics.dropped++;
    else this.#completed.set(key, totalCompleted);
  }

  /**
   * Resolves when everything recorded before the call is committed; rejects when this attempt fails, and the records
   * are kept. Callers share a commit: those that come during a flush are served together by the one after it.
   */
  flush(): Promise<void> {
    return this.#loop.flush();
  }

  #rowOf(infoHash: Uint8Array, address: Uint8Array, port: number): number {
    const room = this.#roomOf(infoHash, this.#peers.size);
    const row = this.#loop.isStopping ? -1 : this.#peers.rowOf(infoHash, address, port, room);
    if (row < 0) this.#statistics.dropped++;
    return row;
  }

  /** How much may wait, for a new record of a torrent, when `waiting` do. */
  #roomOf(infoHash: Uint8Array, waiting: number): number {
    return waiting >= this.#commonRoom && this.#hasReservedRoom(infoHash)
      ? this.#maxPendingPeers
      : this.#commonRoom;
  }

  /** At each flush, for a flood drops records one by one. */
  #logDrops(nowMs: number): void {
    const { dropped } = this.#statistics;
    if (dropped === this.#droppedLogged || nowMs - this.#dropsLoggedAtMs < DROP_LOG_PAUSE_MS) return;
    this.#logger.warn(
      { dropped: dropped - this.#droppedLogged, pending: this.counters.pending },
      'too much waits for the database: new peers are not saved until their next announce',
    );
    this.#droppedLogged = dropped;
    this.#dropsLoggedAtMs = nowMs;
  }

  #nowSeconds(): number {
    return Math.floor(this.#clock.now() / 1_000);
  }

  async #save(): Promise<void> {
    const beganMs = this.#clock.now();
    this.#logDrops(beganMs);
    const isAnything = this.counters.pending > 0;
    try {
      if (this.#taken !== undefined) await this.#saveTaken(this.#taken);
      if (this.#peers.size + this.#completed.size > 0) await this.#saveTaken(this.#take());
      this.#statistics.noteSuccess(beganMs, this.#clock.now(), isAnything);
    } catch (error) {
      this.#statistics.noteFailure();
      throw error;
    }
  }

  #take(): Generation {
    const counts = toCounts(this.#completed);
    const taken = { peers: this.#peers, counts, written: 0, countsWritten: 0 };
    this.#peers = this.#written ?? new PendingPeers(this.#maxPendingPeers);
    this.#peers.clear();
    this.#written = undefined;
    this.#completed = new Map();
    this.#taken = taken;
    return taken;
  }

  async #saveTaken(taken: Generation): Promise<void> {
    const batch = taken.peers.batch;
    while (taken.written < batch.length) {
      this.#checkGivenUp();
      const end = Math.min(batch.length, taken.written + this.#maxBatchPeers);
      const isWhole = end - taken.written === batch.length;
      await this.#persistence.savePeers(isWhole ? batch : batch.slice(taken.written, end));
      this.#statistics.flushed += end - taken.written;
      taken.written = end;
    }
    while (taken.countsWritten < taken.counts.length) {
      this.#checkGivenUp();
      const part = taken.counts.slice(taken.countsWritten, taken.countsWritten + this.#maxBatchPeers);
      await this.#persistence.saveCompleted(part, this.#nowSeconds());
      taken.countsWritten += part.length;
    }
    this.#taken = undefined;
    this.#recycle(taken.peers);
  }

  /** The database is about to be closed. */
  #checkGivenUp(): void {
    if (this.#loop.isGivenUp) throw new Error('the journal has ended');
  }

  /** Steady load allocates nothing, and what a long outage made large is let go. */
  #recycle(peers: PendingPeers): void {
    if (peers.capacity > LARGEST_SMALL_CAPACITY && this.#peers.size < peers.capacity / 4) return;
    this.#written = peers;
  }
}

function toCounts(completed: ReadonlyMap<string, number>): CompletedCount[] {
  return [...completed].map(([key, count]) => ({ infoHash: infoHashFromHex(key), completed: count }));
}
