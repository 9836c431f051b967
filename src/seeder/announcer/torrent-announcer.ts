import type { AnnounceEvent } from '../../bittorrent/announce-request.ts';
import type { TrackerFailure, TrackerReply } from '../../bittorrent/announce-response.ts';
import type { Endpoint } from '../../bittorrent/endpoint.ts';
import type { InfoHash } from '../../bittorrent/info-hash.ts';
import type { PeerId } from '../../bittorrent/peer-id.ts';
import type { Clock } from '../clock.ts';
import type { Torrent } from '../torrent.ts';
import type { TaskLimit } from '../torrents/task-limit.ts';
import type { ConnectionIdCache } from '../tracker-client/connection-id-cache.ts';
import { believablePeers } from '../tracker-client/near-address.ts';
import { openTracker, protocolOf } from '../tracker-client/open-tracker.ts';
import { type TierTracker, type TrackerStatus, TrackerTiers } from './tracker-tiers.ts';

/** What all announcers of a node share. */
export interface AnnouncerOptions {
  readonly peerId: PeerId;
  readonly clientVersion: string;
  readonly clock: Clock;
  /** Announce URLs for which this is true are passed over: they are our own tracker's. */
  readonly isOwnTracker: (url: string) => boolean;
  /** The port on which we await peers. */
  readonly port: () => number;
  /** What UDP trackers gave us, for all torrents. */
  readonly connectionIds: ConnectionIdCache;
  /** Peers that a tracker named, while the torrent lacks something. */
  readonly onPeers?: (torrent: Torrent, peers: readonly Endpoint[]) => void;
  /** From 0 to 1; Math.random when left out. */
  readonly random?: () => number;
}

/** An HTTP tracker has so long; a UDP tracker is asked twice, as BEP 15 says: it has 15 seconds, then 30. The rest is a matter of rounds. */
const HTTP_TIMEOUT_MS = 30_000;
const UDP_RESEND_MS = 15_000;
const UDP_TIMEOUT_MS = 3 * UDP_RESEND_MS;
/** A tracker cannot make us announce more often, nor less. */
const MIN_INTERVAL_SECONDS = 60;
const MAX_INTERVAL_SECONDS = 24 * 3600;
/** Peers that a tracker is asked for while something is missing. */
const WANTED_PEERS = 100;
/** After a failure of all: half a minute, then twice as long each time, at most half an hour. */
const FIRST_RETRY_SECONDS = 30;
const LAST_RETRY_SECONDS = 1800;

/** What is announced. */
export interface Announced {
  readonly torrent: Torrent;
  /** By which name: another than the torrent's own is the v2 one of a hybrid (BEP 52). */
  readonly infoHash: InfoHash;
  /** The same for all names, so that a tracker that knows them to be one torrent sees one peer. */
  readonly key: number;
}

/** Announces one torrent by one name to the trackers that it names (BEP 3, 12, 31), again and again until it is stopped. */
export class TorrentAnnouncer {
  readonly #torrent: Torrent;
  readonly #infoHash: InfoHash;
  readonly #options: AnnouncerOptions;
  readonly #limit: TaskLimit;
  readonly #tiers: TrackerTiers;
  readonly #random: () => number;
  readonly #key: number;
  readonly #abort = new AbortController();
  /** What was uploaded before the first announce counts for no tracker. */
  readonly #uploadedBefore: number;
  readonly #downloadedBefore: number;
  /** The torrent lacked something that is wanted at the last announce: its completion is news (BEP 3). */
  #wasLeeching = false;
  /** That news was sent, whether it came through or not. */
  #hasToldCompletion = false;
  #cancelTimer: (() => void) | undefined;
  #failures = 0;
  #isStopped = false;

