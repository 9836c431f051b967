import type { DhtNode } from '../bittorrent/metainfo/metainfo.ts';
import { isHost, MAX_URL_LENGTH, TRACKER_SCHEMES, WEB_SEED_SCHEMES } from '../bittorrent/url.ts';
import { BuilderError, quoted } from './hashing/errors.ts';

const HTTP_SCHEMES: ReadonlySet<string> = new Set(['http:', 'https:']);

/** Throws ERR_OPTION unless each URL is one that a client can announce to. */
export function checkAnnounceTiers(tiers: readonly (readonly string[])[]): void {
  for (const url of tiers.flat()) checkUrl(url, 'an announce URL', TRACKER_SCHEMES);
}

/** Throws ERR_OPTION unless each URL is one that a client can download from (BEP 19). */
export function checkWebSeeds(urls: readonly string[]): void {
  for (const url of urls) checkUrl(url, 'the URL of a web seed', WEB_SEED_SCHEMES);
}

/** Throws ERR_OPTION unless each URL is one that a client can ask for pieces (BEP 17). */
export function checkHttpSeeds(urls: readonly string[]): void {
  for (const url of urls) checkUrl(url, 'the URL of an HTTP seed', HTTP_SCHEMES);
}

/** Throws ERR_OPTION unless a client can look there for a newer version (BEP 39). */
export function checkUpdateUrl(url: string): void {
  checkUrl(url, 'an update URL', HTTP_SCHEMES);
}

/** Throws ERR_OPTION unless each is a host and a port (BEP 5). */
export function checkDhtNodes(nodes: readonly DhtNode[]): void {
  for (const { host, port } of nodes)
    if (!isHost(host) || !Number.isInteger(port) || port < 1 || port > 65_535)
      throw new BuilderError(
        'ERR_OPTION',
        `${quoted(`${host}:${port}`.slice(0, 200))} is not a DHT node: it must be a host and a port, as in router.example:6881`,
      );
}

function checkUrl(text: string, what: string, schemes: ReadonlySet<string>): void {
  const url = URL.parse(text);
  const isGood = url !== null && schemes.has(url.protocol) && url.hostname !== '';
  const spelled = [...schemes].map((scheme) => `${scheme}//`).join(', ');
  if (!isGood || text.length > MAX_URL_LENGTH || /\s/.test(text))
    throw new BuilderError(
      'ERR_OPTION',
      `${quoted(text.slice(0, 200))} is not ${what}: it must begin with one of ${spelled}`,
    );
}
