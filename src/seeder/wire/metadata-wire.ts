import type { Socket } from 'node:net';
import type { PeerExtensions } from 'bittorrent-protocol';
import type { CloseReason } from '../counters.ts';
import { DirectWire } from './direct-wire.ts';
import { decodeExtendedHandshake, encodeExtendedHandshake } from './extended-handshake.ts';
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
  readonly peerId: Uint8Array;
  readonly clientVersion: string;
  /** All bytes are here; nobody has checked them. */
  readonly onMetadata: (bytes: Uint8Array) => void;
  readonly onClosed: (reason: CloseReason) => void;
  readonly onInternalError: (error: unknown) => void;
}

/** A connection on which nothing is wanted but the info dictionary of a torrent (BEP 9). */
export class MetadataWire extends DirectWire {
  readonly #options: MetadataWireOptions;
  #peerExtensionId = 0;
  #bytes = new Uint8Array(0);
  #pieces = 0;
  #asked = 0;
  readonly #missing = new Set<number>();

  constructor(options: MetadataWireOptions) {
    super(options.socket, options);
    this.#options = options;
    this.handshake(options.infoHash, options.peerId, {});
  }

  override _onHandshake(infoHash: Uint8Array, peerId: Uint8Array, extensions: PeerExtensions): void {
    const { infoHash: wanted, peerId: ownId } = this.#options;
    if (Buffer.compare(infoHash, wanted) !== 0) return this.close('unknown-info-hash');
    if (Buffer.compare(peerId, ownId) === 0) return this.close('self');
    if (extensions.extended !== true) return this.close('seed'); // it cannot say what we want to hear
    this.setBounds({ pieceCount: undefined });
    this.extended(0, this.#ownHandshake());
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
    if (this.#pieces > 0 || id === undefined) return;
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
    if (message === undefined) return;
    if (message.kind === 'reject') return this.close('remote');
    const { piece, data } = message;
    if (!this.#missing.has(piece) || piece >= this.#asked) return;
    const start = piece * METADATA_PIECE_LENGTH;
    if (data.length !== Math.min(METADATA_PIECE_LENGTH, this.#bytes.length - start))
      return this.close('bad-message');
    this.#missing.delete(piece);
    this.#bytes.set(data, start);
    if (this.#asked < this.#pieces) this.#ask();
    if (this.#missing.size === 0) this.#options.onMetadata(this.#bytes);
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
