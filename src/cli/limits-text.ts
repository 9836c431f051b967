import type { BudgetView, DirectionView, LimitsView, TorrentLimitsView } from '../api/routes/limits-view.ts';
import { formatRate } from '../config/rate.ts';
import { formatBytes } from '../web/format.ts';

type Row = readonly [name: string, value: string];

/** The limits of a server, for people: a line each. */
export function nodeLimitsText({ upload, download, budget }: LimitsView): string {
  return lines([
    ...directionRows('Upload', 'To each peer', upload),
    ['Uploading now', nowText(upload)],
    ...directionRows('Download', 'From each peer', download),
    ['Downloading now', nowText(download)],
    ...(budget === null ? [] : [budgetRow(budget)]),
    ['Local network', localText(upload.isLocalLimited, download.isLocalLimited)],
  ]);
}

/** The limits of a torrent, for people: a line each. */
export function torrentLimitsText({ upload, download }: TorrentLimitsView): string {
  const text = ({ bytesPerSecond, isOwn }: TorrentLimitsView['upload']): string =>
    `${formatRate(bytesPerSecond)}${isOwn ? '' : ' (that of each torrent)'}`;
  return lines([
    ['Upload limit', text(upload)],
    ['Uploading now', formatRate(upload.rateBytesPerSecond)],
    ['Download limit', text(download)],
    ['Downloading now', formatRate(download.rateBytesPerSecond)],
  ]);
}

function budgetRow({ limitBytes, spentBytes, isSpent, until }: BudgetView): Row {
  const day = until.slice(0, 10);
  return [
    'Upload budget',
    isSpent
      ? `spent until ${day}: nobody is served`
      : `${formatBytes(spentBytes)} of ${formatBytes(limitBytes)} sent, until ${day}`,
  ];
}

function directionRows(name: string, peerName: string, view: DirectionView): Row[] {
  const { nodeBytesPerSecond: node, nowBytesPerSecond: now, schedule } = view;
  return [
    [
      `${name} limit`,
      now === node ? formatRate(node) : `${formatRate(now)} at this hour, else ${formatRate(node)}`,
    ],
    ['Of each torrent', formatRate(view.eachTorrentBytesPerSecond)],
    [peerName, formatRate(view.eachPeerBytesPerSecond)],
    ...schedule.map(({ from, to, bytesPerSecond }): Row => [`${from}-${to}`, formatRate(bytesPerSecond)]),
  ];
}

function localText(isUploadLimited: boolean, isDownloadLimited: boolean): string {
  if (isUploadLimited === isDownloadLimited) return isUploadLimited ? 'limited too' : 'not limited';
  return `${isUploadLimited ? 'uploads' : 'downloads'} limited too`;
}

function nowText({ rateBytesPerSecond, waitingPeers }: DirectionView): string {
  const held = waitingPeers > 0 ? `, ${waitingPeers} peers held back` : '';
  return `${formatRate(rateBytesPerSecond)}${held}`;
}

function lines(rows: readonly Row[]): string {
  return rows.map(([name, value]) => `${`${name}:`.padEnd(17)}${value}\n`).join('');
}
