import type { Clock } from '../../clock.ts';
import type { CloseReason } from '../../counters.ts';
import type { Torrent } from '../../torrent.ts';
import { asTrackerClientError } from '../../tracker-client/tracker-client-error.ts';
import type { BlockSink } from '../../wire/wire-types.ts';
import type { LeechWire } from '../leech.ts';
import { type AskedBlock, BlockQueue } from './block-queue.ts';
import { PartReader } from './part-reader.ts';
import { Requester } from './requester.ts';
import { Run } from './run.ts';
import { SourcePieces } from './source-pieces.ts';
import type { SourcePlaces } from './source-places.ts';
import { WebSourceError } from './web-source-error.ts';

/** Blocks that it may be asked for ahead: 16 MiB. */
const MAX_BLOCKS = 1000;
/** Bytes that one run brings at most. */
const MAX_RUN_BYTES = 4 * 1024 * 1024;
/**
 * Runs at the same time. While less than so many bytes wait, one is begun when there is no other, and so often at most: else a limit that
 * lets blocks pass one by one would make a request of each.
 */
const MAX_RUNS = 2;
const MIN_WAITING_BYTES = 256 * 1024;
const SMALL_RUN_MS = 250;
/** It gives pieces that follow one another up to so many bytes, then another rare one, as peers do. */
const NEIGHBOUR_BYTES = 16 * 1024 * 1024;
/** Files that it refuses one after another, before it is left alone for a while. */
const MAX_REFUSALS = 20;

/** Whom a connection tells. */
export interface SourceListener {
  /** Bytes of a block came. */
  onBytes(bytes: number): void;
  /** All that was asked for at once came. */
  onDone(): void;
  /** It is to be left alone for a while. */
  onTrouble(error: WebSourceError): void;
  onClosed(reason: CloseReason): void;
}

/** What a connection is made of. */
export interface SourceConnectionOptions {
  readonly torrent: Pick<Torrent, 'metainfo'>;
  readonly places: SourcePlaces;
  /** Files that the source does not have; more are put in. */
  readonly missingFiles: Set<number>;
  readonly userAgent: string;
  /** It has to be out in the world. */
  readonly isPublicOnly: boolean;
  readonly clock: Clock;
  readonly listener: SourceListener;
}

/** A web seed (BEP 19) or HTTP seed (BEP 17) as a download sees it: a peer that has everything and chokes nobody. */
export class SourceConnection implements LeechWire {
  readonly isWebSeed = true;
  readonly peerChoking = false;
  readonly peerMaxRequests = MAX_BLOCKS;
  readonly theirPieces: SourcePieces;
  /** Takes what comes. */
  sink: BlockSink | undefined;
  readonly #options: SourceConnectionOptions;
  readonly #requester: Requester;
  readonly #reader: PartReader;
  readonly #queue = new BlockQueue();
  readonly #runs = new Set<Run>();
  #isClosed = false;
  #isStartScheduled = false;
  #startedAtMs = Number.NEGATIVE_INFINITY;
  #cancelStart: (() => void) | undefined;
  #refusals = 0;
  #lastPiece: number | undefined;
  #neighbourBytes = 0;

