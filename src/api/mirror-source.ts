import { MAX_METAINFO_BYTES } from '../bittorrent/metainfo/parse.ts';
import { httpGet } from '../seeder/tracker-client/http-get.ts';
import { CatalogueError } from './catalogue-error.ts';

const MAX_REDIRECTS = 5;

/** What a server may send for a `.torrent` file, and how long it may take. */
export interface UrlBounds {
  readonly maxBytes: number;
  readonly timeoutMs: number;
}

const URL_BOUNDS: UrlBounds = { maxBytes: MAX_METAINFO_BYTES, timeoutMs: 60_000 };

/** What is needed to fetch a `.torrent` file. */
export interface SourceParts {
  /** `Seedbed/0.1.0`. */
  readonly userAgent: string;
  readonly signal: AbortSignal;
  /** Left out: 64 MiB within a minute. */
  readonly urlBounds?: UrlBounds | undefined;
}

/** Whether a source is a magnet link. */
export function isMagnet(source: Uint8Array | string): source is string {
  return typeof source === 'string' && /^magnet:/i.test(source);
}

/**
 * Fetches the `.torrent` file that a person names by its http(s) URL.
 * @throws {CatalogueError} ERR_SOURCE when nothing comes of it. No message holds the URL, which may carry a passkey.
 */
export async function resolveSource(source: string, parts: SourceParts): Promise<Uint8Array> {
  if (/^https?:\/\//i.test(source) && URL.canParse(source)) return fromUrl(source, parts);
  throw new CatalogueError(
    'ERR_SOURCE',
    'a source is a magnet link, or an http or https URL of a .torrent file',
  );
}

async function fromUrl(
  source: string,
  { userAgent, signal, urlBounds = URL_BOUNDS }: SourceParts,
): Promise<Uint8Array> {
  const answer = await httpGet(source, {
    ...urlBounds,
    maxRedirects: MAX_REDIRECTS,
    userAgent,
    signal,
  }).catch((cause: unknown) => {
    if (signal.aborted) throw cause;
    throw new CatalogueError('ERR_SOURCE', `the URL of the .torrent file: ${(cause as Error).message}`, {
      cause,
    });
  });
  if (answer.status !== 200)
    throw new CatalogueError('ERR_SOURCE', `the URL answered ${answer.status} instead of a .torrent file`);
  requireBencode(answer.body);
  return answer.body;
}

/** What a login, or a download page, answers in place of the file. */
function requireBencode(body: Buffer): void {
  if (body[0] === 'd'.charCodeAt(0)) return;
  const isPage = /^\s*<(!doctype|html|\?xml)/i.test(body.toString('latin1', 0, 200));
  throw new CatalogueError(
    'ERR_SOURCE',
    isPage
      ? 'the URL answered with a web page: open it in a browser, and take the link of the .torrent file itself'
      : 'the URL answered with something that is no .torrent file',
  );
}
