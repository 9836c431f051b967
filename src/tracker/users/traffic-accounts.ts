import type { AnnounceRequest } from '../../bittorrent/announce-request.ts';
import type { PeerState } from '../../persistence/peer-journal.ts';
import { type SessionRow, saturatedSum, type TrafficBatch } from '../../persistence/traffic-store.ts';
import { type ClientSessions, UNKNOWN_USER } from './client-sessions.ts';
import { DIRTY, SEEDER, STOPPED } from './session-columns.ts';
import type { TorrentCredits } from './torrent-credits.ts';
import { batchOf } from './traffic-batch.ts';
import { type Allowance, type Baseline, differenceOf, noDifference } from './traffic-rules.ts';
import type { User } from './user-registry.ts';

/** What {@link TrafficAccounts} work with. */
export interface TrafficAccountsParts {
  readonly sessions: ClientSessions;
  readonly credits: TorrentCredits;
  /** Whether there is such a user: what one who was removed did is not written any more. */
  readonly isUser: (userId: number) => boolean;
  /** Unix seconds. */
  readonly clock: () => number;
  /** Bytes a second that a user can send, and receive, in one torrent; Infinity for no limit. */
  readonly maxRate: number;
  /** What a client is told that another node saw; the interval is not known then. */
  readonly intervalSeconds: number;
}

/** What was counted, and what was not. */
export interface TrafficCounters {
  /** Clients that found no room: their traffic is not counted. */
  uncountedClients: number;
  /** Announces that claimed more than can be sent or received. */
  suspiciousAnnounces: number;
}

/** A client of which nothing was heard for so long is forgotten; who comes back later begins anew. */
export const SESSION_KEPT_SECONDS = 86_400;
/** One that said that it stopped needs no baseline any more. */
const STOPPED_KEPT_SECONDS = 900;
/** Slots that one sweep looks at. */
const SWEEP_SLOTS = 100_000;
const NONE = -1;

/** Counts what users do, from the cumulative counters of their clients, until somebody takes it to be written. */
export class TrafficAccounts {
  readonly sessions: ClientSessions;
  readonly counters: TrafficCounters = { uncountedClients: 0, suspiciousAnnounces: 0 };
  readonly #parts: TrafficAccountsParts;
  readonly #difference = noDifference();
  readonly #allowance: Allowance = { uploadBytes: 0, downloadBytes: 0 };
  /** Slots that wait to be written. */
  #dirty: number[] = [];
  #cursor = 0;
  #isLoaded = false;

  constructor(parts: TrafficAccountsParts) {
    this.#parts = parts;
    this.sessions = parts.sessions;
  }

  /** Sessions that wait to be written. */
  get pending(): number {
    return this.#dirty.length;
  }

  /** The session of a user's client, -1 when it has none yet. One that another node told of becomes his when the key is right. */
  sessionOf({ id }: User, { infoHash, peerId, key }: AnnounceRequest): number {
    const slot = this.sessions.find(infoHash, peerId, id);
    if (slot >= 0) return slot;
    const orphan = this.sessions.find(infoHash, peerId, UNKNOWN_USER);
    if (orphan < 0 || this.sessions.columns.keys[orphan] !== key) return NONE;
    this.sessions.adopt(orphan, id);
    this.#openBudget(orphan, this.sessions.columns.lastSeen[orphan] as number); // a slot in use
    return orphan;
  }

