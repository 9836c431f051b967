import { join, resolve } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { Command } from 'commander';
import type { TorrentView } from '../../api/torrent-view.ts';
import { printableLine } from '../../bittorrent/text.ts';
import { CliError } from '../exit.ts';
import { abortOnInterrupt } from '../interrupt.ts';
import type { ParsedFlags } from '../load-settings.ts';
import { openProgress } from '../open-progress.ts';
import type { ServerClient } from '../server-client.ts';
import { addSettingOptions } from '../setting-options.ts';
import { TORRENT_HELP, withTorrents } from '../torrent-argument.ts';

const LOOK_MS = 200;

const EXAMPLES = `
Examples:
  seedbed move 7c5cb6fb /srv/archive
  seedbed move 7c5cb6fb0f7a8d9ae1ea1b3f9f4a3f6c1d0e2b45 . --data-dir /srv/seedbed

It is served meanwhile. Interrupted, the command ends and the move goes on; seedbed set INFO-HASH --no-then-move ends the move.
A torrent that is being downloaded is moved when it has all that is wanted.`;

type MoveFlags = ParsedFlags & { readonly quiet?: true };

/** `seedbed move INFO-HASH FOLDER`. */
export function moveCommand(): Command {
  const command = new Command('move')
    .description('move the data of a torrent of the running server to another folder')
    .argument('<INFO-HASH>', TORRENT_HELP)
    .argument('<FOLDER>', 'the folder into which its file or folder goes')
    .option('-q, --quiet', 'no progress')
    .addHelpText('after', EXAMPLES);
  return addSettingOptions(command, ['dataDir']).action(move);
}

async function move(text: string, folder: string, flags: MoveFlags): Promise<void> {
  await withTorrents([text], flags, async ({ client, infoHashes: [infoHash] }) => {
    using interrupt = abortOnInterrupt();
    const preferences = { moveTo: resolve(folder) };
    const view = (await client.call('PATCH', `/torrents/${infoHash}`, { preferences })) as TorrentView;
    const isDone = await follow(client, view, {
      ...preferences,
      isQuiet: flags.quiet === true,
      signal: interrupt.signal,
    });
    if (isDone) process.stdout.write(`Moved ${infoHash} to ${join(preferences.moveTo, view.name)}\n`);
  });
}

interface FollowOptions {
  readonly moveTo: string;
  readonly isQuiet: boolean;
  readonly signal: AbortSignal;
}

/** Whether it was moved; false when it is not followed to its end. @throws {CliError} when it cannot be moved. */
async function follow(client: ServerClient, before: TorrentView, options: FollowOptions): Promise<boolean> {
  const { moveTo, isQuiet, signal } = options;
  const label = `Moving ${printableLine(before.name)}`;
  const bar = openProgress({ label, isJson: false, isQuiet });
  try {
    for (let view = before; ; view = await client.torrent(before.infoHash)) {
      if (view.moveFailure !== null) throw new CliError(view.moveFailure);
      if (view.state === 'failed') throw new CliError(view.reason ?? 'the torrent failed');
      if (view.dataPath === join(moveTo, view.name) && view.preferences?.moveTo === null) return true;
      if (
        view.preferences?.moveTo !== moveTo &&
        view.dataPath === before.dataPath &&
        view.moveProgress === null
      )
        throw new CliError('somebody else chose that it is not to be moved there');
      if (view.state === 'downloading') {
        if (!isQuiet) process.stderr.write('It is moved when it has all that is wanted\n');
        return false;
      }
      if (signal.aborted) return false;
      bar?.update(Math.floor((view.moveProgress ?? 0) * view.wantedBytes), view.wantedBytes);
      await setTimeout(LOOK_MS, undefined, { signal }).catch(() => {}); // the loop looks at the signal
    }
  } finally {
    bar?.finish();
  }
}
