import { INFO_HASH_LENGTH } from '../../bittorrent/info-hash.ts';

/** What a line of a list of info-hashes is. */
export type HashLine = 'hash' | 'nothing' | 'bad';

const HASH_DIGITS = 2 * INFO_HASH_LENGTH;
/** A v2 info-hash (BEP 52), of which a tracker sees the first 20 bytes. */
const V2_DIGITS = 64;
const [SPACE, TAB, HASH_SIGN, COMMA, SEMICOLON, MINUS] = [0x20, 0x09, 0x23, 0x2c, 0x3b, 0x2d];
const BYTE_ORDER_MARK = [0xef, 0xbb, 0xbf];

/**
 * Reads a line of a list in opentracker's format: 40 hexadecimal digits, or the 64 of a v2 info-hash, and behind a blank whatever
 * anybody likes to note. Empty lines and those that begin with `#` or `-` mean nothing. The 20 bytes are written into `out`.
 */
export function readHashLine(bytes: Uint8Array, start: number, end: number, out: Uint8Array): HashLine {
  let at = start;
  if (BYTE_ORDER_MARK.every((byte, i) => at + i < end && bytes[at + i] === byte))
    at += BYTE_ORDER_MARK.length;
  while (at < end && isBlank(bytes[at])) at++;
  if (at === end || bytes[at] === HASH_SIGN || bytes[at] === MINUS) return 'nothing';
  let digits = 0;
  for (; at + digits < end; digits++) {
    const value = digitOf(bytes[at + digits] as number); // below end; so below
    if (value < 0) break;
    if (digits >= HASH_DIGITS) continue;
    const i = digits >> 1;
    out[i] = digits % 2 === 0 ? value << 4 : (out[i] as number) | value;
  }
  if (digits !== HASH_DIGITS && digits !== V2_DIGITS) return 'bad';
  return at + digits === end || isSeparator(bytes[at + digits] as number) ? 'hash' : 'bad';
}

function isBlank(byte: number | undefined): boolean {
  return byte === SPACE || byte === TAB;
}

function isSeparator(byte: number): boolean {
  return isBlank(byte) || byte === HASH_SIGN || byte === COMMA || byte === SEMICOLON;
}

/** The value of a hexadecimal digit, or -1. */
function digitOf(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const letter = byte | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1;
}
