import type { RequestFault } from './errors.ts';
import { INFO_HASH_V2_LENGTH } from './info-hash.ts';

const AMPERSAND = 0x26;
const EQUALS = 0x3d;
const PERCENT = 0x25;

/**
 * Takes the parameters of a query string one by one. `accept` gets where key and value lie in `query` (still percent-encoded)
 * and returns a fault to stop at.
 */
export function eachParameter(
  query: Uint8Array,
  start: number,
  end: number,
  accept: (keyStart: number, keyEnd: number, valueEnd: number) => RequestFault | undefined,
): RequestFault | undefined {
  for (let keyStart = start; keyStart < end; ) {
    const keyEnd = endOfKey(query, keyStart, end);
    const valueEnd = endOfValue(query, keyEnd, end);
    const fault = accept(keyStart, keyEnd, valueEnd);
    if (fault !== undefined) return fault;
    keyStart = valueEnd + 1;
  }
  return undefined;
}

/** Where the key that begins at `start` ends: at the first "=", or where the parameter ends. */
export function endOfKey(query: Uint8Array, start: number, end: number): number {
  let at = start;
  while (at < end && query[at] !== EQUALS && query[at] !== AMPERSAND) at++;
  return at;
}

/** Where the parameter ends that goes through `start`. */
export function endOfValue(query: Uint8Array, start: number, end: number): number {
  let at = start;
  while (at < end && query[at] !== AMPERSAND) at++;
  return at;
}

/** Whether the bytes from `start` to `end` are those of `name`. */
export function bytesAre(bytes: Uint8Array, start: number, end: number, name: Uint8Array): boolean {
  if (end - start !== name.length) return false;
  for (let i = 0; i < name.length; i++) if (bytes[start + i] !== name[i]) return false;
  return true;
}

/**
 * Percent-decodes (RFC 3986, so "+" is itself) exactly `out.length` bytes into `out`.
 * Returns false when the value decodes to another length or has a broken escape.
 */
export function decodeExactly(bytes: Uint8Array, start: number, end: number, out: Uint8Array): boolean {
  let written = 0;
  for (let at = start; at < end; at++) {
    if (written === out.length) return false;
    let byte = bytes[at] as number; // at < end <= bytes.length
    if (byte === PERCENT) {
      if (at + 2 >= end) return false;
      const high = HEX_VALUES[bytes[at + 1] as number] as number; // every byte has an entry; so below
      const low = HEX_VALUES[bytes[at + 2] as number] as number;
      byte = (high << 4) | low;
      if (byte < 0) return false;
      at += 2;
    }
    out[written++] = byte;
  }
  return written === out.length;
}

/**
 * Percent-decodes 20 or 32 bytes, and writes the first 20 of them into `out`: BEP 52 has v2 info-hashes cut, but not all clients do
 * so. Returns false when the value has another length or a broken escape.
 */
export function decodeInfoHash(bytes: Uint8Array, start: number, end: number, out: Uint8Array): boolean {
  if (decodeExactly(bytes, start, end, out)) return true;
  if (end - start < INFO_HASH_V2_LENGTH) return false;
  const whole = new Uint8Array(INFO_HASH_V2_LENGTH);
  if (!decodeExactly(bytes, start, end, whole)) return false;
  out.set(whole.subarray(0, out.length));
  return true;
}

/** The value of one hexadecimal digit, or -1 when the byte is none or lies outside. */
export function hexDigit(byte: number | undefined, isInside: boolean): number {
  return byte === undefined || !isInside ? -1 : (HEX_VALUES[byte] as number); // every byte has an entry
}

/** The value of every byte as a hexadecimal digit, -1 for those that are none. */
const HEX_VALUES = Int8Array.from({ length: 256 }, (_, byte) => {
  const value = '0123456789abcdef'.indexOf(String.fromCharCode(byte).toLowerCase());
  return byte < 0x80 ? value : -1;
});

/**
 * A decimal number without a sign, or -1 when it is none. Beyond 2^53 it is held there: some clients send 2^64 - 1 for
 * "I do not know yet".
 */
export function decimal(bytes: Uint8Array, start: number, end: number): number {
  if (start === end || end - start > 32) return -1;
  let value = 0;
  for (let at = start; at < end; at++) {
    const digit = (bytes[at] as number) - 0x30; // at < end <= bytes.length
    if (digit < 0 || digit > 9) return -1;
    value = value * 10 + digit;
  }
  return Math.min(value, Number.MAX_SAFE_INTEGER);
}

/** The value as ASCII text. */
export function asciiText(bytes: Uint8Array, start: number, end: number): string {
  return String.fromCharCode(...bytes.subarray(start, Math.min(end, start + MAX_TEXT)));
}

/** Texts in an announce are short: an address, a key, an event. */
const MAX_TEXT = 64;

/** Percent-encodes every byte that is not unreserved (RFC 3986, section 2.3). */
export function percentEncode(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) {
    const character = String.fromCharCode(byte);
    text += /[A-Za-z0-9._~-]/.test(character)
      ? character
      : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }
  return text;
}
