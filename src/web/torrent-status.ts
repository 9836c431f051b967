import { formatBytes } from './format.ts';
import { type Html, html } from './html.ts';
import type { ListedStatus } from './listing.ts';

/** What our own seed node does with a torrent, to stand behind other facts; nothing while it serves it, and no rates are shown. */
export function torrentStatus(status: ListedStatus): Html {
  return html`${stateOf(status)}${ratesOf(status)}`;
}

/** Reasons stay in the log: they name paths of this machine. */
function stateOf({ availability, progress }: ListedStatus): Html {
  const percent = Math.floor(progress * 100);
  switch (availability) {
    case 'checking':
      return html` · <span class="warn">being checked, ${percent} %</span>`;
    case 'downloading':
      return html` · <span class="warn">being fetched, ${percent} % is here</span>`;
    case 'paused':
      return html` · <span class="warn">paused here</span>`;
    case 'stopped':
    case 'unavailable':
      return html` · <span class="warn">not served from here at the moment</span>`;
    case 'standing by':
      return html` · left to its seeders at the moment`;
    case 'seeding':
    case 'tracked':
      return html``;
  }
}

function ratesOf({ rates }: ListedStatus): Html {
  if (rates === undefined) return html``;
  const { uploadBytesPerSecond: up, downloadBytesPerSecond: down } = rates;
  const sent = up > 0 ? html` · ↑ ${formatBytes(up)}/s` : html``;
  return down > 0 ? html`${sent} · ↓ ${formatBytes(down)}/s` : sent;
}
