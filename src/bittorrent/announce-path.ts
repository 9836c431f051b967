/** How long a passkey is: long enough that none is guessed, short enough for any URL. */
export const MIN_PASSKEY_LENGTH = 16;
export const MAX_PASSKEY_LENGTH = 64;

/** What a path asks a tracker for. */
export interface AnnouncePath {
  /** Undefined for the bare `/announce`. */
  readonly passkey: string | undefined;
}

const PASSKEY = new RegExp(`^[A-Za-z0-9_-]{${MIN_PASSKEY_LENGTH},${MAX_PASSKEY_LENGTH}}$`);
const USER_URL = new RegExp(`(/announce)/[A-Za-z0-9_-]{${MIN_PASSKEY_LENGTH},${MAX_PASSKEY_LENGTH}}$`);
const ANNOUNCE = '/announce';
const NO_PASSKEY: AnnouncePath = Object.freeze({ passkey: undefined });

/** Which bytes a passkey may consist of. */
const PASSKEY_BYTES = Uint8Array.from({ length: 256 }, (_, byte) =>
  /[A-Za-z0-9_-]/.test(String.fromCharCode(byte)) ? 1 : 0,
);

/** Whether a text can be a passkey: 16 to 64 of A-Z, a-z, 0-9, "_" and "-". */
export function isPasskey(text: string): boolean {
  return PASSKEY.test(text);
}

/**
 * Where a passkey that begins at `start` ends, looking no further than `end`: at the first byte that belongs to none. At
 * `start` + 65 at the latest, so that the caller sees one that is too long.
 */
export function endOfPasskey(bytes: Uint8Array, start: number, end: number): number {
  const last = Math.min(end, start + MAX_PASSKEY_LENGTH + 1);
  let at = start;
  while (at < last && PASSKEY_BYTES[bytes[at] as number] === 1) at++; // at < end <= bytes.length
  return at;
}

/**
 * Reads the path, with or without a query, of an announce URL: `/announce` or `/announce/<passkey>`; undefined for any other.
 * HTTP and WebSocket requests have it, and announces over UDP may (BEP 41).
 */
export function parseAnnouncePath(url: string): AnnouncePath | undefined {
  const query = url.indexOf('?');
  const path = query < 0 ? url : url.slice(0, query);
  if (path === ANNOUNCE) return NO_PASSKEY;
  if (!path.startsWith(`${ANNOUNCE}/`)) return undefined;
  const passkey = path.slice(ANNOUNCE.length + 1);
  return isPasskey(passkey) ? { passkey } : undefined;
}

/** The announce URL of everybody, from that of a user; any other URL as it is. */
export function withoutPasskey(announceUrl: string): string {
  return announceUrl.replace(USER_URL, '$1');
}

/** The announce URL of a user: that of everybody with the passkey behind it. */
export function withPasskey(announceUrl: string, passkey: string): string {
  return `${announceUrl}/${passkey}`;
}
