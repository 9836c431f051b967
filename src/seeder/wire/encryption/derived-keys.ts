import { createHash } from 'node:crypto';

/** Bytes of each hash below. */
export const HASH_LENGTH = 20;

/** HASH('req1', S): where it stands in the stream, the peer's padding ends. */
export function syncMark(secret: Uint8Array): Buffer {
  return hash('req1', secret);
}

/** HASH('req2', SKEY): what stands for an info-hash of 20 bytes, so that it need not be sent. */
export function skeyHash(infoHash: Uint8Array): Buffer {
  return hash('req2', infoHash);
}

/** Takes HASH('req3', S) off, or puts it on: what it hides is a {@link skeyHash}. */
export function maskedSkeyHash(bytes: Uint8Array, secret: Uint8Array): Buffer {
  const mask = hash('req3', secret);
  for (let i = 0; i < HASH_LENGTH; i++) mask[i] = (mask[i] as number) ^ (bytes[i] as number); // both have 20 bytes
  return mask;
}

/** HASH('keyA', S, SKEY): the key of what the one who connected sends. */
export function initiatorKey(secret: Uint8Array, infoHash: Uint8Array): Buffer {
  return hash('keyA', secret, infoHash);
}

/** HASH('keyB', S, SKEY): the key of what the one who was connected to sends. */
export function responderKey(secret: Uint8Array, infoHash: Uint8Array): Buffer {
  return hash('keyB', secret, infoHash);
}

function hash(label: string, ...parts: readonly Uint8Array[]): Buffer {
  const sha1 = createHash('sha1').update(label);
  for (const part of parts) sha1.update(part);
  return sha1.digest();
}
