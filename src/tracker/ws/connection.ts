import type { WebSocket } from 'ws';
import { binaryText } from '../../bittorrent/ws-tracker.ts';
import type { WsCounters, WsLimits } from './limits.ts';
import { MessageBudget } from './message-budget.ts';
import type { WsSender } from './parse.ts';
import { PendingOffers } from './pending-offers.ts';

/** What a connection is made of. */
export interface WsConnectionParts {
  readonly socket: WebSocket;
  readonly sender: WsSender;
  readonly limits: WsLimits;
  readonly counters: WsCounters;
  readonly nowMs: number;
}

/** RFC 6455, 7.4.1. */
const POLICY_VIOLATION = 1008;
const INVALID_PAYLOAD = 1007;

/** A WebSocket and what it stands for: its peers, the offers that it may answer, and how long it has been silent. */
export class WsConnection {
  readonly sender: WsSender;
  /** The peer id in each swarm, both as text. */
  readonly swarms = new Map<string, string>();
  readonly pendingOffers: PendingOffers;
  readonly #socket: WebSocket;
  readonly #limits: WsLimits;
  readonly #counters: WsCounters;
  readonly #budget: MessageBudget;
  #lastSeenMs: number;
  /** When it is dead, unless it is heard of before. */
  #deadAtMs: number;
  #isPinged = false;

  constructor({ socket, sender, limits, counters, nowMs }: WsConnectionParts) {
    this.sender = sender;
    this.pendingOffers = new PendingOffers(limits.maxPendingOffers, limits.offerLifetimeMs);
    this.#socket = socket;
    this.#limits = limits;
    this.#counters = counters;
    this.#budget = new MessageBudget(limits.messagesPerSecond, limits.messageBurst, nowMs);
    this.#lastSeenMs = nowMs;
    this.#deadAtMs = nowMs + limits.idleTimeoutMs;
  }

  /** The number by which the swarm store knows it. */
  get number(): number {
    return this.sender.webSocket;
  }

  /** Whether it stands in a swarm with this peer id. */
  isPeer(swarm: string, peerId: Uint8Array): boolean {
    return this.swarms.get(swarm) === binaryText(peerId);
  }

  /** It gave a sign of life. */
  seen(nowMs: number): void {
    this.#lastSeenMs = nowMs;
    this.#deadAtMs = nowMs + this.#limits.idleTimeoutMs;
    this.#isPinged = false;
  }

  /** Whether a message that has just come is to be answered. Those that still come when we have closed are not. */
  admits(nowMs: number): boolean {
    if (!this.#isOpen) return false;
    const allowance = this.#budget.take(nowMs);
    if (allowance === 'ok') return true;
    if (allowance === 'pause') {
      this.#socket.pause();
      return true;
    }
    this.#counters.closedTooFast++;
    this.#socket.close(POLICY_VIOLATION, 'too many messages');
    this.#socket.resume(); // else it would not see the other side take its leave
    return false;
  }

  /** Closes a socket that sent a binary message that is no text. */
  closeNotUtf8(): void {
    this.#counters.closedNotUtf8++;
    this.#socket.close(INVALID_PAYLOAD, 'not UTF-8');
  }

  /** Closes a socket whose address has come to be denied. */
  closeDenied(): void {
    if (!this.#isOpen) return;
    this.#counters.closedDenied++;
    this.#socket.resume();
    this.#socket.close(POLICY_VIOLATION, 'your address is not allowed here');
  }

  /** Sends the answer to a message of its own. Who does not read answers is closed. */
  send(text: string): void {
    if (!this.#isOpen) return;
    this.#socket.send(text);
    if (this.#socket.bufferedAmount <= this.#limits.maxBacklogBytes) return;
    this.#counters.closedUnread++;
    this.#socket.terminate();
  }

  /** Sends what another peer has to say; false when it is dropped, for too much is unread. */
  relay(text: string): boolean {
    if (!this.#isOpen) return false;
    if (this.#socket.bufferedAmount > this.#limits.maxRelayBacklogBytes) {
      this.#counters.droppedRelays++;
      return false;
    }
    this.#socket.send(text);
    return true;
  }

  /** Another socket says that it is this peer: this one may be dead and not know it. */
  probe(nowMs: number): void {
    this.#deadAtMs = Math.min(this.#deadAtMs, nowMs + this.#limits.probeTimeoutMs);
    this.#ping();
  }

  /** To be called every second or so: goes on reading, asks for a sign of life, and closes what is dead, unless we are `isLate`. */
  tend(nowMs: number, isLate: boolean): void {
    if (this.#socket.isPaused) {
      if (!this.#budget.mayResume(nowMs)) return;
      this.#socket.resume();
      this.seen(nowMs);
    } else if (nowMs >= this.#deadAtMs && !isLate) {
      this.#counters.closedIdle++;
      this.#socket.terminate();
    } else if (nowMs - this.#lastSeenMs >= this.#limits.pingAfterMs) this.#ping();
  }

  get #isOpen(): boolean {
    return this.#socket.readyState === this.#socket.OPEN;
  }

  #ping(): void {
    if (this.#isPinged || !this.#isOpen) return;
    this.#isPinged = true;
    this.#socket.ping();
  }
}
