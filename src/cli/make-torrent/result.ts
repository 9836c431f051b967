import { infoHashToHex } from '../../bittorrent/info-hash.ts';
import { formatMagnet } from '../../bittorrent/magnet.ts';
import { hasV1, type Info } from '../../bittorrent/metainfo/metainfo.ts';
import { printableLine } from '../../bittorrent/text.ts';
import type { CreatedTorrent } from '../../builder/create-torrent.ts';
import { countOf, formatBytes } from '../../web/format.ts';

/** The magnet link of a torrent, with all its trackers and web seeds. */
function magnetOf({ metainfo }: CreatedTorrent): string {
  return formatMagnet({
    infoHash: metainfo.infoHash,
    infoHashV2: metainfo.infoHashV2,
    name: metainfo.info.name,
    length: metainfo.info.contentLength,
    trackers: metainfo.announceTiers.flat(),
    webSeeds: metainfo.webSeeds,
    peers: [],
  });
}

/** The result for people: a word and its value a line. */
export function describe(output: string, created: CreatedTorrent): string {
  const { info, infoHash, infoHashV2 } = created.metainfo;
  const files = info.files.filter((file) => !file.isPadding);
  const content = `${countOf(files.length, 'file')}, ${formatBytes(info.contentLength)}`;
  const pieces = `${countOf(info.pieceCount, 'piece')} of ${formatBytes(info.pieceLength)}`;
  return [
    `torrent    ${printableLine(output, 4096)}`,
    `content    ${content}, ${pieces}`,
    ...paddingLine(paddingOf(info), info.contentLength),
    ...(hasV1(info) ? [`info-hash  ${infoHashToHex(infoHash)}`] : []),
    ...(infoHashV2 === undefined ? [] : [`info-hash  ${infoHashToHex(infoHashV2)} (v2)`]),
    `magnet     ${magnetOf(created)}`,
    '',
  ].join('\n');
}

/** Bytes of the pad files that the torrent lists; v2 has none, it only leaves the rest of a piece out. */
export function paddingOf({ version, length, contentLength }: Info): number {
  return version === 'v2' ? 0 : length - contentLength;
}

/** What pad files add to a hybrid torrent: v1 clients that do not know them show and download them. */
export function paddingLine(padding: number, content: number): string[] {
  if (padding === 0) return [];
  const share = ((100 * padding) / content).toFixed(1);
  return [`padding    ${formatBytes(padding)} (${share} % more) so that every file begins with a piece`];
}

/** The result for programs. Lengths are bytes. */
export function describeAsJson(output: string, created: CreatedTorrent): object {
  const { info, infoHash, infoHashV2 } = created.metainfo;
  return {
    torrent: output,
    version: info.version,
    infoHash: infoHashToHex(infoHash),
    infoHashV2: infoHashV2 === undefined ? null : infoHashToHex(infoHashV2),
    magnet: magnetOf(created),
    name: info.name,
    files: info.files.filter((file) => !file.isPadding).length,
    length: info.contentLength,
    paddingLength: paddingOf(info),
    pieceLength: info.pieceLength,
    pieces: info.pieceCount,
    isPrivate: info.isPrivate,
  };
}
