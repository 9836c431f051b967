import type { Socket } from 'node:net';
import type { PeerExtensions } from 'bittorrent-protocol';
import { bytesEqual } from '../../bittorrent/hex.ts';
import { type ConnectionListener, DirectWire } from './direct-wire.ts';
import type { OutgoingEncryption } from './encryption/outgoing-stream.ts';
import { decodeExtendedHandshake, encodeExtendedHandshake } from './extended-handshake.ts';
import { encodeHandshake } from './handshake.ts';
import {
  decodeHashes,
  decodeHashRequest,
  encodeHashReject,
  encodeHashRequest,
  type HashRequest,
} from './hash-messages.ts';
import { MessageId } from './message.ts';
import { METADATA_PIECE_LENGTH, metadataMessage, metadataRequest } from './metadata-message.ts';
import { UT_METADATA } from './ut-metadata.ts';

/** The largest info dictionary that is fetched: the memory is taken on a stranger's word. */
const MAX_METADATA_BYTES = 32 * 1024 * 1024;
/** Requests under way: a few hide the way there and back. */
const AHEAD = 8;
/** Our id for messages of `ut_metadata`. */
const OWN_ID = 1;

/** What is said of ourselves, and of what is wanted. */
export interface MetadataWireOptions {
  readonly socket: Socket;
  readonly infoHash: Uint8Array;
  /** The other name of a hybrid torrent, the v2 one; the only name again when it is v2 only; undefined: no v2 is known of. 20 bytes. */
  readonly swarmHashV2: Uint8Array | undefined;
  readonly peerId: Uint8Array;
  readonly clientVersion: string;
  /** When the handshake is to be encrypted. */
  readonly encryption: OutgoingEncryption | undefined;
  readonly listener: MetadataListener;
}

/** What happens on a connection for metadata. Called synchronously. */
export interface MetadataListener extends ConnectionListener {
  /** Whether the info dictionary is still wanted. */
  wantsMetadata(): boolean;
  /** The handshakes are done. */
  onReady(): void;
  /** A part of the info dictionary that was asked for came. */
  onMetadataPiece(): void;
  /** All bytes are here; nobody has checked them. */
  onMetadata(bytes: Uint8Array): void;
  /** Hashes came (BEP 52); nobody has checked them, and `hashes` is a view. */
  onHashes(request: HashRequest, hashes: Uint8Array): void;
  onHashReject(request: HashRequest): void;
}

/** A connection on which nothing is wanted but what a magnet link does not say: the info dictionary (BEP 9), and piece layers (BEP 52). */
export class MetadataWire extends DirectWire {
  readonly #options: MetadataWireOptions;
  #hasAnswered = false;
  #knowsV2 = false;
  #peerExtensionId = 0;
  #bytes = new Uint8Array(0);
  #pieces = 0;
  #asked = 0;
  readonly #missing = new Set<number>();

  constructor(options: MetadataWireOptions) {
    super(options.socket, options.listener);
    this.#options = options;
    const { infoHash, swarmHashV2, peerId, encryption } = options;
    const handshake = encodeHandshake(infoHash, peerId, { isV2: swarmHashV2 !== undefined, hasFast: false });
    if (encryption === undefined) this._push(handshake);
    else this.encryptHandshake(encryption, infoHash, handshake);
  }

  /** The peer's handshake came. */
  get hasAnswered(): boolean {
    return this.#hasAnswered;
  }

  /** It may be asked for hashes: it answered by the v2 name (BEP 52). */
  get knowsV2(): boolean {
    return this.#knowsV2;
  }

  /** Asks for hashes. */
  askHashes(request: HashRequest): void {
    this.sendMessage(encodeHashRequest(request));
  }

  override _onHandshake(infoHash: Uint8Array, peerId: Uint8Array, extensions: PeerExtensions): void {
    this.#hasAnswered = true;
    const { infoHash: wanted, swarmHashV2, peerId: ownId, listener } = this.#options;
    this.#knowsV2 = swarmHashV2 !== undefined && bytesEqual(infoHash, swarmHashV2);
    if (!this.#knowsV2 && !bytesEqual(infoHash, wanted)) return this.close('unknown-info-hash');
    if (bytesEqual(peerId, ownId)) return this.close('self');
    if (extensions.extended !== true) return this.close('seed'); // it cannot say what we want to hear
    this.setBounds({ pieceCount: undefined });
    this.extended(0, this.#ownHandshake());
    listener.onReady();
  }

  override onMessageFrame(message: Buffer): void {
    const { listener } = this.#options;
    const [id] = message;
    if (id === MessageId.hashRequest)
      this.sendMessage(encodeHashReject(decodeHashRequest(message))); // we have none
    else if (id === MessageId.hashReject) listener.onHashReject(decodeHashRequest(message));
    else if (id === MessageId.hashes) this.#takeHashes(message);
    else super.onMessageFrame(message);
  }

  #takeHashes(message: Buffer): void {
    const answer = decodeHashes(message);
    if (answer === undefined) return this.close('bad-message');
    this.#options.listener.onHashes(answer.request, answer.hashes);
  }

  #ownHandshake(): Uint8Array {
    return encodeExtendedHandshake({
      extensions: { [UT_METADATA]: OWN_ID },
      clientVersion: this.#options.clientVersion,
      maxRequests: 0,
      yourIp: undefined,
      metadataSize: undefined,
      port: undefined,
      isUploadOnly: false,
    });
  }

  override _onExtended(id: number, payload: Uint8Array): void {
    if (id === 0) this.#begin(payload);
    else if (id === OWN_ID) this.#take(payload);
  }

  #begin(payload: Uint8Array): void {
    const handshake = decodeExtendedHandshake(payload);
    const id = handshake?.extensions.get(UT_METADATA);
    const size = handshake?.metadataSize ?? 0;
    if (this.#pieces > 0 || id === undefined || !this.#options.listener.wantsMetadata()) return;
    if (size === 0) return; // it has none itself yet, and will say so when it has
    if (size > MAX_METADATA_BYTES) return this.close('bad-message');
    this.#peerExtensionId = id;
    this.#bytes = new Uint8Array(size);
    this.#pieces = Math.ceil(size / METADATA_PIECE_LENGTH);
    for (let piece = 0; piece < this.#pieces; piece++) this.#missing.add(piece);
    while (this.#asked < Math.min(AHEAD, this.#pieces)) this.#ask();
  }

  #ask(): void {
    this.extended(this.#peerExtensionId, metadataRequest(this.#asked++));
  }

  #take(payload: Uint8Array): void {
    const message = metadataMessage(payload);
    if (message === undefined || !this.#options.listener.wantsMetadata()) return;
    if (message.kind === 'reject') return this.close('remote');
    const { piece, data } = message;
    if (!this.#missing.has(piece) || piece >= this.#asked) return;
    const start = piece * METADATA_PIECE_LENGTH;
    if (data.length !== Math.min(METADATA_PIECE_LENGTH, this.#bytes.length - start))
      return this.close('bad-message');
    this.#missing.delete(piece);
    this.#bytes.set(data, start);
    this.#options.listener.onMetadataPiece();
    if (this.#asked < this.#pieces) this.#ask();
    if (this.#missing.size === 0) this.#options.listener.onMetadata(this.#bytes);
  }

  // What else a peer says of its pieces is of no interest here.

  override _onBitField(): void {
    // See above.
  }

  override _onHave(): void {
    // See above.
  }

  override _onPiece(): void {
    this.close('bad-message'); // nobody asked for one
  }

  override _onRequest(): void {
    // We have said that we have nothing.
  }
}
