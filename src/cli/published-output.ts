import type { TorrentView } from '../api/torrent-view.ts';
import { formatBytes } from '../web/format.ts';
import { printable } from './printable.ts';

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
    `Published ${printable(name)} (${formatBytes(lengthBytes)})`,
    `  Info-hash:    ${infoHash}`,
    `  Torrent file: ${torrentPath}`,
    `  Announce URL: ${announceUrl}`,
    `  Magnet:       ${magnet}`,
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
}
