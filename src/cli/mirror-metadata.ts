import { setTimeout } from 'node:timers/promises';
import type { TorrentView } from '../api/torrent-view.ts';
import { printableLine } from '../bittorrent/text.ts';
import { CliError, exitCode } from './exit.ts';
import { printPublished } from './published-output.ts';
import type { Publisher } from './publisher.ts';

const LOOK_MS = 500;

/** How it is waited for. */
export interface MetadataWait {
  readonly isQuiet: boolean;
  readonly signal: AbortSignal;
}

/**
 * The torrent once its metadata is here; of anything but a magnet link that is at once. Nothing is lost when it is not waited for any
 * more: the link is kept, and so it is told.
 * @throws {CliError} when the link has failed or is stopped, and when the signal aborts.
 */
export async function withMetadata(
  publisher: Publisher,
  added: TorrentView,
  { isQuiet, signal }: MetadataWait,
): Promise<TorrentView> {
  if (added.hasMetadata) return added;
  const short = added.infoHash.slice(0, 8);
  if (!isQuiet) process.stderr.write(waitingText(publisher, short));
  let view = added;
  while (!view.hasMetadata) {
    if (view.state === 'failed') throw new CliError(`${view.reason ?? 'it failed'} (${kept(short)})`);
    if (view.state === 'stopped') throw new CliError(`the magnet link is stopped: seedbed start ${short}`);
    await setTimeout(LOOK_MS, undefined, { signal }).catch(() => {
      throw new CliError(interruptedText(publisher, short), exitCode.interrupted);
    });
    view = await publisher.torrent(added.infoHash);
  }
  return view;
}

/** Says of a magnet link that the server has it now: for people, or as one JSON line. */
export function printKept(
  view: TorrentView,
  announceUrl: string,
  { isJson, isQuiet }: { readonly isJson: boolean; readonly isQuiet: boolean },
): void {
  if (isJson) return printPublished(view, announceUrl, { json: true });
  const name = printableLine(view.name) || 'the magnet link';
  if (!isQuiet)
    process.stdout.write(
      `The server fetches the metadata of ${name}, then its files: seedbed list\n  Info-hash: ${view.infoHash}\n`,
    );
}

function kept(short: string): string {
  return `the link is kept: seedbed start ${short} tries again, seedbed remove ${short} forgets it`;
}

function waitingText({ app }: Publisher, short: string): string {
  const leave =
    app === undefined ? 'Ctrl-C leaves that to the server' : 'after Ctrl-C the next server goes on with it';
  return `Asking peers for the metadata of the magnet link ${short}; ${leave}\n`;
}

function interruptedText({ app }: Publisher, short: string): string {
  const who =
    app === undefined
      ? 'the server goes on asking for the metadata (seedbed list)'
      : 'the link is kept, and the next server goes on asking for its metadata';
  return `interrupted: ${who}; seedbed remove ${short} forgets it`;
}
