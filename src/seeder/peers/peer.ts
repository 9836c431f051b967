import type { Socket } from 'node:net';
import { type Address, addressFromBytes, isPrivateAddress, parseAddress } from '../../bittorrent/endpoint.ts';
import { clientName } from '../../bittorrent/peer-id.ts';
import type { SlotCandidate } from '../choking/choking-order.ts';
import type { SlotUser } from '../choking/slot-use.ts';
import type { CloseReason } from '../counters.ts';
import type { Downloader } from '../download/downloader.ts';
import type { Leech } from '../download/leech.ts';
import type { RateAllowance } from '../rates/rate-allowance.ts';
import type { ShownPieces } from '../super-seeding/shown-pieces.ts';
import type { Torrent } from '../torrent.ts';
import type { TorrentPeer } from '../torrent-peer.ts';
import { allowedFastSet } from '../wire/allowed-fast.ts';
import type { HashRequest } from '../wire/hash-messages.ts';
import { PeerWire } from '../wire/peer-wire.ts';
import type { WireListener } from '../wire/wire-types.ts';
import { type HashAnswers, hashAnswersFor } from './hash-answers.ts';
import { Liveness } from './liveness.ts';
import { isOffered } from './offered.ts';
import { ownHandshake } from './own-handshake.ts';
import type { Outgoing, PeerHost } from './peer-host.ts';
import { namesOf } from './peer-names.ts';
import { refusalOf } from './peer-refusal.ts';
import { UploadRate } from './upload-rate.ts';
import { type Uploader, uploaderFor } from './uploader.ts';

/** Pieces offered to a peer that has to wait for a slot (BEP 6). */
const ALLOWED_FAST_COUNT = 6;
/** A peer that says it wants nothing (BEP 21) may stay so long: it may still fetch metadata. */
const UPLOAD_ONLY_MS = 30_000;
/** We speak this often at least (BEP 3 has peers close after two minutes). */
const KEEP_ALIVE_MS = 55_000;

const NO_ADDRESS = addressFromBytes(new Uint8Array(4));

/** One connection: what it is about, how fast it is, and when it is to end. */
export class Peer implements TorrentPeer, WireListener, SlotCandidate, SlotUser {
  readonly wire: PeerWire;
  readonly address: Address;
  readonly isOutgoing: boolean;
  /** Whether its address is one of a private network, where many peers may share one. */
  readonly isPrivate: boolean;
  readonly #host: PeerHost<Peer>;
  readonly #socket: Socket;
  readonly #rate = new UploadRate();
  readonly #connectedAtMs: number;
  #torrent: Torrent | undefined;
  #uploader: Uploader | undefined;
  #hashAnswers: HashAnswers | undefined;
  #allowance: RateAllowance | undefined;
  #changedAtMs = 0;
  #bytesSinceUnchoke = 0;
  #uploadedBytes = 0;
  #isOfferedFast = false;
  readonly #liveness: Liveness;
  readonly #outgoing: Outgoing | undefined;
  #downloader: Downloader | undefined;
  #leech: Leech | undefined;
  #shown: ShownPieces | undefined;

  /** @param outgoing when we opened the connection. */
  constructor(socket: Socket, host: PeerHost<Peer>, outgoing?: Outgoing) {
    this.#host = host;
    this.#outgoing = outgoing;
    this.isOutgoing = outgoing !== undefined;
    this.#socket = socket;
    this.address = parseAddress(socket.remoteAddress ?? '') ?? NO_ADDRESS;
    this.isPrivate = isPrivateAddress(this.address);
    this.#connectedAtMs = host.clock.nowMs();
    this.#liveness = new Liveness(socket, this.#connectedAtMs);
    const encryption = outgoing === undefined ? host.encryption : undefined;
    this.wire = new PeerWire({ socket, listener: this, encryption, host });
    if (outgoing !== undefined) this.wire.greet(outgoing, host);
  }

  /** What it downloads; undefined before its handshake. */
  get torrent(): Torrent | undefined {
    return this.#torrent;
  }

  /** Its port as we see it. */
  get port(): number {
    return this.#socket.remotePort ?? 0;
  }

  get peerId(): Uint8Array {
    return this.wire.peerIdBuffer ?? new Uint8Array(0);
  }

