import type { CloseReason } from '../counters.ts';
import {
  decodeExtendedHandshake,
  encodeExtendedHandshake,
  type OwnExtendedHandshake,
} from './extended-handshake.ts';
import { LeechingWire } from './leeching-wire.ts';
import { LT_DONTHAVE, LT_DONTHAVE_ID } from './lt-donthave.ts';
import { encodeUploadOnly, UPLOAD_ONLY } from './upload-only.ts';
import { type MetadataSource, UT_METADATA, utMetadata } from './ut-metadata.ts';
import { UT_PEX, UT_PEX_ID } from './ut-pex.ts';
import type { DiscoverySink, OwnHandshake, WireTorrent } from './wire-types.ts';

/** What a peer holds that does not say how much (libtorrent's guess is the same). */
const DEFAULT_PEER_REQUESTS = 250;
/** Metadata is sent while fewer bytes wait; else the peer asks again. */
const METADATA_ROOM_BYTES = 256 * 1024;
/** Our id for messages of `ut_metadata`, the only extension that the package is given. */
const UT_METADATA_ID = 1;

/** By their names, those to whom we may send messages. */
const SPOKEN: ReadonlySet<string> = new Set([UT_METADATA, LT_DONTHAVE, UT_PEX, UPLOAD_ONLY]);

/** What is said by BEP 10: who the peer is, metadata (BEP 9), other peers (BEP 11), and where its DHT node is (BEP 5). */
export class ExtendedWire extends LeechingWire {
  /** Whoever looks for other peers; undefined: nobody does, as for a private torrent. */
  discovery: DiscoverySink | undefined;
  /** What the peer calls itself. */
  client: string | undefined;
  /** The peer says it wants nothing (BEP 21). */
  isUploadOnly = false;
  /** Requests that the peer holds. */
  peerMaxRequests = DEFAULT_PEER_REQUESTS;
  /** Where the peer says that it listens. */
  theirListenPort: number | undefined;
  #own: OwnExtendedHandshake | undefined;
  /** Its handshake of BEP 10 has come. */
  #isHeard = false;
  /** What was said before that has to be said again: it could not be said in the peer's words. */
  #wantsUntold = false;

  /** It has not said yet by which ids it takes extensions, and is about to. */
  protected get isSilent(): boolean {
    return !this.#isHeard && this.peerExtensions.extended === true;
  }

  /** Whether the peer takes messages of `ut_pex`. */
  get knowsPex(): boolean {
    return UT_PEX in this.peerExtendedMapping;
  }

  /** Sends a message of `ut_pex` (BEP 11) to a peer that takes them. */
  sendPex(payload: Uint8Array): void {
    const id = this.peerExtendedMapping[UT_PEX];
    if (id !== undefined && !this.isClosed) this.extended(id, payload);
  }

  /** What is answered about the torrent from now on. */
  protected describe(
    torrent: WireTorrent,
    own: OwnHandshake,
    { onMetadataSent }: Pick<MetadataSource, 'onMetadataSent'>,
  ): void {
    // BEP 27: peers of a private torrent are not told of each other.
    const pex = torrent.isPrivate ? {} : { [UT_PEX]: UT_PEX_ID };
    this.#own = {
      ...own,
      extensions: { [UT_METADATA]: UT_METADATA_ID, [LT_DONTHAVE]: LT_DONTHAVE_ID, ...pex },
    };
    const { infoBytes } = torrent;
    const hasRoom = (): boolean => this.queuedBytes < METADATA_ROOM_BYTES;
    this.use(utMetadata({ infoBytes, hasRoom, onMetadataSent }));
  }

  /** Takes back that we want nothing (BEP 21): we lost a piece. Else who has nothing to give us now, nor to get, would leave. */
  wantsAgain(): void {
    if (this.#own?.isUploadOnly !== true || this.isClosed) return;
    this.#own = { ...this.#own, isUploadOnly: false };
    this.#wantsUntold = this.isSilent;
    this.#tellWants();
  }

  #tellWants(): void {
    const id = this.peerExtendedMapping[UPLOAD_ONLY];
    if (id !== undefined) this.extended(id, encodeUploadOnly(false));
    else if (this.peerExtensions.extended === true) this._sendExtendedHandshake();
  }

  /** Ends the connection; whoever looks for other peers hears no more of it. */
  override close(reason: CloseReason): void {
    this.discovery = undefined;
    super.close(reason);
  }

  // --- what the package calls ---

  /** Says once more what we are (BEP 10): we want nothing from now on (BEP 21). */
  protected tellUploadOnly(): void {
    if (this.#own === undefined || this.#own.isUploadOnly || this.isClosed) return;
    this.#own = { ...this.#own, isUploadOnly: true };
    if (this._extendedHandshakeSent) this._sendExtendedHandshake();
  }

  override _sendExtendedHandshake(): void {
    if (this.#own === undefined) return;
    this.extended(0, encodeExtendedHandshake(this.#own));
    this._extendedHandshakeSent = true;
  }

  override _onPort(port: number): void {
    if (port > 0) this.discovery?.onDhtPort(port);
  }

  override _onExtended(id: number, payload: Uint8Array): void {
    if (id === UT_PEX_ID) return this.discovery?.onPex(payload);
    if (id !== 0) return super._onExtended(id, payload);
    const handshake = decodeExtendedHandshake(payload);
    if (handshake === undefined) return;
    for (const [name, extensionId] of handshake.extensions)
      if (SPOKEN.has(name)) this.peerExtendedMapping[name] = extensionId;
    this.client = handshake.client ?? this.client;
    this.isUploadOnly = handshake.isUploadOnly;
    this.peerMaxRequests = handshake.maxRequests ?? this.peerMaxRequests;
    this.theirListenPort = handshake.port ?? this.theirListenPort;
    if (!this.#isHeard) this.#heard();
  }

  #heard(): void {
    this.#isHeard = true;
    this.onHeard();
    if (this.#wantsUntold && !this.isClosed) this.#tellWants(); // behind that: libtorrent does not believe it of a seed
    this.#wantsUntold = false;
  }

  /** The peer has said for the first time by which ids it takes extensions. */
  protected onHeard(): void {
    // Nothing waited for it.
  }
}
