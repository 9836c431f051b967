/** How a node stands with its database. */
export interface DatabaseHealth {
  /** The last thing that was asked of it was answered. */
  readonly isReachable: boolean;
  /** Since when it does not answer, unix milliseconds of this machine; undefined while it does. */
  readonly unreachableSinceMs: number | undefined;
  /** Peers and counts that wait to be written. */
  readonly backlog: number;
  /** Milliseconds since the changes of other nodes were last read to their end; undefined when there are no others to follow. */
  readonly feedLagMs: number | undefined;
  /** Peers of other nodes that were read since the start. */
  readonly feedPeers: number;
  /** When the database was last found to have gone back to an earlier state, unix milliseconds of this machine. */
  readonly setBackAtMs: number | undefined;
  /** It went back, and what other nodes wrote is not read to its end since. */
  readonly isStartingOver: boolean;
}
