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
  /** Reads shared data anew, when its revision has changed; a kind that is left out is not watched. */
  readonly reload: Readonly<Partial<Record<SharedData, () => Promise<void>>>>;
}

/** Rows a page: a few milliseconds of the event loop that answers announces. */
const PEERS_PER_PAGE = 1_000;
const COUNTS_PER_PAGE = 2_000;

/**
 * Reads what other nodes wrote and puts it into this node's tracker: peers, counts of completed downloads, and shared data whose
 * revision has changed. Own changes are passed over, but for the revisions.
 */
export class ChangeFollower {
  readonly #options: ChangeFollowerOptions;
  #peerSequence = 0;
  #countSequence = 0;
  #revisions: Revisions = { torrents: 0, access: 0, users: 0 };
  #peersTaken = 0;

  constructor(options: ChangeFollowerOptions) {
    this.#options = Object.freeze({ ...options });
  }

  /** Peers that were read since the start, the gone ones included. */
  get peersTaken(): number {
    return this.#peersTaken;
  }

  /** Notes where the database stands. Call it before the tracker is loaded: what is written meanwhile is read again, which does no harm. */
  async begin(): Promise<void> {
    const { persistence } = this.#options;
    this.#revisions = await persistence.revisions();
    this.#peerSequence = await persistence.lastSequence();
  }

  /** Reads a page of each kind. Resolves true when there is more to read right away. */
  async poll(): Promise<boolean> {
    const hasMorePeers = await this.#pollPeers();
    const hasMoreCounts = await this.#pollCounts();
    await this.#pollRevisions();
    return hasMorePeers || hasMoreCounts;
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
      await reload[kind]?.();
      this.#revisions = { ...this.#revisions, [kind]: revisions[kind] };
    }
  }
}
