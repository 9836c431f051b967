import { type Endpoint, formatEndpoint, parseAddress } from './endpoint.ts';
import { ProtocolError } from './errors.ts';
import { fromHex, toHex } from './hex.ts';
import {
  INFO_HASH_V2_LENGTH,
  type InfoHash,
  infoHashFromBytes,
  infoHashToHex,
  isNamedByV2Only,
  truncatedInfoHash,
} from './info-hash.ts';
import type { Metainfo } from './metainfo/metainfo.ts';
import { trackerUrl, webSeedUrl } from './url.ts';

/** A magnet link (BEP 9). */
export interface Magnet {
  /** By which the swarm goes; where the link names a v2 info-hash only, the first 20 bytes of that (BEP 52). */
  readonly infoHash: InfoHash;
  /** Of a v2 or hybrid torrent, the v2 info-hash, 32 bytes (BEP 52). */
  readonly infoHashV2?: Uint8Array | undefined;
  /** For people to read: it comes from a stranger and may hold any character, so it is no file name. */
  readonly name?: string;
  /** Bytes. */
  readonly length?: number;
  readonly trackers: readonly string[];
  readonly webSeeds: readonly string[];
  /** Peers to try at once (`x.pe`). */
  readonly peers: readonly Endpoint[];
}

const MAX_MAGNET_LENGTH = 64 * 1024;
const MAX_LIST = 1000;
const URN = 'urn:btih:';
const V2_URN = 'urn:btmh:';
/** The multihash of SHA-256: its code, and 32 bytes. */
const SHA256_PREFIX = '1220';

/** The magnet link of a torrent, with its info-hashes, trackers and web seeds (BEP 9). */
export function magnetOf({ infoHash, infoHashV2, info, announceTiers, webSeeds }: Metainfo): Magnet {
  return {
    infoHash,
    infoHashV2,
    name: info.name,
    length: info.contentLength,
    trackers: announceTiers.flat(),
    webSeeds,
    peers: [],
  };
}

/** The magnet link as text: `xt` first, spaces as %20, so that every client and shell takes it. */
export function formatMagnet(magnet: Magnet): string {
  const { infoHash, infoHashV2 } = magnet;
  const parameters: string[] = [];
  if (!isNamedByV2Only(infoHash, infoHashV2)) parameters.push(`xt=${URN}${infoHashToHex(infoHash)}`);
  if (infoHashV2 !== undefined) parameters.push(`xt=${V2_URN}${SHA256_PREFIX}${toHex(infoHashV2)}`);
  if (magnet.name !== undefined) parameters.push(`dn=${escaped(magnet.name)}`);
  if (magnet.length !== undefined) parameters.push(`xl=${magnet.length}`);
  for (const tracker of magnet.trackers) parameters.push(`tr=${escaped(tracker)}`);
  for (const webSeed of magnet.webSeeds) parameters.push(`ws=${escaped(webSeed)}`);
  for (const peer of magnet.peers) parameters.push(`x.pe=${formatEndpoint(peer)}`);
  return `magnet:?${parameters.join('&')}`;
}

