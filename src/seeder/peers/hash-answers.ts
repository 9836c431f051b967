import { BLOCK_LENGTH } from '../../bittorrent/metainfo/merkle.ts';
import type { SeederCounters } from '../counters.ts';
import type { SeederError } from '../errors.ts';
import type { HashService } from '../hashes/hash-service.ts';
import type { Torrent } from '../torrent.ts';
import { encodeHashes, encodeHashReject, type HashRequest } from '../wire/hash-messages.ts';
import type { PeerWire } from '../wire/peer-wire.ts';

/** Requests of one peer that wait; the next is refused. */
const MAX_WAITING = 256;
/** Refusals without an answer between them after which a peer is a flood. */
const MAX_REFUSALS = 1000;

/** What the answers to one peer are made with. */
export interface HashAnswersOptions {
  readonly wire: PeerWire;
  readonly torrent: Torrent;
  readonly service: HashService;
  readonly counters: SeederCounters;
  readonly onStorageError: (error: SeederError) => void;
}

/** Answers one peer's hash requests (BEP 52), one after the other: the next when the kernel has taken the answer. */
export class HashAnswers {
  readonly #options: HashAnswersOptions;
  #waiting: HashRequest[] = [];
  #refusals = 0;
  #isBusy = false;
  #isStopped = false;

  constructor(options: HashAnswersOptions) {
    this.#options = options;
  }

  /** A request came in. */
  requested(request: HashRequest): void {
    if (this.#waiting.length >= MAX_WAITING || !this.#isKnown(request)) return this.#refuse(request);
    this.#waiting.push(request);
    this.#pump();
  }

  /** The connection is gone. */
  stop(): void {
    this.#isStopped = true;
    this.#waiting = [];
  }

  /** What is being fetched cannot be hashed yet, but the hashes of its pieces, and those above them, are known. */
  #isKnown({ baseLayer }: HashRequest): boolean {
    const { torrent } = this.#options;
    return torrent.isComplete || baseLayer >= Math.log2(torrent.pieceLength / BLOCK_LENGTH);
  }

  #pump(): void {
    const { service, torrent } = this.#options;
    while (!this.#isBusy && !this.#isStopped) {
      const request = this.#waiting.shift();
      if (request === undefined) return;
      this.#isBusy = true;
      service.answer(torrent, request, (error, hashes) => this.#answered(request, error, hashes));
    }
  }

  #answered(request: HashRequest, error: SeederError | null, hashes: Uint8Array | undefined): void {
    if (this.#isStopped) return;
    if (error !== null) this.#options.onStorageError(error); // it may end the connection
    if (this.#isStopped) return;
    if (hashes === undefined) {
      this.#isBusy = false;
      this.#refuse(request);
      return this.#pump();
    }
    this.#refusals = 0;
    this.#options.counters.hashAnswersSent++;
    this.#options.wire.sendMessage(encodeHashes(request, hashes), this.#written);
  }

  readonly #written = (): void => {
    this.#isBusy = false;
    this.#pump();
  };

  #refuse(request: HashRequest): void {
    const { wire, counters } = this.#options;
    counters.hashRequestsRefused++;
    if (++this.#refusals > MAX_REFUSALS) return wire.close('flood');
    wire.sendMessage(encodeHashReject(request));
  }
}

/** The answers to one peer of a node. */
export function hashAnswersFor(
  wire: PeerWire,
  torrent: Torrent,
  host: {
    readonly hashes: HashService;
    readonly counters: SeederCounters;
    onStorageError(torrent: Torrent, error: SeederError): void;
  },
): HashAnswers {
  return new HashAnswers({
    wire,
    torrent,
    service: host.hashes,
    counters: host.counters,
    onStorageError: (error) => host.onStorageError(torrent, error),
  });
}
