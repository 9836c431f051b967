import bencode from 'bencode';
import { type BencodeLimits, DEFAULT_BENCODE_LIMITS, scanBencode } from './bencode-scan.ts';
import { ProtocolError } from './errors.ts';

/** A decoded value. Byte strings stay bytes; keys are text (a key that is not UTF-8 becomes its hexadecimal form). */
export type BencodeValue = number | Uint8Array | readonly BencodeValue[] | BencodeDictionary;

/** A decoded dictionary. It has no prototype, so that a key such as `__proto__` is a key like any other. */
export interface BencodeDictionary {
  readonly [key: string]: BencodeValue;
}

/** What can be encoded: text is written as UTF-8, and undefined members of a dictionary are left out. */
export type BencodeInput = number | string | Uint8Array | BencodeContainerInput;

type BencodeContainerInput = readonly BencodeInput[] | { readonly [key: string]: BencodeInput | undefined };

/**
 * Decodes one bencoded value (BEP 3) that fills `bytes`.
 * The structure is checked against `limits` first, so hostile bytes fail before anything is built.
 * @throws {ProtocolError} ERR_BENCODE, and nothing else.
 */
export function decodeBencode(
  bytes: Uint8Array,
  limits: BencodeLimits = DEFAULT_BENCODE_LIMITS,
): BencodeValue {
  scanBencode(bytes, limits);
  return decodeScanned(bytes);
}

/** Decodes bytes that {@link scanBencode} has found well formed. */
export function decodeScanned(bytes: Uint8Array): BencodeValue {
  try {
    return withoutPrototypes(bencode.decode(bytes));
  } catch (cause) {
    throw new ProtocolError('ERR_BENCODE', 'not valid bencode', { cause });
  }
}

/** Encodes a value canonically: keys in the order of their bytes, integers without leading zeros (BEP 3). */
export function encodeBencode(value: BencodeInput): Uint8Array {
  const parts: Uint8Array[] = [];
  appendValue(parts, value);
  return Buffer.concat(parts);
}

const DICTIONARY_START = Buffer.from('d');
const LIST_START = Buffer.from('l');
const END = Buffer.from('e');

/** Containers are put together here: the package sorts keys by UTF-16 units where BEP 3 asks for raw bytes. */
function appendValue(parts: Uint8Array[], value: BencodeInput): void {
  if (typeof value === 'object' && !(value instanceof Uint8Array)) return appendContainer(parts, value);
  if (typeof value === 'number' && !Number.isSafeInteger(value)) {
    throw new ProtocolError('ERR_BENCODE', `${value} cannot be written in bencode: it is no safe integer`);
  }
  parts.push(bencode.encode(value));
}

function appendContainer(parts: Uint8Array[], value: BencodeContainerInput): void {
  if (isInputList(value)) {
    parts.push(LIST_START);
    for (const member of value) appendValue(parts, member);
  } else {
    parts.push(DICTIONARY_START);
    for (const [key, keyBytes] of sortedKeys(value)) {
      const member = value[key];
      if (member === undefined) continue;
      parts.push(bencode.encode(keyBytes));
      appendValue(parts, member);
    }
  }
  parts.push(END);
}

function sortedKeys(dictionary: object): [string, Buffer][] {
  return Object.keys(dictionary)
    .map((key): [string, Buffer] => [key, Buffer.from(key, 'utf8')])
    .sort(([, a], [, b]) => Buffer.compare(a, b));
}

function isInputList(value: BencodeContainerInput): value is readonly BencodeInput[] {
  return Array.isArray(value);
}

/** Takes the prototype from every dictionary, in place. The package built them, and nobody else holds them. */
function withoutPrototypes(value: unknown): BencodeValue {
  if (typeof value === 'object' && value !== null && !(value instanceof Uint8Array)) {
    if (!Array.isArray(value)) Object.setPrototypeOf(value, null);
    for (const member of Object.values(value)) withoutPrototypes(member);
  }
  return value as BencodeValue; // the package returns numbers, bytes, lists and dictionaries only
}

/** Whether a decoded value is a dictionary. */
export function isDictionary(value: BencodeValue | undefined): value is BencodeDictionary {
  return typeof value === 'object' && !Array.isArray(value) && !(value instanceof Uint8Array);
}

/** The text of a byte string, or undefined when the value is none. Bytes that are not UTF-8 become U+FFFD. */
export function textOf(value: BencodeValue | undefined): string | undefined {
  return value instanceof Uint8Array ? Buffer.from(value).toString('utf8') : undefined;
}

/** The integer, or undefined when the value is none. */
export function integerOf(value: BencodeValue | undefined): number | undefined {
  return typeof value === 'number' ? value : undefined;
}
