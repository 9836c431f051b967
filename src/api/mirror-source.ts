import type { Endpoint } from '../bittorrent/endpoint.ts';
import { type Magnet, parseMagnet } from '../bittorrent/magnet.ts';
import { MAX_METAINFO_BYTES, parseMetainfo } from '../bittorrent/metainfo/parse.ts';
import { SeederError } from '../seeder/errors.ts';
import { httpGet } from '../seeder/tracker-client/http-get.ts';
import { CatalogueError } from './catalogue-error.ts';

const MAX_REDIRECTS = 5;

/** What a server may send for a `.torrent` file, and how long it may take. */
export interface UrlBounds {
  readonly maxBytes: number;
  readonly timeoutMs: number;
}

const URL_BOUNDS: UrlBounds = { maxBytes: MAX_METAINFO_BYTES, timeoutMs: 60_000 };

/** What is needed to resolve a source. */
export interface SourceParts {
  /** `Seedbed/0.1.0`. */
  readonly userAgent: string;
  /**
   * Fetches the metadata of a magnet from peers.
   * @throws {SeederError} ERR_NO_METADATA; the signal's reason.
   */
  readonly fetchMetadata: (magnet: Magnet, signal: AbortSignal) => Promise<Uint8Array>;
  readonly signal: AbortSignal;
  /** Left out: 64 MiB within a minute. */
  readonly urlBounds?: UrlBounds | undefined;
}

/** A source that has become a `.torrent` file. */
export interface ResolvedSource {
  readonly torrent: Uint8Array;
  /** Peers that the magnet names. */
  readonly peers: readonly Endpoint[];
}

/**
 * Makes a `.torrent` file of what a person names: a magnet link, or the http(s) URL of one.
 * @throws {ProtocolError} ERR_MAGNET; {@link CatalogueError} ERR_SOURCE when nothing comes of it. No message holds the URL, which may carry a passkey.
 */
export async function resolveSource(source: string, parts: SourceParts): Promise<ResolvedSource> {
  if (/^magnet:/i.test(source)) return fromMagnet(source, parts);
  if (/^https?:\/\//i.test(source) && URL.canParse(source)) return fromUrl(source, parts);
  throw new CatalogueError(
    'ERR_SOURCE',
    'a source is a magnet link, or an http or https URL of a .torrent file',
  );
}

async function fromMagnet(source: string, { fetchMetadata, signal }: SourceParts): Promise<ResolvedSource> {
  const magnet = parseMagnet(source);
  try {
    return withPeers(magnet, await fetchMetadata(magnet, signal));
  } catch (cause) {
    if (cause instanceof SeederError) throw new CatalogueError('ERR_SOURCE', cause.message, { cause });
    throw cause;
  }
}

/**
 * BEP 27: peers of a private torrent come from its trackers alone. Without one it would count as our tracker's own, and its data as ours
 * to hand out.
 */
function withPeers({ trackers, peers }: Magnet, torrent: Uint8Array): ResolvedSource {
  if (!parseMetainfo(torrent).info.isPrivate) return { torrent, peers };
  if (trackers.length > 0) return { torrent, peers: [] };
  throw new CatalogueError(
    'ERR_SOURCE',
    'the torrent is private and the magnet link names no tracker (tr): use its .torrent file',
  );
}

async function fromUrl(
  source: string,
  { userAgent, signal, urlBounds = URL_BOUNDS }: SourceParts,
): Promise<ResolvedSource> {
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
  return { torrent: answer.body, peers: [] };
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
