import { BLOCK_LENGTH } from '../../bittorrent/metainfo/merkle.ts';
import type { Clock } from '../clock.ts';
import type { SeederCounters } from '../counters.ts';
import type { SeederError } from '../errors.ts';
import type { HashService } from '../hashes/hash-service.ts';
import type { Torrent } from '../torrent.ts';
import { encodeHashes, encodeHashReject, type HashRequest } from '../wire/hash-messages.ts';
import type { PeerWire } from '../wire/peer-wire.ts';
import { HashesFirst } from './hashes-first.ts';
import type { Uploader } from './uploader.ts';

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
  /** Told when hashes of pieces are asked for, and when they are sent. */
  readonly hashesFirst: HashesFirst;
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
    if (this.#isOfPieces(request)) this.#options.hashesFirst.asked();
    this.#pump();
  }

  /** The connection is gone. */
  stop(): void {
    this.#isStopped = true;
    this.#waiting = [];
    this.#options.hashesFirst.stop();
  }

  /** What is being fetched cannot be hashed yet, but the hashes of its pieces, and those above them, are known. */
  #isKnown(request: HashRequest): boolean {
    return this.#options.torrent.isComplete || this.#isOfPieces(request);
  }

  /** Whether hashes of pieces are asked for, or of what lies above them: those are at hand, and no data is hashed for them. */
  #isOfPieces({ baseLayer }: HashRequest): boolean {
    return baseLayer >= Math.log2(this.#options.torrent.pieceLength / BLOCK_LENGTH);
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
    if (this.#isOfPieces(request)) this.#options.hashesFirst.answered();
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

/** Where the answers to one peer of a node come from and go to. */
export interface HashAnswersParts {
  readonly wire: PeerWire;
  readonly torrent: Torrent;
  readonly uploader: Uploader;
  readonly host: {
    readonly clock: Clock;
    readonly hashes: HashService;
    readonly counters: SeederCounters;
    onStorageError(torrent: Torrent, error: SeederError): void;
  };
}

/** The answers to one peer of a node, for which its blocks wait. */
export function hashAnswersFor({ wire, torrent, uploader, host }: HashAnswersParts): HashAnswers {
  const hashesFirst = new HashesFirst(host.clock, () => uploader.schedule());
  uploader.yieldTo(hashesFirst);
  return new HashAnswers({
    wire,
    torrent,
    service: host.hashes,
    counters: host.counters,
    onStorageError: (error) => host.onStorageError(torrent, error),
    hashesFirst,
  });
}
