import { endOfPasskey, MAX_PASSKEY_LENGTH, MIN_PASSKEY_LENGTH } from '../../bittorrent/announce-path.ts';

/** What stands at the head of the bytes of a connection. */
export type HeadKind = 'announce' | 'scrape' | 'incomplete' | 'unusual';

/** A request head, as {@link parseHead} left it. One is enough for a server: it is read before the next is parsed. */
export interface RequestHead {
  /** The query string lies from here, without the "?". */
  queryStart: number;
  queryEnd: number;
  /** What stands behind `/announce/` or `/scrape/` in the path: start and end, both 0 when there is nothing. */
  passkeyStart: number;
  passkeyEnd: number;
  /** Where the next request begins. */
  end: number;
  isKeepAlive: boolean;
  /** HTTP/1.0 keeps a connection only when both sides say so. */
  isHttp10: boolean;
  /** The value of X-Forwarded-For: start and end, both 0 when it is not there. */
  forwardedStart: number;
  forwardedEnd: number;
}

const CR = 0x0d;
const LF = 0x0a;
const SPACE = 0x20;
const TAB = 0x09;
const COLON = 0x3a;
const SLASH = 0x2f;
const QUESTION_MARK = 0x3f;
const COMMA = 0x2c;

const ANNOUNCE = Buffer.from('GET /announce');
const SCRAPE = Buffer.from('GET /scrape');
const VERSION = Buffer.from(' HTTP/1.');

// Headers that change what a request means; all others are passed over.
const CONNECTION = Buffer.from('connection');
const FORWARDED_FOR = Buffer.from('x-forwarded-for');
/** With one of these a request is more than its head: node:http knows what to do. */
const ODD_HEADERS = ['upgrade', 'expect', 'transfer-encoding', 'content-length', 'trailer'].map((name) =>
  Buffer.from(name),
);

/** A head to parse into. */
export function makeRequestHead(): RequestHead {
  return {
    queryStart: 0,
    queryEnd: 0,
    passkeyStart: 0,
    passkeyEnd: 0,
    end: 0,
    isKeepAlive: false,
    isHttp10: false,
    forwardedStart: 0,
    forwardedEnd: 0,
  };
}

/**
 * Reads a request head from the bytes between `start` and `end`, straight from the socket. It is strict: `GET /announce` and
 * `GET /scrape`, alone or with `/<passkey>`, HTTP/1.0 or 1.1, CRLF, plain headers, no body. What it does not know for certain it calls unusual, as soon
 * as that can be told; the caller leaves such a request to node:http. `head` is filled for announces and scrapes.
 */
export function parseHead(bytes: Uint8Array, start: number, end: number, head: RequestHead): HeadKind {
  const kind = bytes[start + 5] === ANNOUNCE[5] ? 'announce' : 'scrape';
  const target = kind === 'announce' ? ANNOUNCE : SCRAPE;
  const matched = prefixLength(bytes, start, end, target);
  if (matched < target.length) return start + matched === end ? 'incomplete' : 'unusual';
  const afterLine = parseRequestLine(bytes, start + target.length, end, head);
  if (afterLine < 0) return afterLine === INCOMPLETE ? 'incomplete' : 'unusual';
  const afterHead = parseHeaders(bytes, afterLine, end, head);
  if (afterHead < 0) return afterHead === INCOMPLETE ? 'incomplete' : 'unusual';
  head.end = afterHead;
  return kind;
}

// Results beside positions, so that nothing is allocated for a request.
const INCOMPLETE = -1;
const UNUSUAL = -2;

/** Reads `/passkey?query HTTP/1.x CRLF`. Returns where the headers begin. */
function parseRequestLine(bytes: Uint8Array, start: number, end: number, head: RequestHead): number {
  if (start === end) return INCOMPLETE;
  let at = start;
  head.passkeyStart = 0;
  head.passkeyEnd = 0;
  if (bytes[at] === SLASH) {
    at = parsePasskey(bytes, at + 1, end, head);
    if (at < 0) return at;
  }
  if (bytes[at] === QUESTION_MARK) at++;
  else if (bytes[at] !== SPACE) return UNUSUAL; // another path, such as /announcement
  head.queryStart = at;
  while (at < end && (bytes[at] as number) > SPACE && (bytes[at] as number) < 0x7f) at++;
  head.queryEnd = at;
  const matched = prefixLength(bytes, at, end, VERSION);
  at += matched;
  if (matched < VERSION.length) return at === end ? INCOMPLETE : UNUSUAL;
  if (at + 3 > end) return INCOMPLETE;
  const minor = (bytes[at] as number) - 0x30; // at + 3 <= end
  if ((minor !== 0 && minor !== 1) || bytes[at + 1] !== CR || bytes[at + 2] !== LF) return UNUSUAL;
  head.isHttp10 = minor === 0;
  head.isKeepAlive = minor === 1; // RFC 9112, 9.3
  head.forwardedStart = 0;
  head.forwardedEnd = 0;
  return at + 3;
}

