import type { HashRange } from '../../bittorrent/metainfo/hash-range.ts';
import { MERKLE_HASH_LENGTH } from '../../bittorrent/metainfo/merkle.ts';
import { MessageId } from './message.ts';

/** A wish for hashes of a file's tree (BEP 52, "hash request"). The numbers are as the peer sent them, 32 bits each. */
export interface HashRequest extends HashRange {
  /** Names the file: the root of its tree, 32 bytes. */
  readonly piecesRoot: Uint8Array;
}

/** Bytes of a hash request or reject: id, root, base layer, index, length, proof layers. */
const HASH_REQUEST_LENGTH = 1 + MERKLE_HASH_LENGTH + 4 * 4;

/** Reads the numbers of a hash message, from its id on: {@link HASH_REQUEST_LENGTH} bytes at least. The root is a copy. */
export function decodeHashRequest(message: Buffer): HashRequest {
  const numbers = 1 + MERKLE_HASH_LENGTH;
  return {
    piecesRoot: new Uint8Array(message.subarray(1, numbers)),
    baseLayer: message.readUInt32BE(numbers),
    index: message.readUInt32BE(numbers + 4),
    length: message.readUInt32BE(numbers + 8),
    proofLayers: message.readUInt32BE(numbers + 12),
  };
}

/** Reads an answer, from its id on; undefined when it is too short, or holds no whole hashes. The hashes are a view. */
export function decodeHashes(
  message: Buffer,
): { readonly request: HashRequest; readonly hashes: Uint8Array } | undefined {
  const length = message.length - HASH_REQUEST_LENGTH;
  if (length < 0 || length % MERKLE_HASH_LENGTH !== 0) return undefined;
  return { request: decodeHashRequest(message), hashes: message.subarray(HASH_REQUEST_LENGTH) };
}

/** The message that asks for hashes, with its length before it (BEP 52). */
export function encodeHashRequest(request: HashRequest): Buffer {
  return encode(MessageId.hashRequest, request, new Uint8Array(0));
}

/** The message that brings hashes, with its length before it: the request said again, then the hashes (BEP 52). */
export function encodeHashes(request: HashRequest, hashes: Uint8Array): Buffer {
  return encode(MessageId.hashes, request, hashes);
}

/** The message that refuses a request, with its length before it (BEP 52). */
export function encodeHashReject(request: HashRequest): Buffer {
  return encode(MessageId.hashReject, request, new Uint8Array(0));
}

function encode(id: number, request: HashRequest, hashes: Uint8Array): Buffer {
  const message = Buffer.allocUnsafe(4 + HASH_REQUEST_LENGTH + hashes.length);
  message.writeUInt32BE(HASH_REQUEST_LENGTH + hashes.length, 0);
  message[4] = id;
  message.set(request.piecesRoot, 5);
  let at = 5 + MERKLE_HASH_LENGTH;
  for (const number of [request.baseLayer, request.index, request.length, request.proofLayers])
    at = message.writeUInt32BE(number, at);
  message.set(hashes, at);
  return message;
}