  get client(): string {
    return this.wire.client ?? clientName(this.peerId);
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

  get downloadedBytes(): number {
    return this.#leech?.receivedBytes ?? 0;
  }

  get downloadBytesPerSecond(): number {
    return this.#leech?.window.bytesPerSecond ?? 0;
  }

  get isSnubbed(): boolean {
    return this.#leech?.window.isSnubbed ?? false;
  }

  get progress(): number {
    const pieceCount = this.#torrent?.pieceCount ?? 0;
    return pieceCount === 0 ? 0 : this.wire.theirPieces.count / pieceCount;
  }

  /** At least what it was given, up to the middle: who says that it has nothing gains nothing for ever. */
  get believedProgress(): number {
    const length = this.#torrent?.length ?? 0;
    return length === 0 ? 0 : Math.max(this.progress, Math.min(0.5, this.#uploadedBytes / length));
  }

  get isOwed(): boolean {
    return this.#uploader?.isOwing === true && !this.#liveness.isStuck(this.#host.clock.nowMs());
  }

  get isOffered(): boolean {
    const shown = this.#shown?.counted;
    return this.#torrent !== undefined && isOffered(this.#torrent, this.wire.theirPieces, shown);
  }

  /** Whether it could be parted with for somebody new: nobody wants anything, and it has had time to. */
  isIdleAt(nowMs: number, wantsBlocks = this.isInterested): boolean {
    if (this.#leech !== undefined && this.#leech.wanted > 0) return false;
    return !wantsBlocks && nowMs - this.#connectedAtMs > UPLOAD_ONLY_MS;
  }

  unchoke(): void {
    if (this.isUnchoked) return;
    this.#changedAtMs = this.#host.clock.nowMs();
    this.#bytesSinceUnchoke = 0;
    this.wire.unchoke();
  }

  choke(): void {
    if (!this.isUnchoked) return;
    this.#changedAtMs = this.#host.clock.nowMs();
    this.wire.choke();
  }

  /** It has to wait for a slot: meanwhile it may fetch a few pieces (BEP 6). */
  offerFast(): void {
    if (this.#isOfferedFast || this.#torrent === undefined || this.#shown !== undefined) return;
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
    this.#liveness.look(nowMs, this.#uploadedBytes, this.wire.queuedBytes);
    if (this.#torrent === undefined) {
      if (nowMs - this.#connectedAtMs >= limits.handshakeTimeoutMs) this.close('handshake-timeout');
    } else if (this.#liveness.stalledMs(nowMs) >= limits.stallTimeoutMs) this.close('stalled');
    else if (this.#liveness.silentMs(nowMs) >= limits.idleTimeoutMs) this.close('idle');
    else if (this.wire.isUploadOnly && this.isIdleAt(nowMs)) this.close('seed');
    else if (this.#liveness.quietMs(nowMs) >= KEEP_ALIVE_MS) this.wire.keepAlive();
  }

  onHandshake(infoHash: Uint8Array, peerId: Uint8Array): void {
    const { peerId: ownId } = this.#host;
    if (Buffer.compare(peerId, ownId) === 0) return this.close('self');
    const torrent = this.#host.torrentFor(infoHash);
    if (torrent === undefined) return this.close('unknown-info-hash');
    if (!torrent.takesPeers) return this.close('torrent-unavailable');
    const isBanned = this.#host.isBanned(namesOf(this));
    const reason = refusalOf({ torrent, peer: this, peerId, ownId, isBanned, outgoing: this.#outgoing });
    if (reason !== undefined) return this.close(reason);
    this.#torrent = torrent;
    torrent.peers.add(this);
    this.#host.onJoined(this, torrent);
    this.#uploader = this.#makeUploader(torrent);
    this.#shown = this.#host.superSeeding.join(torrent, this.wire);
    const greeted = { address: this.address, hidesPieces: this.#shown !== undefined };
    this.wire.accept(torrent, infoHash, ownId, ownHandshake(this.#host, torrent, greeted));
    this.startDownload();
    this.#host.onShaken(this);
  }

  /** Fetches from it from now on what its torrent lacks; nothing when that is complete. */
  startDownload(): void {
    if (this.#torrent === undefined || this.#leech !== undefined) return;
    this.#downloader = this.#host.downloaderFor(this.#torrent);
    this.#leech = this.#downloader?.join(this.wire, namesOf(this), this.isPrivate);
    this.wire.sink = this.#leech ?? this.#shown;
  }

  /** Fetches no more from it: its torrent is complete, or is given up. Who has everything has nothing to say to us then. */
  endDownload(): void {
    if (this.#leech !== undefined) this.#downloader?.leave(this.#leech);
    this.#downloader = this.#leech = this.wire.sink = undefined;
    if (this.wire.theirPieces.isComplete) this.onPeerComplete();
    else if (this.#torrent?.isFinished) this.wire.wantNoMore();
  }

  hasPeerId(peerId: Uint8Array): boolean {
    return Buffer.compare(this.peerId, peerId) === 0;
  }

  onInterestChanged(): void {
    this.#host.onInterestChanged(this);
  }

  onRequest(piece: number, begin: number): void {
    this.#host.counters.requestsAccepted++;
    this.#uploader?.requested(piece, begin);
    this.#shown?.requested(piece);
  }

  onRequestRefused(): void {
    this.#host.counters.requestsRefused++;
  }

  onHashRequest(request: HashRequest): void {
    const [torrent, uploader] = [this.#torrent, this.#uploader];
    if (torrent === undefined || uploader === undefined) return;
    this.#hashAnswers ??= hashAnswersFor({ wire: this.wire, torrent, uploader, host: this.#host });
    this.#hashAnswers.requested(request);
  }

  onMetadataSent(): void {
    this.#host.counters.metadataPiecesSent++;
  }

  /** Two seeds have nothing to say to each other. */
  onPeerComplete(): void {
    if (this.#torrent === undefined || this.#torrent.pieceCount === 0) return;
    this.#host.superSeeding.seedSeen(this.#torrent);
    if (this.#torrent.isFinished) this.close('seed');
  }

  onInternalError(error: unknown): void {
    this.#host.onInternalError(error);
  }

  onClosed(reason: CloseReason): void {
    this.#uploader?.stop();
    this.#hashAnswers?.stop();
    this.#allowance?.close();
    this.#shown?.leave();
    this.#torrent?.peers.delete(this);
    if (this.#leech !== undefined) this.#downloader?.leave(this.#leech);
    this.#host.onClosed(this, reason);
    this.#outgoing?.onEnded(reason, this.#torrent !== undefined);
  }

  #makeUploader(torrent: Torrent): Uploader {
    const allowance = this.#host.pacer.open(torrent.infoHash, this.isPrivate, () => this.#uploader?.resume());
    const onUploaded = (bytes: number): void => {
      this.#uploadedBytes += bytes;
      this.#bytesSinceUnchoke += bytes;
    };
    this.#allowance = allowance;
    return uploaderFor({ wire: this.wire, torrent, rate: this.#rate, allowance, onUploaded }, this.#host);
  }
}
