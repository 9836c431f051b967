import { infoHashToHex } from '../bittorrent/info-hash.ts';
import { printableLine } from '../bittorrent/text.ts';
import { countOf, formatBytes } from './format.ts';
import { type Html, html } from './html.ts';
import type { ListedTorrent } from './listing.ts';
import { torrentStatus } from './torrent-status.ts';

/** One page of the list of published torrents. */
export interface IndexPage {
  readonly torrents: readonly (ListedTorrent & { readonly magnet: string })[];
  /** Magnet links that wait for their metadata. */
  readonly pending: number;
  /** From 1. */
  readonly page: number;
  readonly pageCount: number;
  readonly announceUrl: string;
  /** Of the user whose page it is; undefined: it is everybody's. */
  readonly passkey?: string | undefined;
}

/** The page at `/`. Its links are relative: strangers may find it below another path. */
export function indexPage(view: IndexPage): Html {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Published here by BitTorrent</title>
<link rel="stylesheet" href="style.css">
</head>
<body>
<main>
<h1>Published here</h1>
<p class="soft">Open a magnet link or a .torrent file with any BitTorrent client.</p>
${waiting(view)}${view.torrents.length === 0 ? emptyList() : html`<ul>${view.torrents.map((torrent) => listItem(torrent, ownQuery(view)))}</ul>`}
${pager(view)}
<p class="soft">Announce URL: <code>${view.announceUrl}</code></p>
</main>
</body>
</html>
`;
}

/** What a stranger sees of a private tracker. */
export function privatePage(): Html {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Private tracker</title>
<link rel="stylesheet" href="style.css">
</head>
<body>
<main>
<h1>Private tracker</h1>
<p class="soft">What is published here is for its users: open this page with your passkey, <code>/?passkey=...</code></p>
</main>
</body>
</html>
`;
}

/** What the links of a user's page carry along. */
function ownQuery({ passkey }: IndexPage): string {
  return passkey === undefined ? '' : `?passkey=${passkey}`;
}

/** What they are is told when they are torrents: until then nobody knows whether they are private. */
function waiting({ pending }: IndexPage): Html {
  if (pending === 0) return html``;
  return html`<p class="soft">Fetching the metadata of ${countOf(pending, 'magnet link')}.</p>
`;
}

function emptyList(): Html {
  return html`<ul><li><span class="what">Nothing is published yet. On the server: <code>seedbed publish FILE</code></span></li></ul>`;
}

function listItem(torrent: ListedTorrent & { readonly magnet: string }, query: string): Html {
  const infoHash = infoHashToHex(torrent.infoHash);
  const name = html`<bdi>${printableLine(torrent.name)}</bdi>`;
  return html`<li>
<div class="what">
<div class="name">${torrent.hasFileList ? html`<a href="torrents/${infoHash}${query}">${name}</a>` : name}</div>
<div class="facts">${formatBytes(torrent.lengthBytes)}${fileCount(torrent.fileCount)} · ${countOf(torrent.seeders, 'seeder')} · ${countOf(torrent.leechers, 'leecher')} · completed ${countOf(torrent.completed, 'time')}${saved(torrent)}${torrentStatus(torrent)}</div>
</div>
<div class="get"><a class="button first" href="${torrent.magnet}">Magnet</a><a class="button" href="torrents/${infoHash}.torrent${query}">.torrent</a></div>
</li>
`;
}

function fileCount(files: number): Html {
  return files === 1 ? html`` : html` in ${files} files`;
}

/** What the swarm did without us. */
function saved({ savedBytes, downloadedBytes }: ListedTorrent): Html {
  if (savedBytes === 0) return html``;
  return html` · peers served ${formatBytes(savedBytes)} of ${formatBytes(downloadedBytes)}`;
}

function pager(view: IndexPage): Html {
  if (view.pageCount <= 1) return html``;
  const own = view.passkey === undefined ? '' : `passkey=${view.passkey}&`;
  const back = view.page > 1 ? html`<a href="?${own}page=${view.page - 1}">Newer</a>` : html``;
  const on = view.page < view.pageCount ? html`<a href="?${own}page=${view.page + 1}">Older</a>` : html``;
  return html`<nav>${back}<span class="soft">Page ${view.page} of ${view.pageCount}</span>${on}</nav>`;
}
