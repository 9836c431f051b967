import type { TorrentView } from '../api/torrent-view.ts';
import { printableLine } from '../bittorrent/text.ts';
import { formatBytes } from '../web/format.ts';

/** Prints what was published: text for people, or one JSON line. */
export function printPublished(
  view: TorrentView,
  announceUrl: string,
  options: { readonly json: boolean },
): void {
  const { infoHash, infoHashV2, name, lengthBytes, magnet, torrentPath, state, isTracked } = view;
  warnIfUntracked(view);
  if (options.json) {
    process.stdout.write(
      `${JSON.stringify({ infoHash, infoHashV2, name, lengthBytes, magnet, announceUrl, torrentPath, state, isTracked })}\n`,
    );
    return;
  }
  const lines = [
    `Published ${printableLine(name)} (${formatBytes(lengthBytes)})`,
    `  Info-hash:    ${infoHash}`,
    ...(infoHashV2 === null ? [] : [`  Info-hash v2: ${infoHashV2}`]),
    `  Torrent file: ${torrentPath}`,
    `  Announce URL: ${announceUrl}`,
    `  Magnet:       ${magnet}`,
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
}

/** Says, for people, that the tracker refuses a torrent, and how to change that. */
export function warnIfUntracked({
  infoHash,
  name,
  untrackedBy,
}: Pick<TorrentView, 'infoHash' | 'name' | 'untrackedBy'>): void {
  if (untrackedBy === null) return;
  const why =
    untrackedBy === 'switch'
      ? `its tracking is switched off (seedbed track ${infoHash})`
      : `the deny list has it (seedbed deny --remove ${infoHash}, or the file of the list)`;
  process.stderr.write(`seedbed: nobody can announce ${printableLine(name) || infoHash}: ${why}\n`);
}
