import { isUtf8 } from 'node:buffer';
import { type BencodeValue, integerOf } from '../bencode.ts';
import { ProtocolError } from '../errors.ts';
import { quoted } from '../text.ts';

/** What `NAME_MAX` is on NTFS and APFS; ext4 counts bytes, so a long name in a wide script fails there, when it is opened. */
const MAX_NAME_LENGTH = 255;
/** Legacy names: every byte has a character, so names that differ stay different. */
const LEGACY_TEXT = new TextDecoder('windows-1252');

/** An error about a metainfo file: one sentence, with the key at fault. */
export function metainfoError(message: string, field: string): ProtocolError {
  return new ProtocolError('ERR_METAINFO', message, { field });
}

/**
 * A name that is safe as one component of a path: joined to a folder it stays in that folder, on Windows too, and a terminal
 * takes no orders from it. Names that only Windows has no place for (`CON`, `a:b`, a trailing dot) are accepted: they are good
 * names elsewhere, and where they are not, opening the file fails. Bytes that are not UTF-8 are read as Windows-1252.
 * @throws {ProtocolError} ERR_METAINFO for an empty name, `.`, `..`, a separator, a control character, or more than 255 characters.
 */
export function safeName(value: BencodeValue | undefined, field: string): string {
  if (!(value instanceof Uint8Array) || value.length === 0)
    throw metainfoError(`"${field}" is missing or empty`, field);
  if (value.length > 4 * MAX_NAME_LENGTH) throw tooLong(field);
  const name = isUtf8(value) ? utf8Text(value) : LEGACY_TEXT.decode(value);
  if (name.length > MAX_NAME_LENGTH) throw tooLong(field);
  if (name === '.' || name === '..')
    throw metainfoError(`"${field}" contains ${quoted(name)}, which would leave the folder`, field);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
  if (/[/\\\u0000-\u001f\u007f-\u009f]/.test(name))
    throw metainfoError(
      `"${field}" contains ${quoted(name)}: separators and control characters are not allowed in a name`,
      field,
    );
  return name;
}

function utf8Text(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
}

function tooLong(field: string): ProtocolError {
  return metainfoError(`"${field}" contains a name of more than ${MAX_NAME_LENGTH} characters`, field);
}

/**
 * A length in bytes.
 * @throws {ProtocolError} ERR_METAINFO when it is missing, negative, or beyond 2^53.
 */
export function safeLength(value: BencodeValue | undefined, field: string): number {
  if (typeof value !== 'number') throw metainfoError(`"${field}" is missing or no number`, field);
  if (value < 0) throw metainfoError(`"${field}" is negative (${value})`, field);
  const length = integerOf(value);
  if (length === undefined) throw metainfoError(`"${field}" is larger than 2^53 bytes`, field);
  return length;
}
