const SIZE = /^(\d{1,15}(?:\.\d{1,3})?) ?(?:B|([kKMGTP])(i?)B)?$/;
/** Far beyond any month. */
const MAX_BYTES = 1e15;

/**
 * Bytes as people write them: `2TB` (by 1000, as lines are sold), `500 GiB` (by 1024), `1000000`; `none` is null.
 * @throws {Error} a plain one that says what it takes.
 */
export function parseSize(text: string): number | null {
  if (text.trim() === 'none') return null;
  const [, number, letter = '', binary] = SIZE.exec(text.trim()) ?? [];
  if (number === undefined)
    throw new Error('it takes bytes such as 2TB (by 1000) or 500GiB (by 1024), or none');
  const power = 'kmgtp'.indexOf(letter.toLowerCase() || '-') + 1;
  return checkSize(Number(number) * (binary === 'i' ? 1024 : 1000) ** power);
}

/**
 * Whole bytes within bounds.
 * @throws {Error} a plain one that says what it takes.
 */
export function checkSize(bytes: number): number {
  if (!(bytes >= 1 && bytes <= MAX_BYTES)) throw new Error('it takes from 1 to 1e15 bytes (1PB), or none');
  return Math.round(bytes);
}
