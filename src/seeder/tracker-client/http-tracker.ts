import { type AnnounceRequest, formatAnnounceUrl } from '../../bittorrent/announce-request.ts';
import { decodeTrackerReply, type TrackerFailure } from '../../bittorrent/announce-response.ts';
import { decodeBencode, isDictionary } from '../../bittorrent/bencode.ts';
import type { InfoHash } from '../../bittorrent/info-hash.ts';
import { decodeScrapeReply, formatScrapeUrl, type SwarmCounts } from '../../bittorrent/scrape.ts';
import { httpGet } from './http-get.ts';
import type {
  AnnounceResult,
  Exchange,
  ScrapeResult,
  TrackerClient,
  TrackerClientOptions,
} from './tracker-client.ts';
import { TrackerClientError } from './tracker-client-error.ts';

const MAX_BYTES = 1024 * 1024;
const MAX_REDIRECTS = 3;
/** The first byte of a bencoded dictionary. */
const DICTIONARY = 0x64;

/** A tracker over HTTP or HTTPS (BEP 3, 7, 23, 48). */
export class HttpTracker implements TrackerClient {
  readonly #url: string;
  readonly #options: TrackerClientOptions;

  /** @param url without a fragment. */
  constructor(url: string, options: TrackerClientOptions) {
    this.#url = url;
    this.#options = options;
  }

  async announce(request: AnnounceRequest, signal: AbortSignal): Promise<AnnounceResult> {
    const exchange = await this.#get(formatAnnounceUrl(this.#url, request), signal);
    return { reply: decodeTrackerReply(exchange.body), exchange };
  }

  async scrape(infoHashes: readonly InfoHash[], signal: AbortSignal): Promise<ScrapeResult> {
    const url = formatScrapeUrl(this.#url, infoHashes);
    if (url === undefined)
      throw new TrackerClientError(
        'ERR_NO_SCRAPE',
        'it has no scrape: the last part of its path does not begin with "announce" (BEP 48)',
      );
    const exchange = await this.#get(url, signal);
    return { reply: scrapeReplyFrom(exchange.body), exchange };
  }

  async #get(url: string, signal: AbortSignal): Promise<Exchange> {
    const {
      userAgent,
      timeoutMs,
      family,
      maxRedirects = MAX_REDIRECTS,
      isAnyCertificateTaken,
    } = this.#options;
    const begin = performance.now();
    const bounds = { maxBytes: MAX_BYTES, timeoutMs, maxRedirects, userAgent, signal };
    const {
      status,
      headers: _,
      ...answer
    } = await httpGet(url, { ...bounds, family, isAnyCertificateTaken });
    // Some trackers send a bencoded failure with an error's status; anything else behind one is a page for people.
    if (status !== 200 && answer.body[0] !== DICTIONARY)
      throw new TrackerClientError('ERR_STATUS', `it answered with HTTP status ${status}`);
    const protocol = /^https:/i.test(this.#url) ? 'https' : 'http';
    return { protocol, ...answer, elapsedMs: performance.now() - begin };
  }
}

/** A failure is read by the decoder of announces, which knows BEP 31. */
function scrapeReplyFrom(body: Uint8Array): { readonly swarms: readonly SwarmCounts[] } | TrackerFailure {
  return failureIn(body) ?? { swarms: decodeScrapeReply(body) };
}

function failureIn(body: Uint8Array): TrackerFailure | undefined {
  if (!Buffer.from(body.subarray(0, 4096)).includes('failure reason')) return undefined;
  const value = decodeBencode(body, { maxBytes: MAX_BYTES, maxDepth: 8, maxItems: 50_000 });
  if (!isDictionary(value) || value['failure reason'] === undefined) return undefined;
  const reply = decodeTrackerReply(body);
  return 'failure' in reply ? reply : undefined;
}
