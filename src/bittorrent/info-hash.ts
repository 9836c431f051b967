import { ProtocolError } from './errors.ts';
import { bytesEqual, fromHex, toHex } from './hex.ts';
import { quoted } from './text.ts';

declare const brand: unique symbol;

/** 20 bytes that name a torrent: the SHA-1 of its info dictionary, or a v2 SHA-256 cut to 20 bytes (BEP 3, BEP 52). */
export type InfoHash = Uint8Array & { readonly [brand]: 'InfoHash' };

/** Bytes of an info-hash on the wire. */
export const INFO_HASH_LENGTH = 20;
/** Bytes of a v2 info-hash that was not cut (BEP 52). */
export const INFO_HASH_V2_LENGTH = 32;

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

/** The name of a v2 torrent where 20 bytes are wanted: the first 20 of its 32 (BEP 52). */
export function truncatedInfoHash(infoHashV2: Uint8Array): InfoHash {
  return infoHashFromBytes(infoHashV2.subarray(0, INFO_HASH_LENGTH));
}

/** Whether a torrent has a v2 info-hash only, so that its swarm goes by the first 20 bytes of that (BEP 52). */
export function isNamedByV2Only(infoHash: InfoHash, infoHashV2: Uint8Array | null | undefined): boolean {
  return infoHashV2 != null && bytesEqual(infoHash, infoHashV2.subarray(0, INFO_HASH_LENGTH));
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

/** Hexadecimal digits of a whole v2 info-hash (BEP 52). */
const V2_DIGITS = 64;

/**
 * The info-hash by which the swarm of a torrent goes: from 40 hexadecimal digits, or from the 64 of a v2 info-hash, of which
 * trackers see the first 20 bytes (BEP 52).
 * @throws {ProtocolError} ERR_INFO_HASH for anything else.
 */
export function swarmHashFromHex(text: string): InfoHash {
  const isV2 = text.length === V2_DIGITS && fromHex(text) !== undefined;
  return infoHashFromHex(isV2 ? text.slice(0, 2 * INFO_HASH_LENGTH) : text);
}

/** 40 lower-case hexadecimal digits. */
export function infoHashToHex(infoHash: Uint8Array): string {
  return toHex(infoHash);
}
