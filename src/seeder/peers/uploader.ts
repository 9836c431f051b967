import type { SeederCounters } from '../counters.ts';
import type { Extent, ExtentSource } from '../disk/extent.ts';
import type { ExtentCache } from '../disk/extent-cache.ts';
import type { SeederError } from '../errors.ts';
import type { ServedPieces } from '../integrity/served-pieces.ts';
import type { RateAllowance } from '../rates/rate-allowance.ts';
import type { Torrent } from '../torrent.ts';
import type { PeerWire } from '../wire/peer-wire.ts';
import type { PeerHost } from './peer-host.ts';
import type { UploadRate } from './upload-rate.ts';

/** Extents that are read for one peer because it asked for them, beside one at the head of its queue that is not among these. */
const MAX_AHEAD = 2;

/** The most bytes that are written before the next look at whether the socket takes them; a slow peer so shows progress. */
const SLOW_BURST = 64 * 1024;

/**
 * The same for a fast peer whose blocks are encrypted: RC4 takes 2 ms a MiB, and nobody else is served meanwhile. The copies
 * that wait stay few, too.
 */
const ENCRYPTED_BURST = 256 * 1024;

/** What an uploader works with. */
export interface UploaderOptions {
  readonly wire: PeerWire;
  readonly cache: ExtentCache;
  readonly source: ExtentSource;
  readonly pieces: ServedPieces;
  readonly rate: UploadRate;
  /** What limits let it send. */
  readonly allowance: RateAllowance;
  readonly counters: SeederCounters;
  /** Bytes of a block went to the kernel. */
  readonly onUploaded: (bytes: number) => void;
  /** Data could not be read. */
  readonly onStorageError: (error: SeederError) => void;
}

/** One block under way: the extents that its slices belong to, when it was not copied. */
interface Lent {
  readonly bytes: number;
  readonly first: Extent | undefined;
  readonly second: Extent | undefined;
}

/** Serves one peer's queue of requests in order: from the cache into the socket, as long as the watermark leaves room. */
export class Uploader {
  readonly #options: UploaderOptions;
  /** Blocks handed to the socket and not yet to the kernel, oldest first. */
  #lent: Lent[] = [];
  #lentAt = 0;
  #lentBytes = 0;
  #isWaiting = false;
  #isPumpScheduled = false;
  #ahead = 0;
  #lastAskedExtent = -1;
  #isStopped = false;
  #goesFirst: { readonly isHolding: boolean } | undefined;

  constructor(options: UploaderOptions) {
    this.#options = options;
  }

  /** Whether blocks were asked for that the kernel does not have yet. */
  get isOwing(): boolean {
    return this.#options.wire.requests.size > 0 || this.#lentBytes > 0;
  }

