import type { Socket } from 'node:net';
import { type Address, addressFromBytes, isPrivateAddress, parseAddress } from '../../bittorrent/endpoint.ts';
import { clientName } from '../../bittorrent/peer-id.ts';
import type { SlotCandidate } from '../choking/upload-slots.ts';
import type { CloseReason, SeederCounters } from '../counters.ts';
import type { ExtentCache } from '../disk/extent-cache.ts';
import type { SeederError } from '../errors.ts';
import type { SeederLimits } from '../limits.ts';
import type { Torrent, TorrentPeer } from '../torrent.ts';
import { allowedFastSet } from '../wire/allowed-fast.ts';
import type { Encryption } from '../wire/encryption/encryption.ts';
import { PeerWire } from '../wire/peer-wire.ts';
import type { WireListener } from '../wire/wire-types.ts';
import { UploadRate } from './upload-rate.ts';
import { Uploader } from './uploader.ts';

/** What a peer needs of its node. */
export interface PeerHost {
  readonly peerId: Uint8Array;
  readonly clientVersion: string;
  readonly limits: SeederLimits;
  readonly cache: ExtentCache;
  readonly counters: SeederCounters;
  readonly encryption: Encryption;
  /** The port on which we listen. */
  readonly port: number;
  nowMs(): number;
  torrentFor(infoHash: Uint8Array): Torrent | undefined;
  onInterestChanged(peer: Peer): void;
  onStorageError(torrent: Torrent, error: SeederError): void;
  onInternalError(error: unknown): void;
  onClosed(peer: Peer, reason: CloseReason): void;
}

/** Pieces offered to a peer that has to wait for a slot (BEP 6). */
const ALLOWED_FAST_COUNT = 6;
/** A peer that says it wants nothing (BEP 21) may stay so long: it may still fetch metadata. */
const UPLOAD_ONLY_MS = 30_000;
/** We speak this often at least (BEP 3 has peers close after two minutes). */
const KEEP_ALIVE_MS = 55_000;

const NO_ADDRESS = addressFromBytes(new Uint8Array(4));

/** One connection: what it is about, how fast it is, and when it is to end. */
export class Peer implements TorrentPeer, WireListener, SlotCandidate {
  readonly wire: PeerWire;
  readonly address: Address;
  /** Whether its address is one of a private network, where many peers may share one. */
  readonly isPrivate: boolean;
  readonly #host: PeerHost;
  readonly #socket: Socket;
  readonly #rate = new UploadRate();
  readonly #connectedAtMs: number;
  #torrent: Torrent | undefined;
  #uploader: Uploader | undefined;
  #changedAtMs = 0;
  #bytesSinceUnchoke = 0;
  #uploadedBytes = 0;
  #isOfferedFast = false;
  #bytesRead = 0;
  #heardAtMs: number;
  #takenBytes = 0;
  #takenAtMs: number;
  #spokeBytes = 0;
  #spokeAtMs: number;

  constructor(socket: Socket, host: PeerHost) {
    this.#host = host;
    this.#socket = socket;
    this.address = parseAddress(socket.remoteAddress ?? '') ?? NO_ADDRESS;
    this.isPrivate = isPrivateAddress(this.address);
    this.#connectedAtMs = host.nowMs();
    this.#heardAtMs = this.#takenAtMs = this.#spokeAtMs = this.#connectedAtMs;
    const { limits, encryption } = host;
    this.wire = new PeerWire({ socket, listener: this, maxRequests: limits.maxRequests, encryption });
  }

  /** What it downloads; undefined before its handshake. */
  get torrent(): Torrent | undefined {
    return this.#torrent;
  }

  /** Its port as we see it. */
  get port(): number {
    return this.#socket.remotePort ?? 0;
  }

  get client(): string {
    return this.wire.client ?? clientName(this.wire.peerIdBuffer ?? new Uint8Array(0));
  }

  get isInterested(): boolean {
    return this.wire.peerInterested;
  }

  get isUnchoked(): boolean {
    return !this.wire.amChoking;
  }

  get changedAtMs(): number {
    return this.#changedAtMs;
  }

  get bytesSinceUnchoke(): number {
    return this.#bytesSinceUnchoke;
  }

  get rateBytesPerSecond(): number {
    return this.#rate.bytesPerSecond;
  }

  get pieceLength(): number {
    return this.#torrent?.pieceLength ?? 0;
  }

  /** Bytes that wait for it in this process. */
  get queuedBytes(): number {
    return this.wire.queuedBytes;
  }

  get uploadedBytes(): number {
    return this.#uploadedBytes;
  }

  get progress(): number {
    const pieceCount = this.#torrent?.pieceCount ?? 0;
    return pieceCount === 0 ? 0 : this.wire.peerPieceCount / pieceCount;
  }

