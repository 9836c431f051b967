import { quoted } from '../bittorrent/text.ts';

/** Numbers and ranges that the server takes in one request. */
const MAX_PARTS = 10_000;

/**
 * Reads a list of pieces such as `0-99,200`, as the control API takes it: numbers, and ranges with both ends included.
 * @throws {Error} saying what is wrong with it.
 */
export function parsePieceList(text: string): (number | string)[] {
  const parts = text.split(',');
  if (parts.length > MAX_PARTS) throw new Error(`it has more than ${MAX_PARTS} parts`);
  return parts.map((part) => {
    const [, first, last] = /^\s*(\d{1,10})\s*(?:-\s*(\d{1,10})\s*)?$/.exec(part) ?? [];
    if (first === undefined) throw new Error(`${quoted(part)} is neither a number nor a range such as 0-99`);
    if (last === undefined) return Number(first);
    if (Number(last) < Number(first)) throw new Error(`the range ${quoted(part)} ends before it begins`);
    return `${Number(first)}-${Number(last)}`;
  });
}