  constructor(options: SourceConnectionOptions) {
    this.#options = options;
    this.#requester = new Requester(options.userAgent, options);
    this.#reader = new PartReader(this.#requester);
    this.theirPieces = new SourcePieces(options.torrent.metainfo.info, this.#reader, options.missingFiles);
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** The neighbour of the piece that it was asked for last: requests are the larger for it. */
  get suggestedPieces(): readonly number[] {
    const isEnough = this.#neighbourBytes >= NEIGHBOUR_BYTES && !this.isSequential;
    return this.#lastPiece === undefined || isEnough ? [] : [this.#lastPiece + 1];
  }

  get isSequential(): boolean {
    return this.#reader.isRangeless;
  }

  askBlock(piece: number, begin: number, length: number): void {
    const { pieceLength } = this.#options.torrent.metainfo.info;
    if (piece !== this.#lastPiece) {
      this.#neighbourBytes = pieceLength + (piece - 1 === this.#lastPiece ? this.#neighbourBytes : 0);
      this.#lastPiece = piece;
    }
    this.#queue.add({ piece, begin, length, offset: piece * pieceLength + begin });
    this.#startSoon();
  }

  cancelBlock(piece: number, begin: number): void {
    const offset = piece * this.#options.torrent.metainfo.info.pieceLength + begin;
    if (this.#queue.delete(offset)) return;
    for (const run of this.#runs) if (run.cancel(offset)) this.#end(run);
    this.#startSoon();
  }

  interested(): void {
    // It gives to everybody.
  }

  /** Nothing is to move: all that is on its way ends. */
  uninterested(): void {
    this.#drop();
  }

  have(): void {
    // It wants nothing.
  }

  close(reason: CloseReason): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#drop();
    this.#requester.close();
    this.#options.listener.onClosed(reason);
  }

  /** Once a second or so: who takes too long is left. */
  tick(nowMs: number): void {
    for (const run of this.#runs) {
      const error = run.lateness(nowMs);
      if (error === undefined) continue;
      this.#end(run);
      return this.#failed(error, undefined);
    }
  }

  #startSoon(): void {
    if (this.#isStartScheduled) return;
    this.#isStartScheduled = true;
    queueMicrotask(() => {
      this.#isStartScheduled = false;
      this.#start();
    });
  }

  #start(): void {
    const { clock } = this.#options;
    const maxRuns = this.#reader.isRangeless ? 1 : MAX_RUNS;
    while (!this.#isClosed && this.#queue.bytes > 0 && this.#runs.size < maxRuns) {
      if (this.#queue.bytes < MIN_WAITING_BYTES) {
        if (this.#runs.size > 0) return;
        const waitMs = this.#startedAtMs + SMALL_RUN_MS - clock.nowMs();
        if (waitMs > 0) return this.#startIn(waitMs);
      }
      const [first, ...more] = this.#queue.takeRun(MAX_RUN_BYTES);
      if (first === undefined) return;
      this.#startedAtMs = clock.nowMs();
      const run = new Run([first, ...more], clock.nowMs(), (block, bytes) => this.#give(block, bytes));
      this.#runs.add(run);
      void this.#perform(run);
    }
  }

  #startIn(waitMs: number): void {
    this.#cancelStart ??= this.#options.clock.after(waitMs, () => {
      this.#cancelStart = undefined;
      this.#start();
    });
  }

  async #perform(run: Run): Promise<void> {
    try {
      await run.read(this.#options.places, this.#reader);
      if (!this.#runs.delete(run)) return;
      this.#options.listener.onDone();
      this.#start();
    } catch (error) {
      if (this.#runs.delete(run)) this.#failed(asWebSourceError(error), run.file);
    }
  }

  #give({ piece, begin, length }: AskedBlock, bytes: Uint8Array): void {
    this.#refusals = 0;
    this.#options.listener.onBytes(length);
    this.sink?.onBlock(piece, begin, bytes);
  }

  #failed(error: WebSourceError, file: number | undefined): void {
    const { missingFiles, listener } = this.#options;
    const isMissing = error.scope === 'file' && file !== undefined;
    if (isMissing) {
      missingFiles.add(file);
      this.theirPieces.lacks(file);
    }
    const hasNothing = isMissing && this.#hasNothing();
    if (hasNothing) missingFiles.clear(); // it may have some when it is asked again
    const isOfSource = error.scope === 'source' || (error.scope === 'file' && !isMissing);
    if (isOfSource || hasNothing || ++this.#refusals > MAX_REFUSALS) return listener.onTrouble(error);
    this.#drop();
    this.#lastPiece = undefined;
    if (isMissing) this.sink?.onPieces();
    this.sink?.onChoke(); // all requests are given back, and new ones come for what it has
  }

  #hasNothing(): boolean {
    const { files } = this.#options.torrent.metainfo.info;
    const isHere = (file: (typeof files)[number], index: number): boolean =>
      !file.isPadding && file.length > 0 && !this.#options.missingFiles.has(index);
    return !files.some(isHere);
  }

  #end(run: Run): void {
    this.#runs.delete(run);
    run.stop();
  }

  #drop(): void {
    this.#cancelStart?.();
    this.#cancelStart = undefined;
    this.#queue.clear();
    for (const run of this.#runs) this.#end(run);
    this.#reader.close();
  }
}

function asWebSourceError(error: unknown): WebSourceError {
  if (error instanceof WebSourceError) return error;
  const { code = '' } = error as NodeJS.ErrnoException; // requests fail with errors only
  if (code.startsWith('HPE_'))
    return new WebSourceError('ERR_ANSWER', `its answer is no HTTP (${code})`, { cause: error });
  const { message } = asTrackerClientError(error, { timeoutMs: 0 });
  return new WebSourceError('ERR_UNREACHABLE', message, { cause: error });
}
