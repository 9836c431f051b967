import { type BencodeValue, textOf } from './bencode.ts';
import { parseAddress } from './endpoint.ts';

/** Characters of a URL in a torrent. */
export const MAX_URL_LENGTH = 2048;
/** Of announce URLs, with the colon. */
export const TRACKER_SCHEMES: ReadonlySet<string> = new Set(['http:', 'https:', 'udp:', 'ws:', 'wss:']);
/** Of web seeds (BEP 19). */
export const WEB_SEED_SCHEMES: ReadonlySet<string> = new Set(['http:', 'https:', 'ftp:']);
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const UNPRINTABLE = /[\u0000-\u0020\u007f-\u009f]/;

/** An announce URL from a stranger: `text` if it is one that a tracker can have and safe to print and to link, else undefined. */
export function trackerUrl(text: string | undefined): string | undefined {
  return urlOf(text, TRACKER_SCHEMES);
}

/** The URL of a web seed (BEP 19) from a stranger, by the same rules. */
export function webSeedUrl(text: string | undefined): string | undefined {
  return urlOf(text, WEB_SEED_SCHEMES);
}

/**
 * The URLs of a decoded text or list of texts, at most `max`. What is no URL is left out: a torrent with a bad tracker still works.
 */
export function urlsOf(
  value: BencodeValue | undefined,
  check: (text: string | undefined) => string | undefined,
  max: number,
): string[] {
  const members: readonly (BencodeValue | undefined)[] = Array.isArray(value) ? value : [value];
  return members.slice(0, max).flatMap((member) => check(textOf(member)) ?? []);
}

/** Kept as it was written where it can be; blanks and control characters within it are escaped or dropped, as browsers do. */
function urlOf(text: string | undefined, schemes: ReadonlySet<string>): string | undefined {
  if (text === undefined || text.length > MAX_URL_LENGTH) return undefined;
  const trimmed = text.trim();
  const url = URL.parse(trimmed);
  if (url === null || url.host === '' || !schemes.has(url.protocol)) return undefined;
  return UNPRINTABLE.test(trimmed) ? url.href : trimmed;
}

/** Whether `text` is a host name or an address, as it stands without brackets. */
export function isHost(text: string): boolean {
  const isName = /^(?=.{1,253}$)[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*$/i.test(
    text,
  );
  return isName || parseAddress(text) !== undefined;
}
