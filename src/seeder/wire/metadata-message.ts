import { decodeBencode, encodeBencode, integerOf, isDictionary } from '../../bittorrent/bencode.ts';
import { BencodeCursor } from '../../bittorrent/bencode-cursor.ts';
import { scanBencode } from '../../bittorrent/bencode-scan.ts';
import { ProtocolError } from '../../bittorrent/errors.ts';

/** Bytes of a piece of metadata (BEP 9). */
export const METADATA_PIECE_LENGTH = 16 * 1024;

/** What a message of `ut_metadata` is: its `msg_type` (BEP 9). */
export const MetadataType = { request: 0, data: 1, reject: 2 } as const;

const LIMITS = { maxBytes: 64 * 1024, maxDepth: 3, maxItems: 64, allowsTrailingBytes: true };

/** A message of `ut_metadata` that answers us. */
export type MetadataMessage =
  | { readonly kind: 'data'; readonly piece: number; readonly data: Uint8Array }
  | { readonly kind: 'reject'; readonly piece: number };

/** The request for a piece of the metadata. */
export function metadataRequest(piece: number): Uint8Array {
  return encodeBencode({ msg_type: MetadataType.request, piece });
}

/** Reads a message of `ut_metadata` (BEP 9); undefined for a request, and for what cannot be read. `data` is a view. */
export function metadataMessage(payload: Uint8Array): MetadataMessage | undefined {
  try {
    scanBencode(payload, LIMITS);
    const header = new BencodeCursor(payload).raw(); // the data stands right behind it
    const message = decodeBencode(header, LIMITS);
    if (!isDictionary(message)) return undefined;
    const piece = integerOf(message['piece']);
    const type = integerOf(message['msg_type']);
    if (piece === undefined || piece < 0) return undefined;
    if (type === MetadataType.reject) return { kind: 'reject', piece };
    return type === MetadataType.data
      ? { kind: 'data', piece, data: payload.subarray(header.length) }
      : undefined;
  } catch (cause) {
    if (cause instanceof ProtocolError) return undefined;
    throw cause;
  }
}
