import { InvalidArgumentError } from 'commander';
import type { DhtNode } from '../bittorrent/metainfo/metainfo.ts';
import { isPieceLengthTool, PIECE_LENGTH_RULES, type PieceLengthOption } from '../builder/piece-length.ts';

/** One more tier of announce URLs: those of one tier are separated by commas (BEP 12). */
export function addTier(text: string, tiers: readonly (readonly string[])[]): readonly (readonly string[])[] {
  return [...tiers, addUrls(text, [])];
}

/** More URLs, separated by commas. */
export function addUrls(text: string, before: readonly string[]): readonly string[] {
  const parts = text.split(',').map((part) => part.trim());
  if (parts.includes('')) throw new InvalidArgumentError('A URL is empty.');
  return [...before, ...parts];
}

/** One more text, as it stands. */
export function addText(text: string, before: readonly string[]): readonly string[] {
  return [...before, text];
}

/** One more `host:port`; an IPv6 address stands in brackets. The builder checks both. */
export function addNode(text: string, before: readonly DhtNode[]): readonly DhtNode[] {
  const match = /^(?:\[([^\]]+)\]|([^:]+)):(\d{1,5})$/.exec(text.trim());
  if (match === null) throw new InvalidArgumentError('It must look like router.example:6881.');
  return [...before, { host: match[1] ?? match[2] ?? '', port: Number(match[3]) }];
}

/**
 * `18` is an exponent as in mktorrent; `256K`, `1M` and `262144` are sizes; `like:torf` is another program's rule. The builder checks
 * that it is a power of two.
 */
export function pieceLengthValue(text: string): PieceLengthOption {
  const word = text.trim();
  if (word === 'auto') return word;
  if (word.startsWith('like:')) return likeValue(word.slice('like:'.length));
  const match = /^(\d{1,12})\s*(?:([KM])(?:i?B)?|B)?$/i.exec(word);
  if (match === null)
    throw new InvalidArgumentError('It must look like 18, 256K, 1M, auto or like:mktorrent.');
  const value = Number(match[1]);
  const unit = match[2]?.toUpperCase();
  if (unit === undefined) return value >= 1 && value <= 64 && /^\d+$/.test(word) ? 2 ** value : value;
  return value * (unit === 'K' ? 1024 : 1024 * 1024);
}

function likeValue(tool: string): PieceLengthOption {
  if (isPieceLengthTool(tool)) return `like:${tool}`;
  throw new InvalidArgumentError(`It can be like ${Object.keys(PIECE_LENGTH_RULES).join(', ')}.`);
}

/** Unix seconds, or a date or time by ISO 8601, which is in UTC unless it says otherwise. */
export function dateValue(text: string): number {
  if (/^\d{1,12}$/.test(text)) return Number(text);
  const isTime = /^\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d)?(Z|[+-]\d\d:\d\d)?)?$/.test(text);
  const hasZone = /(Z|[+-]\d\d:\d\d)$/.test(text.slice(10));
  const spelled = text.length > 10 && !hasZone ? `${text}Z` : text;
  const seconds = isTime ? Date.parse(spelled.replace(' ', 'T')) / 1000 : Number.NaN;
  // Date.parse takes 30 February for 2 March.
  const isDay = new Date(`${text.slice(0, 10)}T00:00Z`).toJSON()?.startsWith(text.slice(0, 10)) === true;
  if (!Number.isInteger(seconds) || seconds < 0 || !isDay)
    throw new InvalidArgumentError('It must be Unix seconds, 2030-01-31, or 2030-01-31T12:00:00Z.');
  return seconds;
}

/** A number of bytes: `1000000`, `700M`, `1.5G`. */
export function bytesValue(text: string): number {
  const match = /^(\d{1,15}(?:\.\d{1,3})?)\s*([KMGT])?(?:i?B)?$/i.exec(text.trim());
  const power = 'KMGT'.indexOf(match?.[2]?.toUpperCase() ?? '-') + 1;
  const bytes = match === null ? Number.NaN : Number(match[1]) * 1024 ** power;
  if (!Number.isSafeInteger(bytes)) throw new InvalidArgumentError('It must look like 1000000, 700M or 4G.');
  return bytes;
}

/** A whole number. */
export function wholeNumberValue(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('It must be a whole number.');
  return Number(text);
}
