import { UDP_MAX_REPLY_BYTES } from '../../bittorrent/udp-tracker.ts';

/** Bounds of the UDP front end. */
export interface UdpLimits {
  /** The longest request that is read, in bytes. */
  readonly maxRequestBytes: number;
  /** The longest reply, in bytes: peers are left out until it fits. Up to 1232, which needs no fragments anywhere. */
  readonly maxReplyBytes: number;
  /** How long a connection id holds (BEP 15). */
  readonly connectionLifetimeSeconds: number;
  /** How much longer it is taken from clients that use it again later. */
  readonly connectionGraceSeconds: number;
  /** Connection ids that are given out in a second, to everybody together. */
  readonly maxConnectsPerSecond: number;
  /** Replies that may wait for the system to take them; more are dropped. */
  readonly maxQueuedReplies: number;
  /** What is asked of the system for packets in and out; it may give less. */
  readonly receiveBufferBytes: number;
  readonly sendBufferBytes: number;
}

/** The bounds when nothing else is said. */
export const DEFAULT_UDP_LIMITS: UdpLimits = Object.freeze({
  maxRequestBytes: 2048,
  maxReplyBytes: UDP_MAX_REPLY_BYTES,
  connectionLifetimeSeconds: 120,
  connectionGraceSeconds: 480,
  maxConnectsPerSecond: 100_000,
  maxQueuedReplies: 1024,
  receiveBufferBytes: 8 * 1024 * 1024,
  sendBufferBytes: 2 * 1024 * 1024,
});

/** What the UDP front end has seen. All count from its start. */
export interface UdpCounters {
  connects: number;
  announces: number;
  scrapes: number;
  /** Announces and scrapes that were answered with an error. */
  failures: number;
  /** Requests with a connection id that had run out, but lay in its grace. */
  reusedConnections: number;
  /** Packets that got no answer: no request at all, too long, an action that is not known, a connection id that is not ours. */
  droppedMalformed: number;
  droppedOversized: number;
  droppedUnknownAction: number;
  droppedWrongConnection: number;
  /** Announces and scrapes of senders that sent too many, and connects beyond what all together may send. */
  shedFlood: number;
  shedConnects: number;
  /** Packets whose sender cannot be answered: no address, or port 0. */
  droppedUnanswerable: number;
  /** Replies that the system was too slow to take, or refused. */
  droppedQueueFull: number;
  sendErrors: number;
}

/** Counters at zero. */
export function makeUdpCounters(): UdpCounters {
  return {
    connects: 0,
    announces: 0,
    scrapes: 0,
    failures: 0,
    reusedConnections: 0,
    droppedMalformed: 0,
    droppedOversized: 0,
    droppedUnknownAction: 0,
    droppedWrongConnection: 0,
    shedFlood: 0,
    shedConnects: 0,
    droppedUnanswerable: 0,
    droppedQueueFull: 0,
    sendErrors: 0,
  };
}
