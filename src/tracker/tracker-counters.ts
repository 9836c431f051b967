/** What a tracker core has done since it was made. */
export interface TrackerCounters {
  announces: number;
  /** Announces that were refused, by reason. */
  refusedUnregistered: number;
  /** Not on the allow list, or on the deny list. */
  refusedByList: number;
  refusedSwitchedOff: number;
  refusedByAddress: number;
  refusedByClient: number;
  /** Refused by another rule: a user, a limit. */
  refusedByRule: number;
  refusedFull: number;
  /** Peers that found no room in the store: of announces, which were answered, of other nodes and of an earlier run. */
  unlistedPeers: number;
  /** Swarms and peers that made room for others. */
  evictedSwarms: number;
  evictedPeers: number;
  scrapes: number;
  completed: number;
  stopped: number;
  expiredPeers: number;
}

/** Counters at zero. */
export function makeCounters(): TrackerCounters {
  return {
    announces: 0,
    refusedUnregistered: 0,
    refusedByList: 0,
    refusedSwitchedOff: 0,
    refusedByAddress: 0,
    refusedByClient: 0,
    refusedByRule: 0,
    refusedFull: 0,
    unlistedPeers: 0,
    evictedSwarms: 0,
    evictedPeers: 0,
    scrapes: 0,
    completed: 0,
    stopped: 0,
    expiredPeers: 0,
  };
}