  /** Whether it could be parted with for somebody new: it wants nothing, and has had time to. */
  isIdleAt(nowMs: number): boolean {
    return !this.isInterested && nowMs - this.#connectedAtMs > UPLOAD_ONLY_MS;
  }

  unchoke(): void {
    if (this.isUnchoked) return;
    this.#changedAtMs = this.#host.nowMs();
    this.#bytesSinceUnchoke = 0;
    this.wire.unchoke();
  }

  choke(): void {
    if (!this.isUnchoked) return;
    this.#changedAtMs = this.#host.nowMs();
    this.wire.choke();
  }

  /** It has to wait for a slot: meanwhile it may fetch a few pieces (BEP 6). */
  offerFast(): void {
    if (this.#isOfferedFast || this.#torrent === undefined) return;
    this.#isOfferedFast = true;
    const { infoHash, pieceCount } = this.#torrent;
    this.wire.offerFast(allowedFastSet(this.address, infoHash, pieceCount, ALLOWED_FAST_COUNT));
  }

  close(reason: CloseReason): void {
    this.wire.close(reason);
  }

  /** Once a second or so: rate, timeouts, keep-alive. */
  tick(nowMs: number, seconds: number): void {
    this.#rate.tick(seconds);
    const { limits } = this.#host;
    this.#look(nowMs);
    if (this.#torrent === undefined) {
      if (nowMs - this.#connectedAtMs >= limits.handshakeTimeoutMs) this.close('handshake-timeout');
    } else if (this.#isStalledAt(nowMs)) this.close('stalled');
    else if (nowMs - this.#heardAtMs >= limits.idleTimeoutMs) this.close('idle');
    else if (this.wire.isUploadOnly && this.isIdleAt(nowMs)) this.close('seed');
    else if (nowMs - this.#spokeAtMs >= KEEP_ALIVE_MS) this.wire.keepAlive();
  }

  // --- what the wire tells ---

  onHandshake(infoHash: Uint8Array, peerId: Uint8Array): void {
    const { peerId: ownId, clientVersion, limits, port } = this.#host;
    if (Buffer.compare(peerId, ownId) === 0) return this.close('self');
    const torrent = this.#host.torrentFor(infoHash);
    if (torrent === undefined) return this.close('unknown-info-hash');
    if (torrent.state !== 'seeding' && torrent.state !== 'paused') return this.close('torrent-unavailable');
    this.#torrent = torrent;
    torrent.peers.add(this);
    this.#uploader = this.#makeUploader(torrent);
    this.wire.accept(torrent, infoHash, ownId, {
      clientVersion,
      maxRequests: limits.maxRequests,
      yourIp: this.address,
      metadataSize: torrent.infoBytes.length,
      port,
    });
  }

  onInterestChanged(): void {
    this.#host.onInterestChanged(this);
  }

  onRequest(piece: number, begin: number): void {
    this.#host.counters.requestsAccepted++;
    this.#uploader?.requested(piece, begin);
  }

  onRequestRefused(): void {
    this.#host.counters.requestsRefused++;
  }

  onMetadataSent(): void {
    this.#host.counters.metadataPiecesSent++;
  }

  /** Two seeds have nothing to say to each other. */
  onPeerComplete(): void {
    if (this.#torrent !== undefined && this.#torrent.pieceCount > 0) this.close('seed');
  }

  onInternalError(error: unknown): void {
    this.#host.onInternalError(error);
  }

  onClosed(reason: CloseReason): void {
    this.#uploader?.stop();
    this.#torrent?.peers.delete(this);
    this.#host.onClosed(this, reason);
  }

  #makeUploader(torrent: Torrent): Uploader {
    const { cache, counters } = this.#host;
    return new Uploader({
      wire: this.wire,
      cache,
      counters,
      source: torrent.storage,
      pieceLength: torrent.pieceLength,
      rate: this.#rate,
      onUploaded: (bytes) => {
        this.#uploadedBytes += bytes;
        this.#bytesSinceUnchoke += bytes;
        torrent.addUploaded(bytes);
      },
      onStorageError: (error) => this.#host.onStorageError(torrent, error),
    });
  }

  /** The socket counts bytes anyway; looking at it once a second costs nothing while data flows. */
  #look(nowMs: number): void {
    if (this.#socket.bytesRead !== this.#bytesRead) this.#heardAtMs = nowMs;
    this.#bytesRead = this.#socket.bytesRead;
    if (this.#socket.bytesWritten !== this.#spokeBytes) this.#spokeAtMs = nowMs;
    this.#spokeBytes = this.#socket.bytesWritten;
    if (this.#uploadedBytes !== this.#takenBytes || this.wire.queuedBytes === 0) this.#takenAtMs = nowMs;
    this.#takenBytes = this.#uploadedBytes;
  }

  #isStalledAt(nowMs: number): boolean {
    return nowMs - this.#takenAtMs >= this.#host.limits.stallTimeoutMs;
  }
}
