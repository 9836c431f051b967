/** Bounds of the WebSocket front end. */
export interface WsLimits {
  /** Sockets at once; more are refused with status 503. */
  readonly maxSockets: number;
  /** Sockets of one public IPv4 address, or one IPv6 /64; more are refused with status 429. */
  readonly maxSocketsPerAddress: number;
  /** The longest message that is read, in bytes: ten offers of a browser have about 45,000. A longer one closes the socket (1009). */
  readonly maxMessageBytes: number;
  /** Swarms in which one socket may stand. WebTorrent shares a socket among all torrents of a page. */
  readonly maxSwarmsPerSocket: number;
  /** Messages that a socket may send in a second for as long as it likes; beyond, it is read no faster than that. */
  readonly messagesPerSecond: number;
  /** Messages that may come at once. As many again that come while we do not read close the socket (1008). */
  readonly messageBurst: number;
  /** Offers sent to a socket whose answers are waited for; the oldest is forgotten first. */
  readonly maxPendingOffers: number;
  /** How long an answer to an offer is waited for. WebTorrent gives up after 50 seconds. */
  readonly offerLifetimeMs: number;
  /** Bytes that a socket may leave unread before offers and answers of others are no longer sent to it. */
  readonly maxRelayBacklogBytes: number;
  /** Bytes that a socket may leave unread at all; more close it. */
  readonly maxBacklogBytes: number;
  /** A socket that was silent for so long is sent a ping. Shorter than the minute after which proxies cut connections. */
  readonly pingAfterMs: number;
  /** A socket that was silent for so long is dead. */
  readonly idleTimeoutMs: number;
  /** How long a socket has to prove that it lives when another one claims its peer id. */
  readonly probeTimeoutMs: number;
  /** How long a socket has to take its leave, once we have. */
  readonly closeTimeoutMs: number;
}

/** The bounds when nothing else is said. */
export const DEFAULT_WS_LIMITS: WsLimits = Object.freeze({
  maxSockets: 10_000,
  maxSocketsPerAddress: 256,
  maxMessageBytes: 64 * 1024,
  maxSwarmsPerSocket: 1000,
  messagesPerSecond: 50,
  messageBurst: 500,
  maxPendingOffers: 128,
  offerLifetimeMs: 60_000,
  maxRelayBacklogBytes: 256 * 1024,
  maxBacklogBytes: 1024 * 1024,
  pingAfterMs: 25_000,
  idleTimeoutMs: 60_000,
  probeTimeoutMs: 5_000,
  closeTimeoutMs: 1_500,
});

/** What the WebSocket front end has seen. All count from its start. */
export interface WsCounters {
  sockets: number;
  announces: number;
  scrapes: number;
  /** Offers and answers that were sent on. */
  relayedOffers: number;
  relayedAnswers: number;
  /** Announces and scrapes that were refused, those below among them. */
  failures: number;
  /** Messages that are no JSON, or JSON of another shape. */
  refusedNotJson: number;
  refusedShape: number;
  /** Announces with a peer id that belongs to another socket. */
  refusedPeerId: number;
  refusedTooManySwarms: number;
  /** Handshakes that were refused: another path, no room, no room for the address, no proper handshake. */
  refusedPath: number;
  refusedFull: number;
  refusedAddressFull: number;
  /** Handshakes of addresses that are denied. */
  refusedAddress: number;
  refusedHandshake: number;
  /** Messages and handshakes that a flooding address lost. */
  shedFlood: number;
  /** Answers to nobody: the offer is not known, or its sender has left. */
  droppedAnswers: number;
  /** Offers and answers for a socket that leaves too much unread. */
  droppedRelays: number;
  /** Sockets that we closed: a message too long, not UTF-8, no WebSocket frames, too many messages, answers unread, silence. */
  closedTooLong: number;
  closedNotUtf8: number;
  closedProtocol: number;
  closedTooFast: number;
  closedUnread: number;
  closedIdle: number;
  /** Sockets whose address has come to be denied. */
  closedDenied: number;
  /** Sockets that broke. */
  socketErrors: number;
}

/** Counters at zero. */
export function makeWsCounters(): WsCounters {
  return {
    sockets: 0,
    announces: 0,
    scrapes: 0,
    relayedOffers: 0,
    relayedAnswers: 0,
    failures: 0,
    refusedNotJson: 0,
    refusedShape: 0,
    refusedPeerId: 0,
    refusedTooManySwarms: 0,
    refusedPath: 0,
    refusedFull: 0,
    refusedAddressFull: 0,
    refusedAddress: 0,
    refusedHandshake: 0,
    shedFlood: 0,
    droppedAnswers: 0,
    droppedRelays: 0,
    closedTooLong: 0,
    closedNotUtf8: 0,
    closedProtocol: 0,
    closedTooFast: 0,
    closedUnread: 0,
    closedIdle: 0,
    closedDenied: 0,
    socketErrors: 0,
  };
}
