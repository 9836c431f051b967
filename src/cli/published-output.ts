import type { TorrentView } from '../api/torrent-view.ts';
import { printableLine } from '../bittorrent/text.ts';
import { formatBytes } from '../web/format.ts';

/** Prints what was published: text for people, or one JSON line. */
export function printPublished(
  view: TorrentView,
  announceUrl: string,
  options: { readonly json: boolean },
): void {
  const { infoHash, name, lengthBytes, magnet, torrentPath, state } = view;
  if (options.json) {
    process.stdout.write(
      `${JSON.stringify({ infoHash, name, lengthBytes, magnet, announceUrl, torrentPath, state })}\n`,
    );
    return;
  }
  const lines = [
    `Published ${printableLine(name)} (${formatBytes(lengthBytes)})`,
    `  Info-hash:    ${infoHash}`,
    `  Torrent file: ${torrentPath}`,
    `  Announce URL: ${announceUrl}`,
    `  Magnet:       ${magnet}`,
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
}
