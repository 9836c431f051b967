import type { CompletedTotal, Persistence } from '../persistence.ts';
import { type Revisions, SHARED_DATA, type SharedData } from '../revision-store.ts';
import { type OwnKnowledge, type PeerTaker, takePeers } from './shared-peers.ts';

/** The part of a tracker that a follower feeds. */
export interface FollowingTracker extends PeerTaker {
  restoreCompleted(infoHash: CompletedTotal['infoHash'], counts: CompletedTotal): void;
}

/** What a {@link ChangeFollower} reads and feeds. */
export interface ChangeFollowerOptions extends OwnKnowledge {
  readonly persistence: Pick<
    Persistence,
    'nodeId' | 'lastSequence' | 'changesSince' | 'completedSince' | 'revisions'
  >;
  readonly tracker: FollowingTracker;
  /**
   * Reads shared data anew, when its revision has changed; a kind that is left out is not watched. From the start: what was read
   * before says nothing of where the changes are.
   */
  readonly reload: Readonly<Partial<Record<SharedData, (isFromStart: boolean) => Promise<void>>>>;
  /** The database went back to an earlier state: called once each time. */
  readonly onSetBack?: (where: SetBack) => void;
}

/** How far a database went back, in sequences of peers. */
export interface SetBack {
  readonly readUntil: number;
  readonly databaseAt: number;
}

/** Rows a page: a few milliseconds of the event loop that answers announces. */
const PEERS_PER_PAGE = 1_000;
const COUNTS_PER_PAGE = 2_000;
/** Any revision is an earlier one. */
const NOTHING_HOLDS: Revisions = Object.freeze({ torrents: Infinity, access: Infinity, users: Infinity });

/**
 * Reads what other nodes wrote and puts it into this node's tracker: peers, counts of completed downloads, and shared data whose
 * revision has changed. Own changes are passed over, but for the revisions. Where the database is behind what was read of it (it was
 * restored from a backup, or a server that lags answers now), new changes would have numbers that count as read: all begins anew then.
 */
export class ChangeFollower {
  readonly #options: ChangeFollowerOptions;
  #peerSequence = 0;
  #countSequence = 0;
  #revisions: Revisions = { torrents: 0, access: 0, users: 0 };
  #peersTaken = 0;
  #isStartingOver = false;
  #setBackAtMs: number | undefined;

  constructor(options: ChangeFollowerOptions) {
    this.#options = Object.freeze({ ...options });
  }

  /** Peers that were read since the start, the gone ones included. */
  get peersTaken(): number {
    return this.#peersTaken;
  }

  /** The database went back, and not all of it has been read since. */
  get isStartingOver(): boolean {
    return this.#isStartingOver;
  }

  /** When the database was last found to have gone back, unix milliseconds of this machine; undefined when it never did. */
  get setBackAtMs(): number | undefined {
    return this.#setBackAtMs;
  }

  /** Notes where the database stands. Call it before the tracker is loaded: what is written meanwhile is read again, which does no harm. */
  async begin(): Promise<void> {
    const { persistence } = this.#options;
    this.#revisions = await persistence.revisions();
    this.#peerSequence = await persistence.lastSequence();
  }

  /** Reads a page of each kind. Resolves true when there is more to read right away. */
  async poll(): Promise<boolean> {
    await this.#checkForSetBack();
    const hasMorePeers = await this.#pollPeers();
    const hasMoreCounts = await this.#pollCounts();
    await this.#pollRevisions();
    const hasMore = hasMorePeers || hasMoreCounts;
    if (!hasMore) this.#isStartingOver = false;
    return hasMore;
  }

  async #checkForSetBack(): Promise<void> {
    const { persistence, onSetBack } = this.#options;
    const databaseAt = await persistence.lastSequence();
    const revisions = await persistence.revisions();
    const isBehind =
      databaseAt < this.#peerSequence || SHARED_DATA.some((kind) => revisions[kind] < this.#revisions[kind]);
    if (!isBehind || (this.#isStartingOver && databaseAt >= this.#peerSequence)) return;
    if (!this.#isStartingOver) onSetBack?.({ readUntil: this.#peerSequence, databaseAt });
    this.#isStartingOver = true;
    this.#setBackAtMs = Date.now();
    this.#peerSequence = 0;
    this.#countSequence = 0;
    this.#revisions = NOTHING_HOLDS;
  }

  async #pollPeers(): Promise<boolean> {
    const { persistence, tracker } = this.#options;
    const page = await persistence.changesSince(this.#peerSequence, persistence.nodeId, PEERS_PER_PAGE);
    takePeers(page.peers, tracker, this.#options);
    this.#peersTaken += page.peers.length;
    this.#peerSequence = page.lastSequence;
    return page.isMore;
  }

  async #pollCounts(): Promise<boolean> {
    const { persistence, tracker } = this.#options;
    const page = await persistence.completedSince(this.#countSequence, persistence.nodeId, COUNTS_PER_PAGE);
    for (const total of page.totals) tracker.restoreCompleted(total.infoHash, total);
    this.#countSequence = page.lastSequence;
    return page.isMore;
  }

  /** A revision counts as read when its data was: a reload that fails is tried again. */
  async #pollRevisions(): Promise<void> {
    const { persistence, reload } = this.#options;
    const revisions = await persistence.revisions();
    for (const kind of SHARED_DATA) {
      if (revisions[kind] === this.#revisions[kind]) continue;
      await reload[kind]?.(revisions[kind] < this.#revisions[kind]);
      this.#revisions = { ...this.#revisions, [kind]: revisions[kind] };
    }
  }
}