/** Also escapes what RFC 3986 reserves and encodeURIComponent leaves: quotes and brackets, which shells take for themselves. */
function escaped(text: string): string {
  return encodeURIComponent(text.toWellFormed()).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/**
 * Reads a magnet link: `xt` in hexadecimal or base32, `dn`, `xl`, `tr`, `ws`, `x.pe`, also numbered (`tr.1`).
 * What it does not know, or cannot read beside `xt`, is left out.
 * @throws {ProtocolError} ERR_MAGNET when it is no magnet link or names no info-hash.
 */
export function parseMagnet(text: string): Magnet {
  if (text.length > MAX_MAGNET_LENGTH) throw magnetError(`it is longer than ${MAX_MAGNET_LENGTH} characters`);
  const match = /^magnet:\?(.*)$/is.exec(text.trim());
  if (match === null) throw magnetError('it does not begin with "magnet:?"');
  const parameters = [...new URLSearchParams(match[1])];
  const valuesOf = (key: string): string[] =>
    parameters
      .filter(
        ([name]) => name === key || (name.startsWith(`${key}.`) && /^\d+$/.test(name.slice(key.length + 1))),
      )
      .map(([, value]) => value)
      .slice(0, MAX_LIST);
  const topics = valuesOf('xt');
  const name = valuesOf('dn')[0];
  const length = valuesOf('xl').filter((digits) => /^\d{1,16}$/.test(digits))[0];
  const infoHashV2 = infoHashV2Of(topics);
  return {
    infoHash: infoHashV1Of(topics) ?? swarmHashOf(infoHashV2),
    ...(infoHashV2 !== undefined && { infoHashV2 }),
    ...(name !== undefined && { name }),
    ...(length !== undefined && Number.isSafeInteger(Number(length)) && { length: Number(length) }),
    trackers: valuesOf('tr').flatMap((url) => trackerUrl(url) ?? []),
    webSeeds: valuesOf('ws').flatMap((url) => webSeedUrl(url) ?? []),
    peers: valuesOf('x.pe').flatMap((peer) => endpointOf(peer) ?? []),
  };
}

function magnetError(what: string): ProtocolError {
  return new ProtocolError('ERR_MAGNET', `not a magnet link: ${what}`);
}

/** The v1 info-hash; undefined when none is named. */
function infoHashV1Of(topics: readonly string[]): InfoHash | undefined {
  const topic = topics.find((candidate) => candidate.toLowerCase().startsWith(URN));
  if (topic === undefined) return undefined;
  const spelled = topic.slice(URN.length);
  const bytes = spelled.length === 40 ? fromHex(spelled) : base32Bytes(spelled);
  if (bytes === undefined)
    throw magnetError('its info-hash is neither 40 hexadecimal digits nor 32 of base32');
  return infoHashFromBytes(bytes);
}

function swarmHashOf(infoHashV2: Uint8Array | undefined): InfoHash {
  if (infoHashV2 === undefined)
    throw magnetError('it names no info-hash (xt=urn:btih:... or xt=urn:btmh:1220...)');
  return truncatedInfoHash(infoHashV2);
}

/** The v2 info-hash; undefined when there is none that can be read. */
function infoHashV2Of(topics: readonly string[]): Uint8Array | undefined {
  const topic = topics.find((candidate) => candidate.toLowerCase().startsWith(V2_URN + SHA256_PREFIX));
  const bytes = fromHex(topic?.slice(V2_URN.length + SHA256_PREFIX.length) ?? '');
  return bytes?.length === INFO_HASH_V2_LENGTH ? bytes : undefined;
}

/** The 20 bytes of 32 base32 digits (RFC 4648), as older links spell them. */
function base32Bytes(text: string): Uint8Array | undefined {
  if (!/^[a-z2-7]{32}$/i.test(text)) return undefined;
  const bytes = new Uint8Array(20);
  let bits = 0;
  let bitCount = 0;
  let at = 0;
  for (const digit of text.toUpperCase()) {
    bits = ((bits & 0xff) << 5) | 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(digit);
    bitCount += 5;
    if (bitCount >= 8) {
      bitCount -= 8;
      bytes[at++] = (bits >> bitCount) & 0xff;
    }
  }
  return bytes;
}

/** `address:port`; host names are left out, since looking them up is the caller's affair. */
function endpointOf(text: string): Endpoint | undefined {
  const match = /^(?:\[([^\]]+)\]|([^:]+)):(\d{1,5})$/.exec(text);
  if (match === null) return undefined;
  const address = parseAddress(match[1] ?? match[2] ?? '');
  const port = Number(match[3]);
  return address === undefined || port < 1 || port > 65535 ? undefined : { address, port };
}
