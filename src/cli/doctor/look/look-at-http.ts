import { type AnnounceRequest, formatAnnounceUrl } from '../../../bittorrent/announce-request.ts';
import { type BencodeDictionary, decodeBencode, isDictionary } from '../../../bittorrent/bencode.ts';
import type { AddressFamily } from '../../../bittorrent/endpoint.ts';
import { formatScrapeUrl } from '../../../bittorrent/scrape.ts';
import { type HttpAnswer, httpGet } from '../../../seeder/tracker-client/http-get.ts';
import { openTracker } from '../../../seeder/tracker-client/open-tracker.ts';
import type { TrackerClientOptions } from '../../../seeder/tracker-client/tracker-client.ts';
import { type HttpEvidence, isAnswered, type Outcome, outcomeOf } from '../evidence.ts';

/** Enough to see that a full scrape is answered; more is not fetched. */
const MAX_BYTES = 64 * 1024;
const LIMITS = { maxBytes: 1024 * 1024, maxDepth: 8, maxItems: 50_000 };

/** A tracker that answers announces over HTTP, and how it was asked. */
export interface HttpQuestion {
  readonly url: string;
  readonly family: AddressFamily;
  readonly options: TrackerClientOptions;
  /** The first peer's announce, and the answer to it. */
  readonly request: AnnounceRequest;
  readonly announced: Uint8Array;
  readonly signal: AbortSignal;
}

/** Asks what else there is to see over HTTP. Never throws but for the signal. */
export async function lookAtHttp(question: HttpQuestion): Promise<HttpEvidence> {
  const other = await outcomeOf(() => get(question, otherPath(question)));
  const full = await fullScrape(question);
  const scrape = await scrapeOne(question);
  question.signal.throwIfAborted();
  return {
    announce: dictionaryIn(question.announced),
    isOtherPathAnswered:
      isAnswered(other) && other.answer.status === 200 && isReply(dictionaryIn(other.answer.body)),
    scrape,
    fullScrapeBytes: full,
    clockOffsetSeconds: isAnswered(other) ? clockOffset(other.answer) : undefined,
  };
}

async function get({ options, family, signal }: HttpQuestion, url: string): Promise<HttpAnswer> {
  const { timeoutMs, userAgent } = options;
  const bounds = { maxBytes: MAX_BYTES, timeoutMs, maxRedirects: 0, userAgent, signal };
  return httpGet(url, { ...bounds, family, isAnyCertificateTaken: true });
}

/** The announce URL with one letter more in its path, and a peer that asks for nothing. */
function otherPath({ url, request }: HttpQuestion): string {
  const [base = '', ...query] = url.split('?');
  const path = `${base}x${query.length > 0 ? `?${query.join('?')}` : ''}`;
  return formatAnnounceUrl(path, { ...request, event: 'stopped', numWant: 0 });
}

async function fullScrape(question: HttpQuestion): Promise<number | undefined> {
  const url = formatScrapeUrl(question.url, [])?.replace(/[?&]$/, '');
  if (url === undefined) return undefined;
  const outcome = await outcomeOf(() => get(question, url));
  if (!isAnswered(outcome))
    return 'code' in outcome.error && outcome.error.code === 'ERR_TOO_LARGE' ? MAX_BYTES : undefined;
  const { files } = dictionaryIn(outcome.answer.body) ?? {};
  return isDictionary(files) && Object.keys(files).length > 0 ? outcome.answer.body.length : undefined;
}

function scrapeOne({ url, options, request, signal }: HttpQuestion): Promise<HttpEvidenceScrape> {
  return outcomeOf(async () => {
    const { reply } = await openTracker(url, options).scrape([request.infoHash], signal);
    return 'failure' in reply ? { failure: reply.failure } : { isKnown: reply.swarms.length > 0 };
  });
}

type HttpEvidenceScrape = Outcome<{ readonly isKnown: boolean } | { readonly failure: string }>;

function dictionaryIn(body: Uint8Array): BencodeDictionary | undefined {
  try {
    const value = decodeBencode(body, LIMITS);
    return isDictionary(value) ? value : undefined;
  } catch {
    return undefined; // a page for people
  }
}

function isReply(value: BencodeDictionary | undefined): boolean {
  return value !== undefined && value['failure reason'] === undefined && value['interval'] !== undefined;
}

function clockOffset({ headers }: HttpAnswer): number | undefined {
  const date = Date.parse(headers.date ?? '');
  return Number.isNaN(date) ? undefined : Math.round((date - Date.now()) / 1000);
}
