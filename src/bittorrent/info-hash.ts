import { ProtocolError } from './errors.ts';
import { fromHex, toHex } from './hex.ts';
import { quoted } from './text.ts';

declare const brand: unique symbol;

/** 20 bytes that name a torrent: the SHA-1 of its info dictionary, or a v2 SHA-256 cut to 20 bytes (BEP 3, BEP 52). */
export type InfoHash = Uint8Array & { readonly [brand]: 'InfoHash' };

/** Bytes of an info-hash on the wire. */
export const INFO_HASH_LENGTH = 20;

/**
 * A copy of `bytes` as an info-hash.
 * @throws {ProtocolError} ERR_INFO_HASH unless there are 20 bytes.
 */
export function infoHashFromBytes(bytes: Uint8Array): InfoHash {
  if (bytes.length !== INFO_HASH_LENGTH) {
    throw new ProtocolError('ERR_INFO_HASH', `an info-hash has 20 bytes, this one has ${bytes.length}`);
  }
  return new Uint8Array(bytes) as InfoHash; // the one constructor of the brand
}

/**
 * The info-hash that 40 hexadecimal digits spell.
 * @throws {ProtocolError} ERR_INFO_HASH for anything else.
 */
export function infoHashFromHex(text: string): InfoHash {
  const bytes = text.length === 2 * INFO_HASH_LENGTH ? fromHex(text) : undefined;
  if (bytes === undefined) {
    throw new ProtocolError(
      'ERR_INFO_HASH',
      `${quoted(text)} is no info-hash: it takes 40 hexadecimal digits`,
    );
  }
  return infoHashFromBytes(bytes);
}

/** 40 lower-case hexadecimal digits. */
export function infoHashToHex(infoHash: Uint8Array): string {
  return toHex(infoHash);
}
