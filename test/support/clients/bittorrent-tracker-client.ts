import { EventEmitter } from 'node:events';
import { withDeadline } from '../eventually.ts';
import { type CleanupOwner, cleanup } from '../scope.ts';

/** What the library tells of an announce or a scrape. */
export interface LibraryReply {
  readonly announce: string;
  readonly infoHash: string;
  readonly complete: number;
  readonly incomplete: number;
  readonly downloaded?: number;
}

/** A peer that the library has found: `ip:port` over HTTP and UDP, a connection over WebSocket. */
export type LibraryPeer = string | FakePeer;

interface LibraryTracker {
  readonly announceUrl: string;
  announce(options: object): void;
  _createPeer?(options?: { readonly initiator?: boolean }): FakePeer;
}

interface Library extends EventEmitter {
  readonly _trackers: readonly LibraryTracker[];
  start(options?: object): void;
  update(options?: object): void;
  complete(options?: object): void;
  stop(options?: object): void;
  scrape(): void;
  destroy(callback: () => void): void;
}

/**
 * In the place of a WebRTC connection, for which Node has nothing: it makes a description of itself, and is connected when it has
 * got the other's. The library keeps it, sends what it says and gives it what arrives, as it does with real ones.
 */
export class FakePeer extends EventEmitter {
  /** The other's peer id in hexadecimal; the library sets it. */
  id: string | undefined;
  /** What the other side said. */
  heard: { readonly type: string; readonly sdp: string } | undefined;
  trackerTimeout: unknown;
  readonly said: { readonly type: string; readonly sdp: string };
  readonly #isInitiator: boolean;

  constructor(name: string, isInitiator: boolean) {
    super();
    this.#isInitiator = isInitiator;
    this.said = { type: isInitiator ? 'offer' : 'answer', sdp: `v=0\r\no=- ${name} ${Math.random()}\r\n` };
    if (isInitiator) queueMicrotask(() => this.emit('signal', this.said));
  }

  signal(description: { readonly type: string; readonly sdp: string }): void {
    this.heard = description;
    if (!this.#isInitiator) this.emit('signal', this.said);
    this.emit('connect');
  }

  destroy(): void {}
}

/** What a client is made of. */
export interface LibraryClientOptions {
  readonly name: string;
  readonly infoHash: Uint8Array;
  readonly peerId: Uint8Array;
  readonly announce: readonly string[];
  readonly port: number;
}

/** A client of the npm package bittorrent-tracker, which is WebTorrent's; it ends with its owner. */
export class LibraryClient {
  readonly peers: LibraryPeer[] = [];
  readonly warnings: string[] = [];
  readonly #library: Library;
  readonly #trackers: number;

  private constructor(library: Library, trackers: number) {
    this.#library = library;
    this.#trackers = trackers;
    library.on('peer', (peer: LibraryPeer) => this.peers.push(peer));
    library.on('warning', (error: Error) => this.warnings.push(error.message));
    library.on('error', (error: Error) => this.warnings.push(error.message));
  }

  static async make(owner: CleanupOwner, options: LibraryClientOptions): Promise<LibraryClient> {
    const module: string = 'bittorrent-tracker/client'; // not a literal: there are no types to be looked for
    const { default: Constructor } = (await import(module)) as { default: new (options: object) => Library };
    const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
    const { name, infoHash, peerId, announce, port } = options;
    const library = new Constructor({ infoHash: hex(infoHash), peerId: hex(peerId), announce, port });
    for (const tracker of library._trackers)
      if (tracker._createPeer !== undefined)
        tracker._createPeer = (peer) => new FakePeer(name, peer?.initiator === true);
    const client = new LibraryClient(library, announce.length);
    cleanup(owner, () => new Promise<void>((resolve) => library.destroy(() => resolve())));
    return client;
  }

  /** Announces to all trackers, and waits for their answers, by announce URL. */
  announce(
    event: 'start' | 'update' | 'complete' | 'stop',
    options: object = {},
  ): Promise<ReadonlyMap<string, LibraryReply>> {
    return this.#collect('update', () => this.#library[event](options));
  }

  /** Announces, and does not wait: nobody may answer. */
  send(event: 'start' | 'update' | 'complete' | 'stop', options: object = {}): void {
    this.#library[event](options);
  }

  /** Asks all trackers for the counts of the torrent. */
  scrape(): Promise<ReadonlyMap<string, LibraryReply>> {
    return this.#collect('scrape', () => this.#library.scrape());
  }

  async #collect(event: 'update' | 'scrape', act: () => void): Promise<ReadonlyMap<string, LibraryReply>> {
    const replies = new Map<string, LibraryReply>();
    const all = new Promise<void>((resolve) => {
      const onReply = (reply: LibraryReply): void => {
        replies.set(reply.announce, reply);
        if (replies.size < this.#trackers) return;
        this.#library.off(event, onReply);
        resolve();
      };
      this.#library.on(event, onReply);
    });
    act();
    try {
      await withDeadline(`an answer of ${this.#trackers} trackers`, all);
    } catch (error) {
      throw new Error(`${(error as Error).message}; warnings: ${JSON.stringify(this.warnings)}`);
    }
    return replies;
  }
}