/** Reads what stands behind the slash. Returns where it ends. */
function parsePasskey(bytes: Uint8Array, start: number, end: number, head: RequestHead): number {
  const at = endOfPasskey(bytes, start, end);
  if (at - start > MAX_PASSKEY_LENGTH) return UNUSUAL;
  if (at === end) return INCOMPLETE;
  if (at - start < MIN_PASSKEY_LENGTH) return UNUSUAL;
  head.passkeyStart = start;
  head.passkeyEnd = at;
  return at;
}

/** Reads headers up to the empty line. Returns where the next request begins. */
function parseHeaders(bytes: Uint8Array, start: number, end: number, head: RequestHead): number {
  let line = start;
  for (;;) {
    if (line + 2 > end) return INCOMPLETE;
    if (bytes[line] === CR) return bytes[line + 1] === LF ? line + 2 : UNUSUAL;
    let at = line;
    while (at < end && bytes[at] !== COLON) {
      if ((bytes[at] as number) <= SPACE) return UNUSUAL; // folded lines, names with spaces, control characters
      at++;
    }
    const colon = at;
    while (at < end && ((bytes[at] as number) >= SPACE || bytes[at] === TAB)) at++;
    if (at + 2 > end) return INCOMPLETE;
    if (bytes[at] !== CR || bytes[at + 1] !== LF || colon === line) return UNUSUAL;
    if (!readHeader(bytes, line, colon, at, head)) return UNUSUAL;
    line = at + 2;
  }
}

/** Takes in a header line; false when the request is not for us. */
function readHeader(
  bytes: Uint8Array,
  start: number,
  colon: number,
  end: number,
  head: RequestHead,
): boolean {
  // Most headers of clients (User-Agent, Accept-Encoding, Host) begin with a letter that none of ours begins with.
  switch ((bytes[start] as number) | 0x20) {
    case 0x78: // x
      if (isName(bytes, start, colon, FORWARDED_FOR)) {
        if (head.forwardedEnd !== 0) return false; // doubled: let somebody who joins them do it
        head.forwardedStart = colon + 1;
        head.forwardedEnd = end;
      }
      return true;
    case 0x63: // c
      if (isName(bytes, start, colon, CONNECTION)) return readConnection(bytes, colon + 1, end, head);
      return !isOdd(bytes, start, colon);
    case 0x75: // u
    case 0x65: // e
    case 0x74: // t
      return !isOdd(bytes, start, colon);
    default:
      return true;
  }
}

function isOdd(bytes: Uint8Array, start: number, colon: number): boolean {
  for (const name of ODD_HEADERS) if (isName(bytes, start, colon, name)) return true;
  return false;
}

/** `close` and `keep-alive` are ours; `upgrade` and lists of other things are not. */
function readConnection(bytes: Uint8Array, start: number, end: number, head: RequestHead): boolean {
  let from = start;
  let to = end;
  while (from < to && isBlank(bytes[from])) from++;
  while (to > from && isBlank(bytes[to - 1])) to--;
  if (isName(bytes, from, to, CLOSE)) head.isKeepAlive = false;
  else if (isName(bytes, from, to, KEEP_ALIVE)) head.isKeepAlive = true;
  else return false;
  return true;
}

const CLOSE = Buffer.from('close');
const KEEP_ALIVE = Buffer.from('keep-alive');

function isBlank(byte: number | undefined): boolean {
  return byte === SPACE || byte === TAB || byte === COMMA;
}

/** Whether the bytes are `name`, which is in lower case, in any case. */
function isName(bytes: Uint8Array, start: number, end: number, name: Uint8Array): boolean {
  if (end - start !== name.length) return false;
  for (let i = 0; i < name.length; i++) {
    const byte = bytes[start + i] as number; // within start and end
    const lower = byte >= 0x41 && byte <= 0x5a ? byte | 0x20 : byte;
    if (lower !== name[i]) return false;
  }
  return true;
}

/** How many bytes from `start` are those of `expected`. */
function prefixLength(bytes: Uint8Array, start: number, end: number, expected: Uint8Array): number {
  const length = Math.min(expected.length, end - start);
  for (let i = 0; i < length; i++) if (bytes[start + i] !== expected[i]) return i;
  return length;
}
