import type { InfoHash } from '../../bittorrent/info-hash.ts';
import type { SeederCounters } from '../counters.ts';
import type { RatePacer } from '../rates/rate-pacer.ts';
import type { Torrent } from '../torrent.ts';
import { TaskLimit } from '../torrents/task-limit.ts';
import { makeWebSeedCounters, type WebSeedCounters } from './counters.ts';
import { DownloadPace } from './download-pace.ts';
import { FileReading, type FileReadingOptions } from './file-reading.ts';
import { type SeededFile, SeededFiles } from './seeded-file.ts';

/** Reads under way for all downloads together; the thread pool has four threads unless the environment says otherwise. */
const MAX_READS = 4;
/** Those of one torrent: a slow disk keeps nobody waiting who wants another torrent. */
const MAX_READS_OF_TORRENT = 2;

/** The part of the seed node that its web seed needs. */
export interface WebSeedHost {
  readonly counters: SeederCounters;
  readonly pacer: RatePacer;
  torrent(infoHash: InfoHash): Torrent | undefined;
  /** Has a piece hashed that is here and was not hashed yet; whether it is good. */
  verifyPiece(torrent: Torrent, piece: number): Promise<boolean>;
}

/** What a web seed is made of. */
export interface WebSeedOptions {
  readonly seedNode: WebSeedHost;
  /** Downloads at the same time. */
  readonly maxDownloads: number;
}

/** What is to be downloaded, and by whom. */
export interface FilePart {
  /** The first byte. */
  readonly start: number;
  /** The byte behind the last. */
  readonly end: number;
  /** For somebody on a private network: limits are not for him unless they are set to be. */
  readonly isLocal: boolean;
}

/** A download that has its place. Call `end` once, however it went. */
export interface Download {
  /** The next bytes, good until the next call; undefined behind the last. Errors as of `FileReading.next`. */
  next(): Promise<Buffer | undefined>;
  /** So many bytes were handed to the kernel. */
  sent(bytes: number): void;
  /** Has `next` reject from now on: nobody wants the rest. */
  cancel(): void;
  end(isWhole: boolean): void;
}

/**
 * Serves the files of torrents that are seeded to those who ask by HTTP (BEP 19): the same files, checked by the same stamps,
 * as peers get. It knows nothing of HTTP.
 */
export class WebSeed {
  readonly counters: WebSeedCounters = makeWebSeedCounters();
  readonly #options: WebSeedOptions;
  readonly #files = new SeededFiles();
  readonly #reads = new TaskLimit(MAX_READS);
  readonly #readsOf = new WeakMap<Torrent, TaskLimit>();
  readonly #active = new Set<AbortController>();
  #isStopped = false;

  constructor(options: WebSeedOptions) {
    this.#options = options;
  }

  /** A torrent of the seed node, in whatever state. */
  torrent(infoHash: InfoHash): Torrent | undefined {
    return this.#options.seedNode.torrent(infoHash);
  }

  /** The file of a torrent at a path that begins with the torrent's name; see {@link SeededFiles}. */
  find(torrent: Torrent, path: readonly string[]): SeededFile | undefined {
    return this.#files.find(torrent, path);
  }

  /** Whether a file can be had now: its torrent is seeded, and all of the file is there (a partial seed lacks others). */
  isServed({ torrent, index }: SeededFile): boolean {
    return torrent.state === 'seeding' && torrent.hasFile(index);
  }

  /** Begins a download, within the upload limits; undefined when there is no room for it, or after `stop`. */
  open(file: SeededFile, { start, end, isLocal }: FilePart): Download | undefined {
    const { counters } = this;
    const { maxDownloads, seedNode } = this.#options;
    if (this.#active.size >= maxDownloads || this.#isStopped) return undefined;
    const control = new AbortController();
    const pace = new DownloadPace(seedNode.pacer, file.torrent.infoHash, isLocal);
    const reads = this.#readsFor(file.torrent);
    const reading = new FileReading({
      file,
      start,
      end,
      reads,
      pace,
      verify: (piece) => seedNode.verifyPiece(file.torrent, piece),
      signal: control.signal,
    });
    this.#active.add(control);
    return {
      next: () => reading.next(),
      sent: (bytes) => {
        counters.uploadedBytes += bytes;
        seedNode.counters.uploadedBytes += bytes;
        file.torrent.addUploaded(bytes);
      },
      cancel: () => control.abort(),
      end: (isWhole) => {
        if (!this.#active.delete(control)) return;
        pace.close();
        if (isWhole) counters.served++;
        else counters.cutShort++;
      },
    };
  }

  #readsFor(torrent: Torrent): FileReadingOptions['reads'] {
    const ofTorrent = this.#readsOf.get(torrent) ?? new TaskLimit(MAX_READS_OF_TORRENT);
    this.#readsOf.set(torrent, ofTorrent);
    return { run: (task) => ofTorrent.run(() => this.#reads.run(task)) };
  }

  /** Downloads under way. */
  get activeDownloads(): number {
    return this.#active.size;
  }

  /** Ends every download at its next read, and begins no other. Idempotent. */
  stop(): void {
    this.#isStopped = true;
    for (const control of this.#active) control.abort();
  }
}
