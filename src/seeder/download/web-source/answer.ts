import type { IncomingHttpHeaders } from 'node:http';
import type { FilePart } from './source-places.ts';
import { WebSourceError } from './web-source-error.ts';

/** An answer of a server, before its body. */
export interface AnswerHead {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
}

/** A server may ask for so much patience. */
const MAX_RETRY_AFTER_SECONDS = 24 * 3600;

/** A Content-Range of one part (RFC 9110, section 14.4). */
export interface ContentRange {
  readonly first: number;
  /** Included. */
  readonly last: number;
  /** Bytes of the whole; undefined when the server does not know. */
  readonly total: number | undefined;
}

/** Reads a Content-Range; undefined when it is none that makes sense. */
export function parseContentRange(text: string | undefined): ContentRange | undefined {
  const match = /^bytes (\d{1,16})-(\d{1,16})\/(\d{1,16}|\*)$/i.exec(text?.trim() ?? '');
  if (match === null) return undefined;
  const [first, last] = [Number(match[1]), Number(match[2])];
  const total = match[3] === '*' ? undefined : Number(match[3]);
  const isGood = Number.isSafeInteger(last) && first <= last && (total === undefined || last < total);
  return isGood ? { first, last, total } : undefined;
}

/**
 * Reads a Retry-After (RFC 9110, section 10.2.3), in milliseconds: seconds, or a date, which is compared with the server's own `Date`, since
 * its clock need not be ours. At most a day; undefined when it says nothing.
 */
export function parseRetryAfter(headers: IncomingHttpHeaders): number | undefined {
  const text = headers['retry-after']?.trim() ?? '';
  if (/^\d{1,9}$/.test(text)) return 1000 * Math.min(MAX_RETRY_AFTER_SECONDS, Number(text));
  const waitMs = Date.parse(text) - Date.parse(headers.date ?? '');
  return Number.isNaN(waitMs) ? undefined : Math.min(1000 * MAX_RETRY_AFTER_SECONDS, Math.max(0, waitMs));
}

/**
 * What the answer to a request for a part of a file is: that `range`, or the `whole` file.
 * @throws {WebSourceError} when it is neither.
 */
export function judgeFileAnswer(answer: AnswerHead, part: FilePart): 'range' | 'whole' {
  const { status, headers } = answer;
  if (status === 206) {
    requirePlain(headers);
    const range = parseContentRange(headers['content-range']);
    if (range?.total !== undefined && range.total !== part.fileLength) throw otherLength(range.total, part);
    if (range?.first !== part.start || range.last !== part.start + part.length - 1)
      throw new WebSourceError('ERR_ANSWER', 'it sends another range than it was asked for');
    requireLength(headers, part.length);
    return 'range';
  }
  if (status === 200) {
    requirePlain(headers);
    const length = lengthIn(headers);
    if (length !== undefined && length !== part.fileLength) throw otherLength(length, part);
    return 'whole';
  }
  throw refusal(answer);
}

/**
 * Holds the answer to a request for a part of a piece (BEP 17) against what was asked for.
 * @param body the beginning of its body, of a 503.
 * @throws {WebSourceError}
 */
export function requirePieceAnswer(answer: AnswerHead, length: number, body: string): void {
  const { status, headers } = answer;
  if (status === 200) {
    requirePlain(headers);
    return requireLength(headers, length);
  }
  // BEP 17: "an ASCII integer for how long the client should wait, in seconds".
  const seconds = status === 503 && /^\s*\d{1,9}\s*$/.test(body) ? Number(body) : undefined;
  if (seconds === undefined) throw refusal(answer);
  const retryAfterMs = 1000 * Math.min(MAX_RETRY_AFTER_SECONDS, seconds);
  throw new WebSourceError('ERR_BUSY', 'it has no time now', { retryAfterMs });
}

function refusal({ status, headers }: AnswerHead): WebSourceError {
  const retryAfterMs = parseRetryAfter(headers);
  if (status === 416)
    return new WebSourceError('ERR_FILE_DIFFERS', 'its file is shorter than the torrent says', {
      scope: 'file',
    });
  if (status === 429 || status === 503)
    return new WebSourceError('ERR_BUSY', `it has no time now (HTTP status ${status})`, { retryAfterMs });
  if ([401, 403, 404, 410, 451].includes(status))
    return new WebSourceError('ERR_FILE_MISSING', `it does not give the file (HTTP status ${status})`, {
      scope: 'file',
    });
  return new WebSourceError('ERR_STATUS', `it answered with HTTP status ${status}`, { retryAfterMs });
}

/** Nothing but the bytes themselves was asked for. */
function requirePlain(headers: IncomingHttpHeaders): void {
  const coding = headers['content-encoding']?.trim().toLowerCase() ?? 'identity';
  if (coding !== 'identity' && coding !== '')
    throw new WebSourceError('ERR_ANSWER', 'it sends the file encoded, which it was asked not to do');
}

function requireLength(headers: IncomingHttpHeaders, length: number): void {
  const told = lengthIn(headers);
  if (told !== undefined && told !== length)
    throw new WebSourceError('ERR_ANSWER', `it sends ${told} bytes where ${length} were asked for`);
}

function lengthIn(headers: IncomingHttpHeaders): number | undefined {
  const text = headers['content-length'];
  return text !== undefined && /^\d{1,16}$/.test(text) ? Number(text) : undefined;
}

function otherLength(found: number, { fileLength }: FilePart): WebSourceError {
  return new WebSourceError(
    'ERR_FILE_DIFFERS',
    `its file has ${found} bytes where the torrent says ${fileLength}`,
    { scope: 'file' },
  );
}