  constructor({ torrent, infoHash, key }: Announced, options: AnnouncerOptions, limit: TaskLimit) {
    this.#torrent = torrent;
    this.#infoHash = infoHash;
    this.#key = key;
    this.#options = options;
    this.#limit = limit;
    this.#random = options.random ?? Math.random;
    this.#uploadedBefore = torrent.uploadedBytes;
    this.#downloadedBefore = torrent.downloadedBytes;
    const { announceTiers } = torrent.metainfo;
    // What is not announced to stands in the list once; our own tracker knows both names anyway.
    const isSecond = infoHash !== torrent.infoHash;
    const isServed = (url: string): boolean => isSpoken(url) && !options.isOwnTracker(url);
    const tiers = isSecond ? announceTiers.map((urls) => urls.filter(isServed)) : announceTiers;
    this.#tiers = new TrackerTiers(tiers, this.#random, infoHash);
    for (const tracker of this.#tiers.all()) classify(tracker, options.isOwnTracker);
  }

  /** The trackers in the order in which they are tried. */
  trackers(): readonly TrackerStatus[] {
    const nowMs = this.#options.clock.nowMs();
    return this.#tiers.all().map((tracker) => tracker.statusAt(nowMs));
  }

  start(): void {
    if (this.#usable().length > 0) void this.#announce();
  }

  /** Announces at once: the torrent has all that is wanted. What is under way is followed by that. */
  completed(): void {
    if (this.#isStopped || this.#cancelTimer === undefined) return;
    this.#cancelTimer();
    this.#cancelTimer = undefined;
    void this.#announce();
  }

  /** Announces no more, and tells the trackers that know of us (`stopped`). Ends by `signal` at the latest; never throws. */
  async stop(signal: AbortSignal): Promise<void> {
    if (this.#isStopped) return;
    this.#isStopped = true;
    this.#cancelTimer?.();
    this.#abort.abort();
    const started = this.#tiers.all().filter(({ hasStarted }) => hasStarted);
    await Promise.allSettled(started.map((tracker) => this.#leave(tracker, signal)));
  }

  /** A completion that no announce has told yet goes before: a torrent may be complete, and then have to wait for its turn. */
  async #leave(tracker: TierTracker, signal: AbortSignal): Promise<void> {
    if (!this.#hasToldCompletion && this.#eventFor(tracker) === 'completed')
      await this.#ask(tracker, 'completed', signal).catch(() => {}); // it is told that we leave all the same
    await this.#ask(tracker, 'stopped', signal);
  }

  #usable(): TierTracker[] {
    return this.#tiers
      .all()
      .filter(({ state }) => state === 'waiting' || state === 'working' || state === 'failing');
  }

  async #announce(): Promise<void> {
    const seconds = await this.#limit.run(() => this.#tryAll());
    if (this.#isStopped || seconds === undefined) return;
    if (this.#wasLeeching && this.#torrent.isFinished) return void this.#announce(); // it was completed meanwhile
    // Torrents that were added together shall not announce together for ever.
    const jittered = seconds * (0.95 + 0.1 * this.#random());
    this.#noteNext(this.#options.clock.nowMs() + 1000 * jittered);
    this.#cancelTimer = this.#options.clock.after(1000 * jittered, () => {
      this.#cancelTimer = undefined;
      void this.#announce();
    });
  }

  /** The next round begins with the first that may be asked. */
  #noteNext(dueAtMs: number | undefined): void {
    for (const tracker of this.#tiers.all()) tracker.dueAtMs = undefined;
    const [first] = this.#usable();
    if (first !== undefined) first.dueAtMs = dueAtMs;
  }

  /** Tries the trackers until one answers (BEP 12). Seconds until the next round; undefined when there is nobody to ask. */
  async #tryAll(): Promise<number | undefined> {
    let retrySeconds: number | undefined;
    this.#noteNext(undefined);
    for (const tracker of this.#usable()) {
      if (this.#isStopped) return undefined;
      const outcome = await this.#try(tracker);
      if (outcome.isSuccess) {
        this.#failures = 0;
        this.#tiers.promote(tracker);
        return outcome.seconds;
      }
      retrySeconds ??= outcome.seconds;
    }
    if (this.#usable().length === 0) return undefined;
    const backoff = Math.min(LAST_RETRY_SECONDS, FIRST_RETRY_SECONDS * 2 ** this.#failures++);
    return Math.max(backoff, Math.min(MAX_INTERVAL_SECONDS, retrySeconds ?? 0));
  }

  async #try(tracker: TierTracker): Promise<{ isSuccess: boolean; seconds: number | undefined }> {
    try {
      const { isFinished } = this.#torrent;
      tracker.askedAtMs = this.#options.clock.nowMs();
      const reply = await this.#ask(tracker, this.#eventFor(tracker), this.#abort.signal);
      if ('failure' in reply) return noteFailure(tracker, reply, this.#options.clock.nowMs());
      this.#wasLeeching = !isFinished;
      if (!isFinished) this.#options.onPeers?.(this.#torrent, reply.peers);
      return noteSuccess(tracker, reply);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      tracker.failed('failing', message, this.#options.clock.nowMs());
      return { isSuccess: false, seconds: undefined };
    }
  }

  #eventFor({ hasStarted }: TierTracker): AnnounceEvent {
    if (!hasStarted) return 'started';
    if (!this.#torrent.isComplete) return this.#torrent.isFinished ? 'paused' : 'none'; // BEP 21: a partial seed
    return this.#wasLeeching ? 'completed' : 'none';
  }

  async #ask(
    tracker: TierTracker,
    event: AnnounceEvent,
    signal: AbortSignal,
  ): Promise<TrackerReply | TrackerFailure> {
    const { peerId, port, clientVersion, connectionIds } = this.#options;
    if (event === 'completed') this.#hasToldCompletion = true;
    const request = {
      infoHash: this.#infoHash,
      peerId,
      port: port(),
      uploaded: this.#torrent.uploadedBytes - this.#uploadedBefore,
      downloaded: this.#torrent.downloadedBytes - this.#downloadedBefore,
      left: this.#torrent.leftBytes,
      event,
      numWant: this.#torrent.isFinished || event === 'stopped' ? 0 : WANTED_PEERS, // who wants no more serves whoever comes
      key: this.#key,
      ip: undefined,
      compact: true,
      noPeerId: true,
    };
    const client = openTracker(tracker.url, {
      userAgent: clientVersion.replace(' ', '/'),
      timeoutMs: protocolOf(tracker.url) === 'udp' ? UDP_TIMEOUT_MS : HTTP_TIMEOUT_MS,
      resendAfterMs: UDP_RESEND_MS,
      connectionIds,
    });
    const { reply, exchange } = await client.announce(request, signal);
    return 'peers' in reply ? { ...reply, peers: believablePeers(reply.peers, exchange.remote) } : reply;
  }
}

/** Trackers over WebSocket introduce WebRTC peers to each other, and we are none. */
const ANNOUNCED: ReadonlySet<string> = new Set(['http', 'https', 'udp']);

function isSpoken(url: string): boolean {
  return ANNOUNCED.has(protocolOf(url) ?? '');
}

function classify(tracker: TierTracker, isOwnTracker: (url: string) => boolean): void {
  if (isOwnTracker(tracker.url)) tracker.state = 'own';
  else if (!isSpoken(tracker.url)) {
    tracker.state = 'unsupported';
    tracker.message = `announces over ${tracker.url.split(':')[0]} are not supported`;
  }
}

function noteSuccess(tracker: TierTracker, reply: TrackerReply): { isSuccess: true; seconds: number } {
  tracker.answered(reply);
  const wanted = Math.max(reply.intervalSeconds, reply.minIntervalSeconds ?? 0, MIN_INTERVAL_SECONDS);
  return { isSuccess: true, seconds: Math.min(wanted, MAX_INTERVAL_SECONDS) };
}

function noteFailure(
  tracker: TierTracker,
  reply: TrackerFailure,
  nowMs: number,
): { isSuccess: false; seconds: number | undefined } {
  tracker.failed(reply.isFinal ? 'refused' : 'failing', reply.failure, nowMs);
  return { isSuccess: false, seconds: reply.retryInSeconds };
}
