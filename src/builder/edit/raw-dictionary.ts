import { type BencodeInput, encodeBencode } from '../../bittorrent/bencode.ts';
import { BencodedDictionary } from '../../bittorrent/bencode-dictionary.ts';
import { bytesEqual } from '../../bittorrent/hex.ts';
import { METAINFO_LIMITS } from '../../bittorrent/metainfo/parse.ts';

/** A bencoded dictionary whose members can be changed one by one; all others keep their bytes, whatever they are. */
export class RawDictionary {
  /** By the key's bytes as Latin-1: the order of such strings is that of the bytes. */
  readonly #members = new Map<string, Uint8Array>();
  readonly #isSorted: boolean;
  #isChanged = false;

  /**
   * @param bytes what follows behind the dictionary is left out.
   * @throws {ProtocolError} ERR_BENCODE when it is no dictionary.
   */
  constructor(bytes: Uint8Array) {
    const dictionary = new BencodedDictionary(bytes, { ...METAINFO_LIMITS, allowsTrailingBytes: true });
    for (const [key, raw] of dictionary.entries())
      this.#members.set(Buffer.from(key).toString('latin1'), raw);
    const keys = [...this.#members.keys()];
    this.#isSorted = keys.every((key, at) => at === 0 || (keys[at - 1] ?? '') < key);
  }

  /** Whether the keys stood in the order that bencode wants. */
  get isSorted(): boolean {
    return this.#isSorted;
  }

  /** Whether a member is not what it was. */
  get isChanged(): boolean {
    return this.#isChanged;
  }

  has(key: string): boolean {
    return this.#members.has(key);
  }

  /** The value as it stands, bencoded; a view. */
  raw(key: string): Uint8Array | undefined {
    return this.#members.get(key);
  }

  /** Encodes a value under a key (ASCII); undefined takes the key away. */
  set(key: string, value: BencodeInput | undefined): void {
    if (value !== undefined) this.setRaw(key, encodeBencode(value));
    else if (this.#members.delete(key)) this.#isChanged = true;
  }

  /** Puts bencoded bytes under a key (ASCII). */
  setRaw(key: string, raw: Uint8Array): void {
    const before = this.#members.get(key);
    if (before !== undefined && bytesEqual(before, raw)) return;
    this.#members.set(key, raw);
    this.#isChanged = true;
  }

  /** The dictionary, with its keys in order (BEP 3). */
  encode(): Uint8Array {
    const parts: Uint8Array[] = [Buffer.from('d')];
    for (const [key, raw] of [...this.#members].sort(([a], [b]) => (a < b ? -1 : 1)))
      parts.push(Buffer.from(`${key.length}:${key}`, 'latin1'), raw);
    return Buffer.concat([...parts, Buffer.from('e')]);
  }
}
