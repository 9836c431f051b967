import type { Info } from '../../bittorrent/metainfo/metainfo.ts';
import { printableLine } from '../../bittorrent/text.ts';
import { countOf, formatBytes } from '../../web/format.ts';
import type { TorrentFacts } from './facts.ts';
import { treeText } from './tree-text.ts';

/** Characters of one value; a magnet link with many trackers is long. */
const MAX_LINE = 64 * 1024;
const WIDTH = 14;

/** What a torrent says, for people: a label and its value a line. Its files are not among them. */
export function factsText(facts: TorrentFacts): string {
  const { version, infoHash, infoHashV2 } = facts;
  const lines = [
    labelled('Name', facts.name),
    labelled('Info-hash', version === 'v2' ? undefined : infoHash),
    labelled('Info-hash v2', infoHashV2),
    labelled('Version', version),
    labelled('Size', sizeText(facts)),
    labelled('Pieces', piecesText(facts)),
    labelled('Private', facts.private === undefined ? undefined : facts.private ? 'yes' : 'no'),
    labelled('Source', facts.source),
    labelled('Trackers', ...facts.trackers.map((tier) => [tier].flat().join(', '))),
    labelled('Web seeds', ...facts.webSeeds),
    labelled('HTTP seeds', ...(facts.httpSeeds ?? [])),
    labelled('DHT nodes', ...(facts.dhtNodes ?? [])),
    labelled('Peers', ...(facts.peers ?? [])),
    labelled('Similar', ...(facts.similar ?? [])),
    labelled('Collections', ...(facts.collections ?? [])),
    labelled('Update URL', facts.updateUrl),
    labelled('Comment', facts.comment),
    labelled('Created by', facts.createdBy),
    labelled('Created', facts.created),
    labelled('Magnet', facts.magnet),
    labelled('Warning', ...(facts.warnings ?? []).map(({ message }) => message)),
  ];
  return lines.join('');
}

/** The files of a torrent: how many, and their tree of up to `limit` lines. */
export function filesText(info: Info, limit: number): string {
  const count = info.files.filter(({ isPadding }) => !isPadding).length;
  return `${labelled('Files', String(count))}${treeText(info, limit)}`;
}

/** `Label:        value`, further values below it; nothing without a value. */
function labelled(label: string, ...values: readonly (string | undefined)[]): string {
  const shown = values.filter((value) => value !== undefined).map((value) => printableLine(value, MAX_LINE));
  if (shown.length === 0) return '';
  return `${`${label}:`.padEnd(WIDTH)}${shown.join(`\n${' '.repeat(WIDTH)}`)}\n`;
}

function sizeText({ lengthBytes, padBytes }: TorrentFacts): string | undefined {
  if (lengthBytes === undefined) return undefined;
  const padding = padBytes === undefined ? '' : `; pad files add ${formatBytes(padBytes)}`;
  return `${formatBytes(lengthBytes)} (${countOf(lengthBytes, 'byte')}${padding})`;
}

function piecesText({ pieceLength, pieceCount }: TorrentFacts): string | undefined {
  if (pieceLength === undefined || pieceCount === undefined) return undefined;
  return `${pieceCount} of ${formatBytes(pieceLength)} (${countOf(pieceLength, 'byte')})`;
}
