/** The lowest limit: below it a block of 16 KiB takes longer than clients wait for one. */
const MIN_BYTES_PER_SECOND = 1024;
/** Far beyond any line. */
const MAX_BYTES_PER_SECOND = 1e12;

const RATE = /^(\d{1,15}(?:\.\d{1,3})?) ?(?:B|([kKmMgG])(?:i?B)?|([kKmMgG]?)(?:bit|bps))?(?:\/s)?$/;

/**
 * Bytes a second as people write them: `800K`, `1.5 MiB/s` (1024 each), `10mbit` (a million bits each), `65536`; `none` is null.
 * @throws {Error} a plain one that says what it takes.
 */
export function parseRate(text: string): number | null {
  if (text.trim() === 'none') return null;
  const [, number, bytes, bits] = RATE.exec(text.trim()) ?? [];
  if (number === undefined)
    throw new Error('it takes bytes a second such as 800K or 5M, bits such as 10mbit, or none');
  return checkRate(
    bits === undefined ? Number(number) * 1024 ** power(bytes) : (Number(number) * 1000 ** power(bits)) / 8,
  );
}

/**
 * Whole bytes a second within bounds.
 * @throws {Error} a plain one that says what it takes.
 */
export function checkRate(bytesPerSecond: number): number {
  if (!(bytesPerSecond >= MIN_BYTES_PER_SECOND && bytesPerSecond <= MAX_BYTES_PER_SECOND))
    throw new Error('it takes a rate from 1K (1024 bytes a second) to 1e12 bytes a second, or none');
  return Math.round(bytesPerSecond);
}

/** A rate for people: `2 MiB/s`, `976.6 KiB/s`; null: `no limit`. */
export function formatRate(bytesPerSecond: number | null): string {
  if (bytesPerSecond === null) return 'no limit';
  const exponent = Math.min(3, Math.floor(Math.log2(Math.max(1, bytesPerSecond)) / 10));
  const value = bytesPerSecond / 1024 ** exponent;
  return `${Number(value.toFixed(1))} ${['B', 'KiB', 'MiB', 'GiB'][exponent]}/s`;
}

function power(letter = ''): number {
  return 'kmg'.indexOf(letter.toLowerCase() || '-') + 1;
}
