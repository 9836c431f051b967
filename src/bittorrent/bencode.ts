import bencode from 'bencode';
import { type BencodeLimits, DEFAULT_BENCODE_LIMITS, scanBencode } from './bencode-scan.ts';
import { ProtocolError } from './errors.ts';

/** A decoded value. Byte strings stay bytes; keys are text (a key that is not UTF-8 becomes its hexadecimal form). */
export type BencodeValue = number | Uint8Array | readonly BencodeValue[] | BencodeDictionary;

/** A decoded dictionary. It has no prototype, so that `constructor` and the like are undefined unless they were sent. */
export interface BencodeDictionary {
  readonly [key: string]: BencodeValue;
}

/** What can be encoded: text is written as UTF-8, and undefined members of a dictionary are left out. */
export type BencodeInput = number | string | Uint8Array | BencodeContainerInput;

type BencodeContainerInput = readonly BencodeInput[] | { readonly [key: string]: BencodeInput | undefined };

/**
 * Decodes one bencoded value (BEP 3) that fills `bytes`. Nothing in the result is a view of `bytes`.
 * The structure is checked against `limits` first, so hostile bytes fail before anything is built.
 * @throws {ProtocolError} ERR_BENCODE, and nothing else.
 */
export function decodeBencode(
  bytes: Uint8Array,
  limits: BencodeLimits = DEFAULT_BENCODE_LIMITS,
): BencodeValue {
  const { keyCount } = scanBencode(bytes, limits);
  const value = decodedByPackage(bytes);
  // The package keeps the last of several keys that are (or that it takes for) the same, and swallows `__proto__`.
  if (withoutPrototypes(value) !== keyCount) {
    throw new ProtocolError('ERR_BENCODE', 'not valid bencode: a dictionary has the same key twice');
  }
  return value as BencodeValue; // the package returns numbers, bytes, lists and dictionaries only
}

function decodedByPackage(bytes: Uint8Array): unknown {
  try {
    // As a Buffer, so that the package copies it once and not twice.
    return bencode.decode(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  } catch (cause) {
    throw new ProtocolError('ERR_BENCODE', 'not valid bencode', { cause });
  } finally {
    bencode.decode.data = null; // or the package would hold its copy until the next message comes
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

/** Takes the prototype from every dictionary, in place (the package built them, nobody else holds them), and counts the keys. */
function withoutPrototypes(value: unknown): number {
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return 0;
  if (Array.isArray(value)) return sumOf(value);
  Object.setPrototypeOf(value, null);
  const members = Object.values(value);
  return members.length + sumOf(members);
}

function sumOf(values: readonly unknown[]): number {
  let keys = 0;
  for (const value of values) if (typeof value === 'object') keys += withoutPrototypes(value);
  return keys;
}

/** Whether a decoded value is a dictionary. */
export function isDictionary(value: BencodeValue | undefined): value is BencodeDictionary {
  return typeof value === 'object' && !Array.isArray(value) && !(value instanceof Uint8Array);
}

/** The text of a byte string, or undefined when the value is none. Bytes that are not UTF-8 become U+FFFD. */
export function textOf(value: BencodeValue | undefined): string | undefined {
  return value instanceof Uint8Array ? Buffer.from(value).toString('utf8') : undefined;
}

/** The integer, or undefined when the value is none or lies beyond 2^53, where digits are lost. */
export function integerOf(value: BencodeValue | undefined): number | undefined {
  return Number.isSafeInteger(value) ? (value as number) : undefined; // a safe integer is a number
}