  /** A user announced, and was told to come again in `intervalSeconds`. `known`: what {@link sessionOf} gave for it. */
  count(user: User, request: AnnounceRequest, known: number, intervalSeconds: number): void {
    const { infoHash, peerId } = request;
    if (known < 0 && request.event === 'stopped') return; // nothing is known of it, and nothing is to be
    const slot = known < 0 ? this.sessions.add(infoHash, peerId, user.id) : known;
    if (slot < 0) {
      this.counters.uncountedClients++;
      return;
    }
    if (known < 0) this.#openBudget(slot, this.#parts.clock());
    const isNewRun = known < 0 || this.#isNewRun(slot, request);
    if (!isNewRun) this.#add(slot, request);
    if (this.#completes(slot, request, isNewRun)) this.#noteCompleted(slot);
    this.#remember(slot, request, this.#parts.clock(), intervalSeconds);
    if (request.event === 'stopped') this.#setFlag(slot, STOPPED, true);
    this.#markDirty(slot);
  }

  /** Whether a client of a user is known and has not left. */
  isLive(slot: number): boolean {
    const { lastSeen, intervals, flags } = this.sessions.columns;
    if (((flags[slot] as number) & STOPPED) !== 0) return false; // a slot in use; so below
    return this.#parts.clock() < (lastSeen[slot] as number) + lifetimeSeconds(intervals[slot] as number);
  }

  /**
   * Another node took in an announce of this client, and counts it: here its counters are only remembered. Whose client it is
   * shows when it comes here; by peer id and key it is known then.
   */
  observe(infoHash: Uint8Array, peer: PeerState): void {
    if (!this.#isLoaded) return;
    const { keys } = this.sessions.columns;
    let isKnown = false;
    for (const slot of this.sessions.clients(infoHash, peer.peerId)) {
      if (keys[slot] !== peer.key) continue;
      isKnown = true;
      this.#remember(slot, peer, this.#parts.clock(), this.#parts.intervalSeconds);
    }
    if (isKnown) return;
    const slot = this.sessions.add(infoHash, peer.peerId, UNKNOWN_USER);
    if (slot >= 0) this.#remember(slot, peer, this.#parts.clock(), this.#parts.intervalSeconds);
  }

  /** Another node saw a client leave. */
  observeGone(infoHash: Uint8Array, peerId: Uint8Array): void {
    for (const slot of this.sessions.clients(infoHash, peerId)) this.#setFlag(slot, STOPPED, true);
  }

  /** Puts back what an earlier run of this node, or another node, has written. */
  restore(row: SessionRow): void {
    const { infoHash, peerId, userId } = row;
    const known = this.sessions.find(infoHash, peerId, userId);
    const slot = known >= 0 ? known : this.sessions.add(infoHash, peerId, userId);
    if (slot < 0) return;
    this.sessions.budgets.restore(this.sessions.columns.budgets[slot] as number, row.lastSeenSeconds);
    const left = row.isSeeder ? 0 : 1;
    this.#remember(slot, { ...row, left }, row.lastSeenSeconds, row.intervalSeconds);
    this.#setFlag(slot, STOPPED, row.isStopped);
  }

  /**
   * Everything is put back. Only from now on are peers observed: those that a restart brings back were seen long before, and the
   * sessions know better.
   */
  loaded(): void {
    this.#isLoaded = true;
  }

  /** What waits to be written, of up to `maxSessions` sessions; undefined when nothing does. The caller has to write it. */
  take(number: number, maxSessions: number): TrafficBatch | undefined {
    if (this.#dirty.length === 0) return undefined;
    const slots = this.#dirty.slice(0, maxSessions);
    this.#dirty = this.#dirty.slice(maxSessions);
    for (const slot of slots) this.#setFlag(slot, DIRTY, false);
    const { users } = this.sessions.columns;
    const ofUsers = slots.filter((slot) => this.#parts.isUser(users[slot] as number)); // slots in use
    return batchOf(this.sessions, ofUsers, number);
  }

  /** Forgets sessions that are over, and those of users that were removed. Bounded: call it every second or few. */
  sweep(): void {
    const { columns } = this.sessions;
    const now = this.#parts.clock();
    for (let rest = Math.min(SWEEP_SLOTS, columns.length); rest > 0; rest--) {
      if (this.#cursor >= columns.length) this.#cursor = 0;
      const slot = this.#cursor++;
      if (columns.used[slot] !== 1 || ((columns.flags[slot] as number) & DIRTY) !== 0) continue;
      const kept =
        ((columns.flags[slot] as number) & STOPPED) !== 0 ? STOPPED_KEPT_SECONDS : SESSION_KEPT_SECONDS;
      const userId = columns.users[slot] as number;
      const isOver = (columns.lastSeen[slot] as number) + kept < now;
      if (isOver || (userId !== UNKNOWN_USER && !this.#parts.isUser(userId))) this.sessions.remove(slot);
    }
  }

  /**
   * Whether the client began anew, so that its counters are not to be compared: it had stopped, or it says `started`. A client with
   * two addresses says so by each, the second time perhaps much later: when no counter has gone down, the run goes on.
   */
  #isNewRun(slot: number, { event, uploaded, downloaded }: AnnounceRequest): boolean {
    const { columns } = this.sessions;
    if (((columns.flags[slot] as number) & STOPPED) !== 0) return event !== 'stopped';
    if (event !== 'started') return false;
    return uploaded < (columns.uploaded[slot] as number) || downloaded < (columns.downloaded[slot] as number);
  }

  #add(slot: number, request: AnnounceRequest): void {
    const { columns } = this.sessions;
    const { clock, credits, maxRate } = this.#parts;
    const now = clock();
    const allowance = this.#allowanceAt(slot, now);
    const difference = differenceOf(
      this.#baselineAt(slot),
      request,
      now,
      maxRate,
      allowance,
      this.#difference,
    );
    const { uploadedBytes, downloadedBytes, suspiciousBytes } = difference;
    columns.newSeeding[slot] = (columns.newSeeding[slot] as number) + difference.seedingSeconds;
    columns.newLeeching[slot] = (columns.newLeeching[slot] as number) + difference.leechingSeconds;
    if (suspiciousBytes > 0) this.counters.suspiciousAnnounces++;
    if (uploadedBytes + downloadedBytes + suspiciousBytes === 0) return;
    this.#spend(slot, uploadedBytes, downloadedBytes, now);
    const { uploadPercent, downloadPercent } = credits.get(request.infoHash);
    const paid = credits.isFreeleech(now) ? 0 : downloadPercent;
    increase(columns.newUploaded, slot, uploadedBytes);
    increase(columns.newDownloaded, slot, downloadedBytes);
    increase(columns.newCreditedUp, slot, Math.floor((uploadedBytes * uploadPercent) / 100));
    increase(columns.newCreditedDown, slot, Math.floor((downloadedBytes * paid) / 100));
    increase(columns.newSuspicious, slot, suspiciousBytes);
  }

  #openBudget(slot: number, fromSeconds: number): void {
    this.sessions.budgets.open(this.sessions.columns.budgets[slot] as number, fromSeconds); // a slot in use; so below
  }

  #allowanceAt(slot: number, now: number): Allowance {
    const { budgets, columns } = this.sessions;
    const budget = columns.budgets[slot] as number;
    this.#allowance.uploadBytes = budgets.left(budget, 'upload', now, this.#parts.maxRate);
    this.#allowance.downloadBytes = budgets.left(budget, 'download', now, this.#parts.maxRate);
    return this.#allowance;
  }

  #spend(slot: number, uploadedBytes: number, downloadedBytes: number, now: number): void {
    const { budgets, columns } = this.sessions;
    const budget = columns.budgets[slot] as number;
    budgets.spend(budget, 'upload', uploadedBytes, now, this.#parts.maxRate);
    budgets.spend(budget, 'download', downloadedBytes, now, this.#parts.maxRate);
  }

  /** As the tracker counts completed downloads: once a run, by the event, or by a leecher that needs nothing any more. */
  #completes(slot: number, { event, left, downloaded }: AnnounceRequest, isNewRun: boolean): boolean {
    if (left > 0) return false;
    const wasSeeder = !isNewRun && ((this.sessions.columns.flags[slot] as number) & SEEDER) !== 0;
    return !wasSeeder && (event === 'completed' || (!isNewRun && downloaded > 0));
  }

  #noteCompleted(slot: number): void {
    const { newCompleted } = this.sessions.columns;
    if (newCompleted[slot] === 0) newCompleted[slot] = this.#parts.clock();
  }

  #remember(
    slot: number,
    peer: Omit<PeerState, 'peerId'>,
    seenSeconds: number,
    intervalSeconds: number,
  ): void {
    const { columns } = this.sessions;
    columns.keys[slot] = peer.key;
    columns.uploaded[slot] = peer.uploaded;
    columns.downloaded[slot] = peer.downloaded;
    columns.lastSeen[slot] = seenSeconds;
    columns.intervals[slot] = intervalSeconds;
    this.#setFlag(slot, SEEDER, peer.left === 0);
    this.#setFlag(slot, STOPPED, false);
  }

  #baselineAt(slot: number): Baseline {
    const { uploaded, downloaded, lastSeen, intervals, flags } = this.sessions.columns;
    return {
      uploaded: uploaded[slot] as number, // a slot in use
      downloaded: downloaded[slot] as number,
      lastSeenSeconds: lastSeen[slot] as number,
      intervalSeconds: intervals[slot] as number,
      isSeeder: ((flags[slot] as number) & SEEDER) !== 0,
    };
  }

  #markDirty(slot: number): void {
    const { flags } = this.sessions.columns;
    if (((flags[slot] as number) & DIRTY) !== 0) return;
    this.#setFlag(slot, DIRTY, true);
    this.#dirty.push(slot);
  }

  #setFlag(slot: number, flag: number, isSet: boolean): void {
    const { flags } = this.sessions.columns;
    const before = flags[slot] as number;
    flags[slot] = isSet ? before | flag : before & ~flag;
  }
}

/** How long a client counts as there after an announce: two intervals, each as late as its jitter allows, and a minute. */
export function lifetimeSeconds(intervalSeconds: number): number {
  return Math.ceil((intervalSeconds * 11) / 5) + 60;
}

function increase(column: Float64Array, slot: number, by: number): void {
  column[slot] = saturatedSum(column[slot] as number, by); // a slot in use
}
