import type { TorrentView } from '../api/torrent-view.ts';
import { printableLine } from '../bittorrent/text.ts';
import { countOf, formatBytes } from '../web/format.ts';
import { historyRows } from './history-text.ts';

/** A torrent of the running server for people: a fact a line. */
export function publishedText(view: TorrentView): string {
  const { name, lengthBytes, fileCount, progress, reason, dataPath } = view;
  const reached = Math.floor(progress * 100);
  const rows: readonly (readonly [name: string, value: string])[] = [
    ['Name', printableLine(name)],
    ['Info-hash', view.infoHash],
    ...(view.infoHashV2 === null ? [] : [['Info-hash v2', view.infoHashV2] as const]),
    ['Size', `${formatBytes(lengthBytes)} in ${countOf(fileCount, 'file')}`],
    [
      'State',
      reason !== undefined
        ? `${view.state}: ${printableLine(reason)}`
        : view.hasMetadata
          ? `${view.state}, ${reached} %`
          : view.state,
    ],
    ['Tracked', view.isTracked ? 'yes' : view.untrackedBy === null ? 'no' : `no, by the ${view.untrackedBy}`],
    [
      'Swarm',
      `${countOf(view.seeders, 'seeder')}, ${countOf(view.leechers, 'leecher')}, completed ${countOf(view.completed, 'time')}`,
    ],
    ['Sent', `${formatBytes(view.uploadedBytes)}, now ${formatBytes(view.uploadBytesPerSecond)}/s`],
    ['Fetched', `${formatBytes(view.downloadedBytes)}, now ${formatBytes(view.downloadBytesPerSecond)}/s`],
    ...historyRows(view),
    ['Connections', String(view.peers)],
    ['Data', dataPath === null ? 'not here' : printableLine(dataPath, 4096)],
    ['Torrent file', view.torrentPath ?? 'none: only the info-hash is known'],
    ['Magnet link', view.magnet],
  ];
  return rows.map(([label, value]) => `${`${label}:`.padEnd(14)}${value}\n`).join('');
}
