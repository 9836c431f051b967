import { BuilderError, quoted } from './hashing/errors.ts';

const MAX_URL_LENGTH = 2048;
const ANNOUNCE_SCHEMES = ['http:', 'https:', 'udp:', 'ws:', 'wss:'];
const WEB_SEED_SCHEMES = ['http:', 'https:', 'ftp:'];

/** Throws ERR_OPTION unless each URL is one that a client can announce to. */
export function checkAnnounceTiers(tiers: readonly (readonly string[])[]): void {
  for (const url of tiers.flat()) checkUrl(url, 'an announce URL', ANNOUNCE_SCHEMES);
}

/** Throws ERR_OPTION unless each URL is one that a client can download from (BEP 19). */
export function checkWebSeeds(urls: readonly string[]): void {
  for (const url of urls) checkUrl(url, 'the URL of a web seed', WEB_SEED_SCHEMES);
}

function checkUrl(text: string, what: string, schemes: readonly string[]): void {
  const url = URL.parse(text);
  const isGood = url !== null && schemes.includes(url.protocol) && url.hostname !== '';
  const spelled = schemes.map((scheme) => `${scheme}//`).join(', ');
  if (!isGood || text.length > MAX_URL_LENGTH || /\s/.test(text))
    throw new BuilderError(
      'ERR_OPTION',
      `${quoted(text.slice(0, 200))} is not ${what}: it must begin with one of ${spelled}`,
    );
}
