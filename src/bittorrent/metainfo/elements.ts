import { type BencodeValue, decodeBencode } from '../bencode.ts';
import { BencodeCursor } from '../bencode-cursor.ts';
import type { BencodeLimits } from '../bencode-scan.ts';
import { ProtocolError } from '../errors.ts';

/** One element: an address, a tier, a hash, a name. */
const ELEMENT_LIMITS: BencodeLimits = { maxBytes: 256 * 1024, maxDepth: 3, maxItems: 2000 };
const LETTER_L = 0x6c;

/** Whether a bencoded value is a list. */
export function isList(raw: Uint8Array | undefined): raw is Uint8Array {
  return raw?.[0] === LETTER_L;
}

/**
 * The first elements of a bencoded list that nobody depends on, or the value that is no list; without those that are too large to be
 * what is looked for. A torrent with a bad tracker still works.
 */
export function elementsOf(raw: Uint8Array | undefined, max: number): BencodeValue[] {
  if (raw === undefined) return [];
  if (!isList(raw)) return decoded(raw);
  const values: BencodeValue[] = [];
  const cursor = new BencodeCursor(raw);
  cursor.enter();
  while (!cursor.isAtEnd && values.length < max) values.push(...decoded(cursor.raw()));
  return values;
}

function decoded(raw: Uint8Array): BencodeValue[] {
  try {
    return [decodeBencode(raw, ELEMENT_LIMITS)];
  } catch (cause) {
    if (cause instanceof ProtocolError) return [];
    throw cause;
  }
}
