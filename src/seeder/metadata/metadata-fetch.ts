import { hash } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { type Endpoint, formatAddress } from '../../bittorrent/endpoint.ts';
import { bytesEqual } from '../../bittorrent/hex.ts';
import { isNamedByV2Only, truncatedInfoHash } from '../../bittorrent/info-hash.ts';
import type { Magnet } from '../../bittorrent/magnet.ts';
import { encodeMetainfo } from '../../bittorrent/metainfo/encode.ts';
import { parseInfo } from '../../bittorrent/metainfo/parse.ts';
import { encodePieceLayers, type PieceLayers } from '../../bittorrent/metainfo/piece-layers.ts';
import type { Clock } from '../clock.ts';
import type { CloseReason } from '../counters.ts';
import { type Candidate, Candidates } from '../peers/candidates.ts';
import type { OutgoingEncryption } from '../wire/encryption/outgoing-stream.ts';
import { MetadataWire } from '../wire/metadata-wire.ts';
import { LayerFetch } from './layer-fetch.ts';
import type { MetadataTurn } from './metadata-turns.ts';
import { neededLayers } from './needed-layers.ts';

/** Addresses that are kept: a thousand links may wait. */
const MAX_ADDRESSES = 200;
/** Peers that are asked at a time. */
const MAX_PEERS = 8;
/** A peer has so long to bring the metadata, and again for each answer with hashes. */
const PEER_TIMEOUT_MS = 30_000;
/** An address has so long to answer. */
const CONNECT_TIMEOUT_MS = 10_000;
/** The hashes of pieces are looked for so long where the torrent can be had without (hybrid). */
const OPTIONAL_LAYERS_MS = 15_000;
const LOOK_MS = 1000;

/** What a fetch works with. */
export interface MetadataFetchOptions {
  readonly magnet: Magnet;
  readonly peerId: Uint8Array;
  readonly clientVersion: string;
  readonly clock: Clock;
  readonly encryption: OutgoingEncryption;
  readonly onInternalError: (error: unknown) => void;
}

/**
 * Fetches what a magnet link does not say: the metadata from whichever peer has it first (BEP 9), then the piece layers (BEP 52).
 * It takes turns with others: between them it has no connections, and keeps what it has found.
 */
export class MetadataFetch {
  readonly #options: MetadataFetchOptions;
  readonly #swarmHashV2: Uint8Array | undefined;
  readonly #candidates: Candidates;
  readonly #sockets = new Map<Socket, Candidate>();
  readonly #wires = new Set<MetadataWire>();
  readonly #found = Promise.withResolvers<Uint8Array>();
  #hasMetadata = false;
  #layers: LayerFetch | undefined;
  #cancelLook: (() => void) | undefined;
  /** Undefined between its turns. */
  #turn: MetadataTurn | undefined;

  constructor(options: MetadataFetchOptions) {
    this.#options = options;
    const { infoHashV2 } = options.magnet;
    this.#swarmHashV2 = infoHashV2 === undefined ? undefined : truncatedInfoHash(infoHashV2);
    this.#candidates = new Candidates(options.encryption.mode, MAX_ADDRESSES);
  }

  /** Peers that may have it, named by the link and its trackers or by strangers. */
  add(peers: readonly Endpoint[], isHearsay = false): void {
    this.#candidates.add(peers, this.#options.clock.nowMs(), isHearsay);
    this.#dial();
  }

