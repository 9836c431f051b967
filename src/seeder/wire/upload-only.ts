/**
 * The message by which libtorrent says anew whether a peer wants nothing (BEP 21): one byte. It takes a second handshake (BEP 10) for
 * that only where it says yes.
 */
export const UPLOAD_ONLY = 'upload_only';

/** The payload. */
export function encodeUploadOnly(isUploadOnly: boolean): Uint8Array {
  return Uint8Array.of(isUploadOnly ? 1 : 0);
}
