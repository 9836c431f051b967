import { hash } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { type Endpoint, formatAddress } from '../../bittorrent/endpoint.ts';
import { bytesEqual } from '../../bittorrent/hex.ts';
import { isNamedByV2Only } from '../../bittorrent/info-hash.ts';
import type { Magnet } from '../../bittorrent/magnet.ts';
import { encodeMetainfo } from '../../bittorrent/metainfo/encode.ts';
import { parseInfo } from '../../bittorrent/metainfo/parse.ts';
import type { Clock } from '../clock.ts';
import { SeederError } from '../errors.ts';
import { type Candidate, Candidates } from '../peers/candidates.ts';
import { MetadataWire } from '../wire/metadata-wire.ts';

/** Peers that are asked at a time. */
const MAX_PEERS = 8;
/** A peer has so long to bring the metadata. */
const PEER_TIMEOUT_MS = 30_000;
const LOOK_MS = 1000;

/** What a fetch works with. */
export interface MetadataFetchOptions {
  readonly magnet: Magnet;
  readonly peerId: Uint8Array;
  readonly clientVersion: string;
  readonly clock: Clock;
  readonly onInternalError: (error: unknown) => void;
}

/** Fetches the metadata of one magnet link from whichever peer has it first (BEP 9). */
export class MetadataFetch {
  readonly #options: MetadataFetchOptions;
  readonly #candidates = new Candidates();
  readonly #sockets = new Set<Socket>();
  readonly #found = Promise.withResolvers<Uint8Array>();
  #cancelLook: (() => void) | undefined;
  #isOver = false;

  constructor(options: MetadataFetchOptions) {
    this.#options = options;
  }

  /** Peers that may have it. */
  add(peers: readonly Endpoint[]): void {
    this.#candidates.add(peers, this.#options.clock.nowMs());
    this.#dial();
  }

  /**
   * Resolves with a `.torrent` file made of the info dictionary, whose hash was compared, and the magnet's addresses.
   * @throws {SeederError} ERR_NO_METADATA for a torrent of which a magnet does not say enough (v2 with files longer than a piece);
   *   {@link ProtocolError} ERR_METAINFO; the signal's reason.
   */
  async run(signal: AbortSignal): Promise<Uint8Array> {
    signal.addEventListener('abort', () => this.#found.reject(signal.reason), { once: true });
    if (signal.aborted) this.#found.reject(signal.reason);
    this.#look();
    try {
      return torrentOf(this.#options.magnet, await this.#found.promise);
    } finally {
      this.#isOver = true;
      this.#cancelLook?.();
      for (const socket of this.#sockets) socket.destroy();
    }
  }

  #look(): void {
    this.#dial();
    this.#cancelLook = this.#options.clock.after(LOOK_MS, () => this.#look());
  }

  #dial(): void {
    const nowMs = this.#options.clock.nowMs();
    while (!this.#isOver && this.#sockets.size < MAX_PEERS) {
      const candidate = this.#candidates.next(nowMs);
      if (candidate === undefined) return;
      this.#ask(candidate);
    }
  }

  #ask(candidate: Candidate): void {
    const { magnet, peerId, clientVersion, clock, onInternalError } = this.#options;
    candidate.isBusy = true;
    const socket = connect({
      host: formatAddress(candidate.endpoint.address),
      port: candidate.endpoint.port,
    });
    this.#sockets.add(socket);
    const cancel = clock.after(PEER_TIMEOUT_MS, () => socket.destroy());
    let reason: Parameters<Candidates['ended']>[1] = 'socket-error';
    socket.on('error', () => {}); // `close` follows
    socket.once('close', () => {
      cancel();
      this.#sockets.delete(socket);
      this.#candidates.ended(candidate, reason, false, clock.nowMs());
    });
    socket.once('connect', () => {
      const wire = new MetadataWire({
        socket,
        infoHash: magnet.infoHash,
        peerId,
        clientVersion,
        onInternalError,
        onClosed: (why) => {
          reason = why;
        },
        onMetadata: (bytes) => {
          if (!isMetadataOf(magnet, bytes)) return wire.close('bad-data');
          this.#found.resolve(bytes);
        },
      });
    });
  }
}

/** Whether the bytes are the info dictionary that the magnet names, by each of the hashes that it has. */
function isMetadataOf({ infoHash, infoHashV2 }: Magnet, bytes: Uint8Array): boolean {
  if (infoHashV2 !== undefined && !bytesEqual(hash('sha256', bytes, 'buffer'), infoHashV2)) return false;
  return isNamedByV2Only(infoHash, infoHashV2) || bytesEqual(hash('sha1', bytes, 'buffer'), infoHash);
}

function torrentOf({ trackers, webSeeds }: Magnet, infoBytes: Uint8Array): Uint8Array {
  const { info } = parseInfo(infoBytes);
  const needsLayers = info.files.some((file) => file.length > info.pieceLength);
  if (info.version === 'v2' && needsLayers)
    throw new SeederError(
      'ERR_NO_METADATA',
      `the torrent ${JSON.stringify(info.name)} is v2 only, and a magnet link does not bring the hashes of its pieces: use its .torrent file`,
    );
  // BEP 12 has tiers, a magnet has a list: each tracker is a tier of its own, as other clients have it.
  return encodeMetainfo({ infoBytes, announceTiers: trackers.map((url) => [url]), webSeeds });
}
