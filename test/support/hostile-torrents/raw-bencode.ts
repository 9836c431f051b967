/** Bencode that stands as it is, well formed or not. */
export class Raw {
  readonly bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }
}

/** What can be written here: text becomes UTF-8, a dictionary's keys are sorted, undefined members are left out. */
export type RawInput = number | bigint | string | Uint8Array | Raw | readonly RawInput[] | RawMembers;

/** Members of a dictionary. */
export interface RawMembers {
  readonly [key: string]: RawInput | undefined;
}

/** A key and its value, in the order in which they are written. */
export type RawPair = readonly [key: string | Uint8Array | Raw, value: RawInput];

/** Bencode from Latin-1 text: one character a byte. */
export function raw(text: string): Raw {
  return new Raw(Buffer.from(text, 'latin1'));
}

/** A dictionary with its keys as they come: out of order, doubled, or no strings at all. */
export function inOrder(pairs: readonly RawPair[]): Raw {
  const members = pairs.flatMap(([key, value]) => [bencodeRaw(key), bencodeRaw(value)]);
  return new Raw(Buffer.concat([Buffer.from('d'), ...members, Buffer.from('e')]));
}

/** The same with keys and values in turns: `dict('a', 1, 'a', 2)`. */
export function dict(...keysAndValues: readonly RawInput[]): Raw {
  return new Raw(Buffer.concat([Buffer.from('d'), ...keysAndValues.map(bencodeRaw), Buffer.from('e')]));
}

/** The pairs of a dictionary in their canonical order, to be spoilt and given to {@link inOrder}. */
export function pairsOf(members: RawMembers): RawPair[] {
  return Object.entries(members)
    .filter((pair): pair is [string, RawInput] => pair[1] !== undefined)
    .sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
}

/** Encodes a value; it shares nothing with the encoder of the product, which would refuse half of what is wanted here. */
export function bencodeRaw(value: RawInput): Uint8Array {
  if (value instanceof Raw) return value.bytes;
  if (typeof value === 'number' || typeof value === 'bigint') return Buffer.from(`i${value}e`);
  if (typeof value === 'string') return bencodeRaw(Buffer.from(value, 'utf8'));
  if (value instanceof Uint8Array) return Buffer.concat([Buffer.from(`${value.length}:`), value]);
  if (isList(value)) return Buffer.concat([Buffer.from('l'), ...value.map(bencodeRaw), Buffer.from('e')]);
  return inOrder(pairsOf(value)).bytes;
}

function isList(value: readonly RawInput[] | RawMembers): value is readonly RawInput[] {
  return Array.isArray(value);
}
