import type Wire from 'bittorrent-protocol';
import type { WireExtension } from 'bittorrent-protocol';
import {
  type BencodeValue,
  decodeBencode,
  encodeBencode,
  integerOf,
  isDictionary,
} from '../../bittorrent/bencode.ts';
import { ProtocolError } from '../../bittorrent/errors.ts';
import { METADATA_PIECE_LENGTH, MetadataType } from './metadata-message.ts';

/** The name that BEP 9 gives the extension. */
export const UT_METADATA = 'ut_metadata';

const LIMITS = { maxBytes: 4096, maxDepth: 3, maxItems: 64 };

/** The whole info dictionary may be asked for so many times on one connection; who asks for more is refused. */
const MAX_ROUNDS = 3;

/** What the extension needs to answer. */
export interface MetadataSource {
  /** The info dictionary as it stands in the torrent; undefined while the torrent is not known. */
  readonly infoBytes: Uint8Array | undefined;
  /** Whether the connection takes more bytes now; if not, the request is refused and the peer asks again. */
  hasRoom(): boolean;
  onMetadataSent(): void;
}

/** Pieces of `infoBytes` in the sense of BEP 9. */
function metadataPieceCount(infoBytes: Uint8Array): number {
  return Math.ceil(infoBytes.length / METADATA_PIECE_LENGTH);
}

/**
 * Answers requests for the info dictionary (BEP 9), so that a magnet link is enough. We never ask: we have it.
 * Returns the class that the package's `use` wants, bound to its source.
 */
export function utMetadata(source: MetadataSource): {
  new (wire: Wire): WireExtension;
  prototype: { name: string };
} {
  class UtMetadata implements WireExtension {
    declare readonly name: string;
    readonly #wire: Wire;
    #sent = 0;

    constructor(wire: Wire) {
      this.#wire = wire;
    }

    onMessage(payload: Uint8Array): void {
      const piece = requestedPiece(payload);
      if (piece === undefined) return;
      const { infoBytes } = source;
      const count = infoBytes === undefined ? 0 : metadataPieceCount(infoBytes);
      const isServed =
        infoBytes !== undefined && piece < count && this.#sent < MAX_ROUNDS * count && source.hasRoom();
      if (!isServed) return this.#send({ msg_type: MetadataType.reject, piece });
      this.#sent++;
      const start = piece * METADATA_PIECE_LENGTH;
      const data = infoBytes.subarray(start, start + METADATA_PIECE_LENGTH);
      this.#send({ msg_type: MetadataType.data, piece, total_size: infoBytes.length }, data);
      source.onMetadataSent();
    }

    #send(header: Record<string, number>, data: Uint8Array = new Uint8Array(0)): void {
      const id = this.#wire.peerExtendedMapping[UT_METADATA];
      if (id === undefined) return; // it asked without saying that it understands the answer
      this.#wire.extended(id, Buffer.concat([encodeBencode(header), data]));
    }
  }
  Object.defineProperty(UtMetadata.prototype, 'name', { value: UT_METADATA });
  return UtMetadata as typeof UtMetadata & { prototype: { name: string } }; // defined in the line above
}

/** The piece that a message asks for; undefined when it is another message or none at all. */
function requestedPiece(payload: Uint8Array): number | undefined {
  if (payload.length > LIMITS.maxBytes) return undefined; // data that nobody asked for
  const message = decoded(payload);
  if (!isDictionary(message) || integerOf(message['msg_type']) !== MetadataType.request) return undefined;
  const piece = integerOf(message['piece']);
  return piece !== undefined && piece >= 0 ? piece : undefined;
}

function decoded(payload: Uint8Array): BencodeValue | undefined {
  try {
    return decodeBencode(payload, LIMITS);
  } catch (cause) {
    if (cause instanceof ProtocolError) return undefined;
    throw cause;
  }
}
