import { infoHashToHex } from '../../bittorrent/info-hash.ts';
import { formatMagnet } from '../../bittorrent/magnet.ts';
import { printableLine } from '../../bittorrent/text.ts';
import type { CreatedTorrent } from '../../builder/create-torrent.ts';
import { countOf, formatBytes } from '../../web/format.ts';

/** The magnet link of a torrent, with all its trackers and web seeds. */
function magnetOf({ metainfo }: CreatedTorrent): string {
  return formatMagnet({
    infoHash: metainfo.infoHash,
    name: metainfo.info.name,
    length: metainfo.info.length,
    trackers: metainfo.announceTiers.flat(),
    webSeeds: metainfo.webSeeds,
    peers: [],
  });
}

/** The result for people: a word and its value a line. */
export function describe(output: string, created: CreatedTorrent): string {
  const { infoHash, info } = created.metainfo;
  const content = `${countOf(info.files.length, 'file')}, ${formatBytes(info.length)}`;
  const pieces = `${countOf(info.pieceCount, 'piece')} of ${formatBytes(info.pieceLength)}`;
  return [
    `torrent    ${printableLine(output, 4096)}`,
    `content    ${content}, ${pieces}`,
    `info-hash  ${infoHashToHex(infoHash)}`,
    `magnet     ${magnetOf(created)}`,
    '',
  ].join('\n');
}

/** The result for programs. Lengths are bytes. */
export function describeAsJson(output: string, created: CreatedTorrent): object {
  const { infoHash, info } = created.metainfo;
  return {
    torrent: output,
    infoHash: infoHashToHex(infoHash),
    magnet: magnetOf(created),
    name: info.name,
    files: info.files.length,
    length: info.length,
    pieceLength: info.pieceLength,
    pieces: info.pieceCount,
    isPrivate: info.isPrivate,
  };
}
