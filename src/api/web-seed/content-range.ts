import type { Request } from 'express';

/** The part of a file that an answer holds: from `start` to the byte before `end`. */
export interface ContentPart {
  readonly start: number;
  readonly end: number;
  /** Whether it was asked for as a range: the answer is 206 then. */
  readonly isPartial: boolean;
}

/**
 * What part of a file a request wants (RFC 9110, section 14); undefined when its range lies outside (416). Ranges that do not make up one, are
 * no byte ranges or cannot be read count for nothing, and so does any when If-Range names another content: all of it is sent then.
 */
export function contentPartOf(request: Request, length: number, etag: string): ContentPart | undefined {
  const whole: ContentPart = { start: 0, end: length, isPartial: false };
  const condition = request.get('if-range');
  if (request.method === 'HEAD' || (condition !== undefined && condition !== etag)) return whole;
  const ranges = request.range(length, { combine: true });
  if (ranges === -1) return undefined;
  if (ranges === undefined || ranges === -2 || ranges.type !== 'bytes' || ranges.length !== 1) return whole;
  const [{ start, end } = { start: 0, end: length - 1 }] = ranges; // there is one
  return { start, end: end + 1, isPartial: true };
}
