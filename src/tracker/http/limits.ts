/** Bounds of the HTTP front end. */
export interface HttpLimits {
  /** Connections at once, those at the fallback server included; more are closed at once. */
  readonly maxConnections: number;
  /** Connections of one public IPv4 address, or one IPv6 /64; more are closed at once. Trusted proxies have no bound. */
  readonly maxConnectionsPerAddress: number;
  /** Bytes of a request's head on the fast path; a longer one is left to the fallback server, which has its own limit. */
  readonly maxHeadBytes: number;
  /** How long a connection may be silent between requests. */
  readonly idleTimeoutMs: number;
  /** How long a request head may take to arrive, from the first byte (or from the connection's start). */
  readonly headTimeoutMs: number;
  /** TLS handshakes at once; connections beyond are closed. */
  readonly maxHandshakes: number;
  /** How long a client may leave answers unread. */
  readonly writeTimeoutMs: number;
  /** How long stop() waits for answers under way. */
  readonly stopTimeoutMs: number;
}

/** The bounds when nothing else is said. Trackers' clients come back after half an hour, so idle connections go soon. */
export const DEFAULT_HTTP_LIMITS: HttpLimits = Object.freeze({
  maxConnections: 20_000,
  maxConnectionsPerAddress: 1_000,
  maxHeadBytes: 8192,
  idleTimeoutMs: 60_000,
  headTimeoutMs: 15_000,
  maxHandshakes: 2_000,
  writeTimeoutMs: 30_000,
  stopTimeoutMs: 3_000,
});

/** What the HTTP front end has seen. All count from its start. */
export interface HttpCounters {
  connections: number;
  announces: number;
  scrapes: number;
  /** Announces that were refused, badly written ones among them. Neither scrapes nor our own faults count: those are logged. */
  failures: number;
  /** Announces and scrapes of senders that sent too many. */
  shedFlood: number;
  /** Connections left to the fallback server. */
  handedOver: number;
  /** Connections closed by us: too many, too many of one address, silent between requests, slow within one, answers unread. */
  droppedFull: number;
  droppedAddressFull: number;
  droppedIdle: number;
  droppedSlow: number;
  droppedUnread: number;
  /** Connections from balancers that did not begin with a PROXY header, or not in time. */
  droppedUnproxied: number;
  /** TLS handshakes that failed or were too slow, and connections closed because too many were under way. */
  droppedFailedHandshakes: number;
  droppedHandshakes: number;
  /** Connections that broke. */
  socketErrors: number;
}

/** Counters at zero. */
export function makeHttpCounters(): HttpCounters {
  return {
    connections: 0,
    announces: 0,
    scrapes: 0,
    failures: 0,
    shedFlood: 0,
    handedOver: 0,
    droppedFull: 0,
    droppedAddressFull: 0,
    droppedIdle: 0,
    droppedSlow: 0,
    droppedUnread: 0,
    droppedUnproxied: 0,
    droppedFailedHandshakes: 0,
    droppedHandshakes: 0,
    socketErrors: 0,
  };
}
