import { BuilderError } from '../hashing/errors.ts';

const COLON = 0x3a;
const LETTER_D = 0x64;
const LETTER_E = 0x65;
const LETTER_I = 0x69;
const LETTER_L = 0x6c;

/**
 * The same value as an encoder would write it (BEP 3): keys in order at every depth, no leading zeros.
 * @param bytes bencode that was found well formed, and not too deep.
 * @throws {BuilderError} ERR_METAINFO when a dictionary has a key twice.
 */
export function canonicalBencode(bytes: Uint8Array): Uint8Array {
  return new CanonicalReader(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)).value();
}

class CanonicalReader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  value(): Buffer {
    const byte = this.#bytes[this.#at];
    if (byte === LETTER_D) return this.#dictionary();
    if (byte === LETTER_L) return this.#list();
    return byte === LETTER_I ? this.#integer() : this.#string();
  }

  #dictionary(): Buffer {
    const members: { readonly key: Buffer; readonly value: Buffer }[] = [];
    this.#at++;
    while (this.#bytes[this.#at] !== LETTER_E) {
      const key = this.#stringBytes();
      members.push({ key, value: this.value() });
    }
    this.#at++;
    members.sort((a, b) => Buffer.compare(a.key, b.key));
    if (members.some(({ key }, at) => members[at - 1]?.key.equals(key) === true))
      throw new BuilderError('ERR_METAINFO', 'the info dictionary has a key twice, so it cannot be mended');
    const parts = members.flatMap(({ key, value }) => [Buffer.from(`${key.length}:`), key, value]);
    return Buffer.concat([Buffer.from('d'), ...parts, Buffer.from('e')]);
  }

  #list(): Buffer {
    const parts: Buffer[] = [];
    this.#at++;
    while (this.#bytes[this.#at] !== LETTER_E) parts.push(this.value());
    this.#at++;
    return Buffer.concat([Buffer.from('l'), ...parts, Buffer.from('e')]);
  }

  #integer(): Buffer {
    const end = this.#bytes.indexOf(LETTER_E, this.#at);
    const digits = this.#bytes.toString('latin1', this.#at + 1, end).replace(/^(-?)0+(?=\d)/, '$1');
    this.#at = end + 1;
    return Buffer.from(`i${digits}e`);
  }

  #string(): Buffer {
    const bytes = this.#stringBytes();
    return Buffer.concat([Buffer.from(`${bytes.length}:`), bytes]);
  }

  #stringBytes(): Buffer {
    const colon = this.#bytes.indexOf(COLON, this.#at);
    const start = colon + 1;
    this.#at = start + Number(this.#bytes.toString('latin1', this.#at, colon));
    return this.#bytes.subarray(start, this.#at);
  }
}
