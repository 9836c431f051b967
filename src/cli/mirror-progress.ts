import { setTimeout } from 'node:timers/promises';
import type { TorrentView } from '../api/torrent-view.ts';
import { printableLine } from '../bittorrent/text.ts';
import { CliError } from './exit.ts';
import { openProgress } from './open-progress.ts';
import type { Publisher } from './publisher.ts';

const LOOK_MS = 200;
/** What is wrong with the target folder shows within so long; a check of much data takes longer, and goes on. */
const SETTLE_MS = 3_000;

/**
 * The torrent once it is known whether its folder can be used, or is being checked for longer.
 * @throws {CliError} when it failed.
 */
export async function settled(
  publisher: Publisher,
  added: TorrentView,
  signal: AbortSignal,
): Promise<TorrentView> {
  let view = added;
  const end = performance.now() + SETTLE_MS;
  while (isBeingChecked(view) && performance.now() < end) {
    await setTimeout(LOOK_MS / 4, undefined, { signal }).catch(() => signal.throwIfAborted());
    view = await publisher.torrent(added.infoHash);
  }
  return refuseFailed(view);
}

/** How a download is shown. */
export interface FollowOptions {
  readonly isJson: boolean;
  readonly isQuiet: boolean;
  readonly signal: AbortSignal;
}

/**
 * Shows the progress until all is there, or until the signal aborts.
 * @throws {CliError} when it fails.
 */
export async function followDownload(
  publisher: Publisher,
  { infoHash, name }: TorrentView,
  { isJson, isQuiet, signal }: FollowOptions,
): Promise<void> {
  const bar = openProgress({ label: `Fetching ${printableLine(name)}`, isJson, isQuiet });
  try {
    while (!signal.aborted) {
      const view = refuseFailed(await publisher.torrent(infoHash));
      bar?.update(Math.floor(view.progress * view.wantedBytes), view.wantedBytes);
      if (view.state === 'seeding' || view.state === 'stopped') return;
      await setTimeout(LOOK_MS, undefined, { signal }).catch(() => {}); // the loop looks at the signal
    }
  } finally {
    bar?.finish();
  }
}

/** With a reason it is checked, and waits for its turn. */
function isBeingChecked({ state, reason }: TorrentView): boolean {
  return state === 'checking' || (state === 'queued' && reason === undefined);
}

function refuseFailed(view: TorrentView): TorrentView {
  if (view.state === 'failed') throw new CliError(view.reason ?? `the torrent ${view.infoHash} failed`);
  return view;
}