  /**
   * Resolves with a `.torrent` file made of the info dictionary, whose hash was compared, the piece layers, which were proved, and the
   * magnet's addresses. A hybrid torrent whose layers nobody gives within 15 seconds is without them. When its turn ends, it can be
   * called again with the next.
   * @throws {SeederError} ERR_NO_METADATA when the layers of a v2 torrent would be too long; {@link ProtocolError} ERR_METAINFO; the signal's reason.
   */
  async run(turn: MetadataTurn): Promise<Uint8Array> {
    const { signal } = turn;
    signal.throwIfAborted();
    const aborted = Promise.withResolvers<never>();
    const abort = (): void => aborted.reject(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    this.#turn = turn;
    this.#look();
    try {
      const infoBytes = await Promise.race([this.#found.promise, aborted.promise]);
      const layers = await Promise.race([this.#fetchLayers(infoBytes), aborted.promise]);
      return torrentOf(this.#options.magnet, infoBytes, layers);
    } finally {
      this.#turn = undefined;
      signal.removeEventListener('abort', abort);
      this.#cancelLook?.();
      this.#leaveAll();
    }
  }

  /** That its turn is over is no fault of the peers. */
  #leaveAll(): void {
    const nowMs = this.#options.clock.nowMs();
    for (const [socket, candidate] of this.#sockets) {
      this.#sockets.delete(socket);
      this.#candidates.left(candidate, nowMs);
      socket.destroy();
    }
    this.#wires.clear();
  }

  async #fetchLayers(infoBytes: Uint8Array): Promise<PieceLayers | undefined> {
    const { info } = parseInfo(infoBytes);
    const need = neededLayers(info, infoBytes.length, this.#swarmHashV2 !== undefined);
    if (need === 'none') return undefined;
    this.#layers ??= new LayerFetch(info);
    const layers = this.#layers;
    for (const wire of [...this.#wires]) if (wire.hasAnswered) this.#askLayers(wire, layers);
    this.#dial();
    if (need === 'required') return layers.done;
    const late = Promise.withResolvers<undefined>();
    const cancel = this.#options.clock.after(OPTIONAL_LAYERS_MS, () => late.resolve(undefined));
    return Promise.race([layers.done, late.promise]).finally(cancel);
  }

  #look(): void {
    this.#dial();
    this.#cancelLook = this.#options.clock.after(LOOK_MS, () => this.#look());
  }

  #dial(): void {
    const nowMs = this.#options.clock.nowMs();
    while (this.#turn !== undefined && this.#sockets.size < MAX_PEERS) {
      const candidate = this.#candidates.next(nowMs);
      if (candidate === undefined) return;
      this.#connect(candidate);
    }
  }

  #connect(candidate: Candidate): void {
    const { clock } = this.#options;
    this.#candidates.dialled(candidate, clock.nowMs());
    const socket = connect({
      host: formatAddress(candidate.endpoint.address),
      port: candidate.endpoint.port,
    });
    this.#sockets.set(socket, candidate);
    let cancel = clock.after(CONNECT_TIMEOUT_MS, () => socket.destroy());
    let reason: CloseReason = 'socket-error';
    let wire: MetadataWire | undefined;
    socket.on('error', () => {}); // `close` follows
    socket.once('close', () => {
      cancel();
      if (this.#sockets.delete(socket)) this.#ended(candidate, wire, reason);
    });
    const renew = (): void => {
      cancel();
      cancel = clock.after(PEER_TIMEOUT_MS, () => socket.destroy());
    };
    socket.once('connect', () => {
      renew();
      wire = this.#makeWire(socket, candidate, renew, (why) => {
        reason = why;
      });
      this.#wires.add(wire);
    });
  }

  #makeWire(
    socket: Socket,
    candidate: Candidate,
    renew: () => void,
    onClosed: (reason: CloseReason) => void,
  ): MetadataWire {
    const { magnet, peerId, clientVersion, encryption, onInternalError } = this.#options;
    const wire: MetadataWire = new MetadataWire({
      socket,
      infoHash: magnet.infoHash,
      swarmHashV2: this.#swarmHashV2,
      peerId,
      clientVersion,
      encryption: candidate.isEncrypted ? encryption : undefined,
      listener: {
        onInternalError,
        onClosed: (reason) => {
          onClosed(reason);
          this.#wires.delete(wire);
          this.#layers?.leave(wire);
        },
        wantsMetadata: () => !this.#hasMetadata,
        onReady: () => this.#ready(wire, candidate),
        onMetadataPiece: () => this.#turn?.progressed(),
        onMetadata: (bytes) => this.#took(wire, bytes),
        onHashes: (request, hashes) =>
          this.#asked(wire, (layers) => {
            if (!layers.answered(wire, request, hashes)) return;
            renew();
            this.#turn?.progressed();
          }),
        onHashReject: (request) => this.#asked(wire, (layers) => layers.refused(wire, request)),
      },
    });
    return wire;
  }

  /** Handshakes are done. A peer that comes again and again is no progress. */
  #ready(wire: MetadataWire, candidate: Candidate): void {
    if (!candidate.hasAnswered) this.#turn?.progressed();
    candidate.hasAnswered = true;
    if (this.#layers !== undefined) this.#askLayers(wire, this.#layers);
  }

  /** An answer about hashes came: nobody was asked for any before the metadata is here. */
  #asked(wire: MetadataWire, take: (layers: LayerFetch) => void): void {
    if (this.#layers === undefined) wire.close('bad-message');
    else take(this.#layers);
  }

  #took(wire: MetadataWire, bytes: Uint8Array): void {
    if (!isMetadataOf(this.#options.magnet, bytes)) return wire.close('bad-data');
    this.#hasMetadata = true;
    this.#found.resolve(bytes);
  }

  /** A peer of the v1 swarm of a hybrid has no hashes to give: another may take its place. */
  #askLayers(wire: MetadataWire, layers: LayerFetch): void {
    if (wire.knowsV2) layers.join(wire);
    else wire.close('seed');
  }

  #ended(candidate: Candidate, wire: MetadataWire | undefined, reason: CloseReason): void {
    const nowMs = this.#options.clock.nowMs();
    const isRefused = wire !== undefined && !wire.hasAnswered;
    if (isRefused && this.#candidates.fallsBack(candidate, reason, nowMs)) return this.#dial();
    if (!isRefused) candidate.hasFallenBack = false; // the way led to a handshake
    this.#candidates.ended(candidate, reason, false, nowMs);
  }
}

/** Whether the bytes are the info dictionary that the magnet names, by each of the hashes that it has. */
function isMetadataOf({ infoHash, infoHashV2 }: Magnet, bytes: Uint8Array): boolean {
  if (infoHashV2 !== undefined && !bytesEqual(hash('sha256', bytes, 'buffer'), infoHashV2)) return false;
  return isNamedByV2Only(infoHash, infoHashV2) || bytesEqual(hash('sha1', bytes, 'buffer'), infoHash);
}

function torrentOf(
  { trackers, webSeeds }: Magnet,
  infoBytes: Uint8Array,
  layers: PieceLayers | undefined,
): Uint8Array {
  // BEP 12 has tiers, a magnet has a list: each tracker is a tier of its own, as other clients have it.
  return encodeMetainfo({
    infoBytes,
    pieceLayers: layers === undefined ? undefined : encodePieceLayers(layers),
    announceTiers: trackers.map((url) => [url]),
    webSeeds,
  });
}
