/** The orders that the files of a torrent can have. */
export const FILE_ORDERS = ['path', 'tree', 'given', 'natural', 'size'] as const;

/**
 * How the files of a torrent are ordered:
 * - `path`: by the bytes of the whole path (`a b` before `a/x`), as mktorrent orders them. The default.
 * - `tree`: folder by folder by the bytes of the names (`a/x` before `a b`): the order of a file tree (BEP 52), so that of v2.
 * - `given`: the paths in the order in which they were given, each like `tree` below.
 * - `natural`: like `tree`, with numbers in names by their value: `episode 2` before `episode 10`.
 * - `size`: small files first, so that they are complete early; files of one size like `path`.
 */
export type FileOrder = (typeof FILE_ORDERS)[number];

/** What the entries of one folder are ordered by: keys that JavaScript's `<` compares. No two names have the same key. */
export type SortKey = (name: string, isFolder: boolean) => string;

/**
 * The key for an order. Ordering every folder by it and reading the tree from the top gives the order of the whole list (but
 * for `size`, which is left to do): a slash behind a folder's name makes its files compare as their whole paths would.
 */
export function sortKeyOf(order: FileOrder): SortKey {
  if (order === 'natural') return (name) => `${naturalKey(name)}\u0000${byteKey(name)}`;
  if (order === 'path' || order === 'size')
    return (name, isFolder) => (isFolder ? `${byteKey(name)}/` : byteKey(name));
  return byteKey;
}

/**
 * A text that compares as the UTF-8 bytes of `text` do. JavaScript compares UTF-16, where a surrogate sorts before U+E000 to
 * U+FFFF, though it stands for a character beyond: the two ranges change places.
 */
export function byteKey(text: string): string {
  if (!/[\ud800-\uffff]/.test(text)) return text;
  let key = '';
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit < 0xd800) key += text[at];
    else key += String.fromCharCode(unit < 0xe000 ? unit + 0x2000 : unit - 0x800);
  }
  return key;
}

/** Each number in the text is led by its count of digits, without leading zeros, so that longer numbers sort behind. */
function naturalKey(text: string): string {
  return byteKey(text).replace(/0*(\d+)/g, (_all, digits: string) => {
    return `0${String.fromCharCode(digits.length)}${digits}`;
  });
}
