import { Command } from 'commander';
import { formatEndpoint } from '../../bittorrent/endpoint.ts';
import { infoHashToHex } from '../../bittorrent/info-hash.ts';
import { formatMagnet, type Magnet, parseMagnet } from '../../bittorrent/magnet.ts';
import type { Metainfo } from '../../bittorrent/metainfo/metainfo.ts';
import { printableLine } from '../../bittorrent/text.ts';
import { readMetainfo } from '../../builder/read-metainfo.ts';
import { formatBytes } from '../../web/format.ts';

/** Characters of one value; a magnet link with many trackers is long. */
const MAX_LINE = 64 * 1024;

/** Files that are listed before the rest is only counted. */
const MAX_FILES_SHOWN = 1000;

/** `seedbed show FILE|MAGNET`. */
export function showCommand(): Command {
  return new Command('show')
    .description('show what a .torrent file or a magnet link says')
    .argument('<FILE|MAGNET>', 'a .torrent file, or a magnet link in quotes')
    .option('--json', 'print one JSON object')
    .addHelpText(
      'after',
      '\nExamples:\n  seedbed show film.torrent\n  seedbed show --json "magnet:?xt=urn:btih:..."',
    )
    .action(async (source: string, options: { json?: true }) => {
      const facts = /^magnet:/i.test(source)
        ? magnetFacts(parseMagnet(source))
        : torrentFacts((await readMetainfo(source)).metainfo);
      process.stdout.write(
        options.json === true ? `${JSON.stringify(facts, undefined, 2)}\n` : asText(facts),
      );
    });
}

/** What is shown, in order; undefined members are left out. */
type Facts = Readonly<Record<string, unknown>>;

function magnetFacts(magnet: Magnet): Facts {
  return {
    infoHash: infoHashToHex(magnet.infoHash),
    name: magnet.name,
    lengthBytes: magnet.length,
    trackers: magnet.trackers,
    webSeeds: magnet.webSeeds,
    peers: magnet.peers.map(formatEndpoint),
  };
}

function torrentFacts({
  infoHash,
  info,
  announceTiers,
  webSeeds,
  comment,
  createdBy,
  creationDate,
}: Metainfo): Facts {
  return {
    infoHash: infoHashToHex(infoHash),
    name: info.name,
    lengthBytes: info.length,
    pieceLength: info.pieceLength,
    pieceCount: info.pieceCount,
    private: info.isPrivate,
    source: info.source,
    trackers: announceTiers,
    webSeeds,
    comment,
    createdBy,
    created: creationDate === undefined ? undefined : isoDate(creationDate),
    files: info.files
      .filter((file) => !file.isPadding)
      .map((file) => ({ path: [info.name, ...file.path].join('/'), lengthBytes: file.length })),
    magnet: formatMagnet({
      infoHash,
      name: info.name,
      length: info.length,
      trackers: announceTiers.flat(),
      webSeeds,
      peers: [],
    }),
  };
}

/** Dates beyond what a Date holds are no dates. */
function isoDate(seconds: number): string | undefined {
  return seconds <= 8.64e12 ? new Date(seconds * 1000).toISOString() : undefined;
}

const LABELS: Readonly<Record<string, string>> = {
  infoHash: 'Info-hash',
  name: 'Name',
  lengthBytes: 'Size',
  pieceLength: 'Piece length',
  pieceCount: 'Pieces',
  private: 'Private',
  source: 'Source',
  trackers: 'Trackers',
  webSeeds: 'Web seeds',
  peers: 'Peers',
  comment: 'Comment',
  createdBy: 'Created by',
  created: 'Created',
  files: 'Files',
  magnet: 'Magnet',
};

function asText(facts: Facts): string {
  return Object.entries(facts)
    .filter(([, value]) => value !== undefined && !(Array.isArray(value) && value.length === 0))
    .map(([key, value]) => `${`${LABELS[key]}:`.padEnd(14)}${valueText(key, value)}\n`)
    .join('');
}

function valueText(key: string, value: unknown): string {
  if (key === 'lengthBytes' || key === 'pieceLength')
    return `${formatBytes(value as number)} (${value} bytes)`;
  if (key === 'private') return value === true ? 'yes' : 'no';
  if (key === 'trackers')
    return (value as (string | string[])[])
      .map((tier) => printableLine([tier].flat().join(', '), MAX_LINE))
      .join(`\n${' '.repeat(14)}`);
  if (key === 'files') return filesText(value as { path: string; lengthBytes: number }[]);
  return Array.isArray(value)
    ? value.map((member) => printableLine(String(member), MAX_LINE)).join(`\n${' '.repeat(14)}`)
    : printableLine(String(value), MAX_LINE);
}

function filesText(files: readonly { path: string; lengthBytes: number }[]): string {
  const lines = files
    .slice(0, MAX_FILES_SHOWN)
    .map((file) => `  ${formatBytes(file.lengthBytes).padStart(9)}  ${printableLine(file.path, MAX_LINE)}`);
  const rest = files.length - lines.length;
  return `${files.length}\n${lines.join('\n')}${rest > 0 ? `\n  and ${rest} more` : ''}`;
}
