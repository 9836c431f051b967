import { MutableRequest, parseAnnounceQuery } from '../../bittorrent/announce-request.ts';
import {
  type AnnounceReply,
  announceReplySize,
  encodeFailureReply,
  type FailureReply,
  writeAnnounceReply,
} from '../../bittorrent/announce-response.ts';
import { isRequestFault } from '../../bittorrent/errors.ts';
import { encodeScrapeReply, parseScrapeQuery, type SwarmCounts } from '../../bittorrent/scrape.ts';
import type { AnnounceContext, ScrapeContext } from '../announce-context.ts';
import type { TrackerCore } from '../core.ts';

/** The part of a tracker core that this front end needs. */
export type HttpTracker = Pick<TrackerCore, 'announce' | 'scrape'>;

/** The core copies what it keeps, so one request serves all announces, one after another. */
const scratch = new MutableRequest();

/** The bytes of a query string: from `start` to `end`, without the "?". */
export interface QueryBytes {
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly end: number;
}

/**
 * Answers the query of an announce: a reply, or the reason of a refusal. The peers of a reply are valid until the next call.
 * A request that cannot be read is refused with the parameter's name, and never again will be right (BEP 31: `retry in` never).
 */
export function answerAnnounce(
  tracker: HttpTracker,
  query: QueryBytes,
  context: AnnounceContext,
): AnnounceReply | FailureReply {
  const request = parseAnnounceQuery(query.bytes, query.start, query.end, scratch);
  return isRequestFault(request) ? { reason: request.fault } : tracker.announce(request, context);
}

/** Tells a refusal from a reply. */
export function isFailure(reply: object): reply is FailureReply {
  return 'reason' in reply;
}

/** The body of the answer to a scrape. */
export function encodeScrapeAnswer(
  tracker: HttpTracker,
  query: QueryBytes,
  context: ScrapeContext,
): Uint8Array {
  const infoHashes = parseScrapeQuery(query.bytes, query.start, query.end);
  if (isRequestFault(infoHashes)) return encodeFailureReply({ reason: infoHashes.fault });
  const counts = tracker.scrape(infoHashes, context);
  if (isFailure(counts)) return encodeFailureReply(counts);
  return infoHashes.length > 0 ? encodeScrapeReply(counts) : encodeFullScrape(counts);
}

/** The answers to scrapes of everything: the core gives the same counts for a while. */
const fullScrapes = new WeakMap<readonly SwarmCounts[], Uint8Array>();

function encodeFullScrape(counts: readonly SwarmCounts[]): Uint8Array {
  const known = fullScrapes.get(counts);
  if (known !== undefined) return known;
  const encoded = encodeScrapeReply(counts);
  fullScrapes.set(counts, encoded);
  return encoded;
}

/** The body of the answer to an announce, in memory of its own. */
export function encodeAnnounceAnswer(reply: AnnounceReply | FailureReply): Uint8Array {
  if (isFailure(reply)) return encodeFailureReply(reply);
  const out = Buffer.allocUnsafe(announceReplySize(reply));
  return out.subarray(0, writeAnnounceReply(out, 0, reply));
}
