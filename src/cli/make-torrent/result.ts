import { infoHashToHex } from '../../bittorrent/info-hash.ts';
import { formatMagnet, magnetOf } from '../../bittorrent/magnet.ts';
import { hasV1, paddingOf } from '../../bittorrent/metainfo/metainfo.ts';
import { printableLine } from '../../bittorrent/text.ts';
import type { CreatedTorrent } from '../../builder/create-torrent.ts';
import { countOf, formatBytes } from '../../web/format.ts';
import { torrentFacts } from '../torrent-file/facts.ts';

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
    `magnet     ${formatMagnet(magnetOf(created.metainfo))}`,
    '',
  ].join('\n');
}

/** What pad files add to a hybrid torrent: v1 clients that do not know them show and download them. */
export function paddingLine(padding: number, content: number): string[] {
  if (padding === 0) return [];
  const share = ((100 * padding) / content).toFixed(1);
  return [`padding    ${formatBytes(padding)} (${share} % more) so that every file begins with a piece`];
}

/** The result for programs: what `seedbed show --json` says of it, but for the files. */
export function describeAsJson(output: string, created: CreatedTorrent): object {
  const fileCount = created.metainfo.info.files.filter((file) => !file.isPadding).length;
  return { torrent: output, fileCount, ...torrentFacts(created.metainfo) };
}
