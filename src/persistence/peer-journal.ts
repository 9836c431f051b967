/** What a tracker knows of a peer beside its endpoint. An announce request fits. */
export interface PeerState {
  /** 20 bytes. */
  readonly peerId: Uint8Array;
  /** The client's `key` (BEP 7, BEP 15), 0 when it sent none. */
  readonly key: number;
  /** Bytes since the client's `started`; so are the next two. */
  readonly uploaded: number;
  readonly downloaded: number;
  readonly left: number;
}

/**
 * Who wants to know what announces change. The tracker core calls it synchronously for each announce, so an
 * implementation must not wait, throw, or keep the byte arrays: it copies what it needs.
 */
export interface PeerJournal {
  /** A peer announced itself. `address` has 4 or 16 bytes. Times are unix seconds. */
  recordPeer(
    infoHash: Uint8Array,
    address: Uint8Array,
    port: number,
    peer: PeerState,
    nowSeconds: number,
    expiresAtSeconds: number,
  ): void;
  /** A peer said that it stopped. */
  recordGone(infoHash: Uint8Array, address: Uint8Array, port: number): void;
  /** A peer made room for another one, though it may be alive. */
  recordEvicted(infoHash: Uint8Array, address: Uint8Array, port: number): void;
  /** This node's count of completed downloads of a torrent: the absolute number, never a difference. */
  recordCompleted(infoHash: Uint8Array, totalCompleted: number): void;
}

/** Remembers nothing: for a tracker whose swarms may die with it. */
export const nullJournal: PeerJournal = {
  recordPeer() {}, // nothing to do: that is its purpose
  recordGone() {},
  recordEvicted() {},
  recordCompleted() {},
};