  /** A request came in: starts early to read what it needs, and serves when nothing stands before it. */
  requested(piece: number, begin: number): void {
    const { pieces, source } = this.#options;
    this.#readAhead(Math.floor((piece * pieces.pieceLength + begin) / source.extentBytes));
    if (!this.#isWaiting) this.schedule();
  }

  /** Serves at the end of this turn, once however often it is called. */
  schedule(): void {
    if (this.#isPumpScheduled) return;
    this.#isPumpScheduled = true;
    queueMicrotask(this.#pump);
  }

  /** Blocks wait while it holds them; whoever ends that calls `schedule`. */
  yieldTo(goesFirst: { readonly isHolding: boolean }): void {
    this.#goesFirst = goesFirst;
  }

  /** Serves now: limits held it back, and do so no more. */
  resume(): void {
    this.#pump();
  }

  /** The connection is gone: what the socket still holds is left to the collector. */
  stop(): void {
    this.#isStopped = true;
    for (let at = this.#lentAt; at < this.#lent.length; at++) {
      const { first, second } = this.#lent[at] as Lent; // within the array
      if (first !== undefined) this.#options.cache.abandon(first);
      if (second !== undefined) this.#options.cache.abandon(second);
    }
    this.#lent = [];
    this.#lentAt = 0;
    this.#lentBytes = 0;
  }

  readonly #pump = (): void => {
    this.#isPumpScheduled = false;
    const { wire, allowance } = this.#options;
    const { requests } = wire;
    if (this.#goesFirst?.isHolding) return;
    const room = this.#room();
    while (!this.#isStopped && !this.#isWaiting && requests.size > 0 && this.#lentBytes < room) {
      if (allowance.isLimited && !allowance.mayPass()) return; // it calls `resume`
      if (!this.#sendHead()) return;
    }
  };

  /** The bytes up to which blocks may wait for the kernel now. */
  #room(): number {
    const { wire, rate } = this.#options;
    if (!rate.isFast) return Math.min(rate.watermark, SLOW_BURST);
    return wire.isEncrypted ? Math.min(rate.watermark, ENCRYPTED_BURST) : rate.watermark;
  }

  /** Sends the request at the head of the queue; false when its data has to be read first. */
  #sendHead(): boolean {
    const { wire, cache, source, pieces } = this.#options;
    const { requests } = wire;
    if (!pieces.isReady(requests.headPiece)) return this.#awaitPiece(requests.headPiece);
    const { extentBytes } = source;
    const length = requests.headLength;
    const offset = requests.headPiece * pieces.pieceLength + requests.headBegin;
    const index = Math.floor(offset / extentBytes);
    const first = cache.get(source, index);
    if (first === undefined) return this.#waitFor(index);
    const start = offset - index * extentBytes;
    if (start + length <= extentBytes) {
      this.#send(first, start, start + length, undefined, 0);
      return true;
    }
    const second = cache.get(source, index + 1); // a block is far smaller than an extent: it never touches three
    if (second === undefined) return this.#waitFor(index + 1);
    this.#send(first, start, extentBytes, second, start + length - extentBytes);
    return true;
  }

  #send(first: Extent, start: number, end: number, second: Extent | undefined, secondEnd: number): void {
    const { wire, cache, rate, counters, allowance } = this.#options;
    const { requests } = wire;
    if (allowance.isLimited) allowance.took(requests.headLength);
    const { headPiece: piece, headBegin: begin, headLength: bytes } = requests;
    requests.shift();
    let slice = (first.buffer as Buffer).subarray(start, end); // an extent that `get` returns has its buffer
    let rest = second?.buffer?.subarray(0, secondEnd);
    if (wire.isEncrypted) {
      this.#lent.push({ bytes, first: undefined, second: undefined }); // what is encrypted is a copy already
    } else if (rate.isFast && cache.mayPin) {
      cache.pin(first);
      if (second !== undefined) cache.pin(second);
      this.#lent.push({ bytes, first, second });
    } else {
      slice = Buffer.from(slice);
      if (rest !== undefined) rest = Buffer.from(rest);
      counters.blocksCopied++;
      this.#lent.push({ bytes, first: undefined, second: undefined });
    }
    this.#lentBytes += bytes;
    cache.sent(first, end - start);
    if (second !== undefined) cache.sent(second, secondEnd);
    wire.sendBlock(piece, begin, slice, rest, this.#blockWritten);
  }

  /** The kernel has the oldest block. Called in order, many times in a row after one `writev`. */
  readonly #blockWritten = (error?: Error | null): void => {
    if (this.#isStopped || error) return; // what is lent was, or will be, abandoned by stop()
    const { cache, rate, counters, onUploaded } = this.#options;
    const { bytes, first, second } = this.#lent[this.#lentAt++] as Lent; // one call a block that was sent
    this.#forgetWritten();
    this.#lentBytes -= bytes;
    if (first !== undefined) cache.unpin(first);
    if (second !== undefined) cache.unpin(second);
    rate.add(bytes);
    counters.uploadedBytes += bytes;
    counters.blocksSent++;
    onUploaded(bytes);
    this.schedule();
  };

  /** The list is a queue: what was written is cut off when that is cheap. */
  #forgetWritten(): void {
    if (this.#lentAt < this.#lent.length && this.#lentAt < 1024) return;
    this.#lent = this.#lent.slice(this.#lentAt);
    this.#lentAt = 0;
  }

  /** The piece has to be hashed first, and is refused when it turns out to be bad, or is not there any more. */
  #awaitPiece(piece: number): boolean {
    const { pieces } = this.#options;
    if (!pieces.isHere(piece)) {
      this.#refuseHead();
      return true;
    }
    this.#isWaiting = true;
    pieces.verify(piece, (verdict) => {
      this.#isWaiting = false;
      if (this.#isStopped) return;
      const { requests } = this.#options.wire;
      if (verdict === 'unknown' && requests.size > 0 && requests.headPiece === piece) this.#refuseHead();
      this.schedule();
    });
    return false;
  }

  #refuseHead(): void {
    const { wire } = this.#options;
    const { headPiece, headBegin, headLength } = wire.requests;
    wire.requests.shift();
    wire.refuse(headPiece, headBegin, headLength);
  }

  #waitFor(index: number): false {
    const { cache, source, onStorageError } = this.#options;
    this.#isWaiting = true;
    cache.load(source, index, (error) => {
      this.#isWaiting = false;
      if (this.#isStopped) return;
      if (error !== null) return onStorageError(error);
      this.schedule();
    });
    return false;
  }

  /** Requests come in order as a rule: when one enters another extent, that is read while the earlier ones are served. */
  #readAhead(index: number): void {
    if (index === this.#lastAskedExtent || this.#ahead >= MAX_AHEAD) return;
    this.#lastAskedExtent = index;
    const { cache, source, rate } = this.#options;
    if ((this.#ahead > 0 && !rate.isFast) || cache.get(source, index) !== undefined) return;
    this.#ahead++;
    cache.load(source, index, () => {
      this.#ahead--; // an error comes again, to the one who waits for the data
    });
  }
}

/** The uploader of one peer, by its node and its torrent; the torrent counts what it sends. */
export function uploaderFor(
  own: Pick<UploaderOptions, 'wire' | 'rate' | 'allowance' | 'onUploaded'> & { readonly torrent: Torrent },
  host: Pick<PeerHost<never>, 'cache' | 'counters' | 'servedPieces' | 'onStorageError'>,
): Uploader {
  const { torrent, ...parts } = own;
  return new Uploader({
    ...parts,
    cache: host.cache,
    counters: host.counters,
    source: torrent.storage,
    pieces: host.servedPieces(torrent),
    onUploaded: (bytes) => {
      own.onUploaded(bytes);
      torrent.addUploaded(bytes);
    },
    onStorageError: (error) => host.onStorageError(torrent, error),
  });
}
