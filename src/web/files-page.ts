import type { InfoHash } from '../bittorrent/info-hash.ts';
import { infoHashToHex } from '../bittorrent/info-hash.ts';
import { printableLine } from '../bittorrent/text.ts';
import { countOf, formatBytes } from './format.ts';
import { type Html, html } from './html.ts';
import type { ListedFile, ListedFiles } from './listing.ts';
import { torrentStatus } from './torrent-status.ts';

/** One page of the list of a torrent's files. */
export interface FilesPage extends ListedFiles {
  readonly infoHash: InfoHash;
  readonly magnet: string;
  /** From 1. */
  readonly page: number;
  readonly pageCount: number;
  /** Of the user whose page it is; undefined: it is everybody's. */
  readonly passkey?: string | undefined;
}

/** The page at `/torrents/<info-hash>`. Its links are relative: strangers may find it below another path. */
export function filesPage(view: FilesPage): Html {
  const hash = infoHashToHex(view.infoHash);
  const query = view.passkey === undefined ? '' : `?passkey=${view.passkey}`;
  const name = printableLine(view.name);
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${name}</title>
<link rel="stylesheet" href="../style.css">
</head>
<body>
<main>
<h1><bdi>${name}</bdi></h1>
<p class="facts">${countOf(view.fileCount, 'file')}${torrentStatus(view.status)}</p>
<p class="soft">With many downloading, BitTorrent is faster than a single server: open the magnet link or the .torrent file.</p>
<p class="get"><a class="button first" href="${view.magnet}">Magnet</a><a class="button" href="${hash}.torrent${query}">.torrent</a></p>
<table>${view.files.map(fileRow)}</table>
${pager(view)}
<p><a href="../${query}">All torrents</a></p>
</main>
</body>
</html>
`;
}

/** Machines that follow every link should not download all there is. */
function fileRow({ path, lengthBytes, url }: ListedFile): Html {
  const name = html`<bdi>${printableLine(path, 1000)}</bdi>`;
  const link = url === undefined ? name : html`<a href="../${url}" rel="nofollow" download>${name}</a>`;
  return html`<tr><th scope="row">${link}</th><td>${formatBytes(lengthBytes)}</td></tr>
`;
}

function pager({ page, pageCount, passkey }: FilesPage): Html {
  if (pageCount <= 1) return html``;
  const own = passkey === undefined ? '' : `passkey=${passkey}&`;
  const back = page > 1 ? html`<a href="?${own}page=${page - 1}">Back</a>` : html``;
  const on = page < pageCount ? html`<a href="?${own}page=${page + 1}">On</a>` : html``;
  return html`<nav>${back}<span class="soft">Page ${page} of ${pageCount}</span>${on}</nav>`;
}
