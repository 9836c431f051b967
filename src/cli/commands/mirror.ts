import { join, resolve } from 'node:path';
import { Command } from 'commander';
import type { TorrentView } from '../../api/torrent-view.ts';
import { printableLine } from '../../bittorrent/text.ts';
import { readMetainfo } from '../../builder/read-metainfo.ts';
import { CliError } from '../exit.ts';
import { warnOfIgnoredFlags } from '../ignored-flags.ts';
import { abortOnInterrupt } from '../interrupt.ts';
import { loadSettings, type ParsedFlags } from '../load-settings.ts';
import { printKept, withMetadata } from '../mirror-metadata.ts';
import { followDownload, settled } from '../mirror-progress.ts';
import { addPreferenceOptions, type PreferenceFlags, preferencesOf } from '../preference-options.ts';
import { printPublished } from '../published-output.ts';
import { openPublisher } from '../publisher.ts';
import { ALL_SETTINGS, addSettingOptions } from '../setting-options.ts';
import { publishAndStay } from '../stay.ts';
import {
  addTorrentLimitOptions,
  refuseServerLimits,
  type TorrentLimitFlags,
  torrentLimitsOf,
} from '../torrent-limit-options.ts';

/** What the command line of `mirror` says, beside settings. */
type MirrorFlags = ParsedFlags &
  PreferenceFlags &
  TorrentLimitFlags & {
    readonly to: string;
    readonly paused?: true;
    /** False with `--no-wait`. */
    readonly wait: boolean;
    readonly json?: true;
    readonly quiet?: true;
  };

const EXAMPLES = `
Examples:
  seedbed mirror film.torrent --to /srv/films --files "*.mkv,*.srt"
  seedbed mirror https://example.org/film.torrent --to /srv/films --torrent-download 2M --sequential
  seedbed mirror "magnet:?xt=urn:btih:7c5cb6fb0f7a8d9ae1ea1b3f9f4a3f6c1d0e2b45&tr=https%3A%2F%2Fexample.org%2Fannounce" --to .

The running server of the data folder takes over; without one, this command is the server until you stop it.
A magnet link is kept until its metadata has come, over restarts too: seedbed list shows it, also when you do not wait.
What lies in the folder already is checked and kept; a file of the same name that is another is an error. A torrent that is here stays as it is:
seedbed set, seedbed move and seedbed limit change that. --torrent-download is for this torrent and holds over restarts; --download-limit is a
setting of the server, and is refused where one runs already.`;

/** `seedbed mirror SOURCE --to FOLDER`. */
export function mirrorCommand(): Command {
  const command = new Command('mirror')
    .description('download a torrent from its peers and web seeds, check it, and seed it from then on')
    .argument('<SOURCE>', 'a .torrent file, the http(s) URL of one, or a magnet link in quotes')
    .requiredOption('--to <FOLDER>', 'the folder into which its file or folder goes')
    .option('--paused', 'fetch nothing until seedbed resume')
    .option('--no-wait', 'leave a magnet link to the running server before its metadata is there')
    .option('--json', 'print one JSON object')
    .option('-q, --quiet', 'no progress, and no result but with --json')
    .addHelpText('after', EXAMPLES);
  return addSettingOptions(addTorrentLimitOptions(addPreferenceOptions(command)), ALL_SETTINGS).action(
    mirror,
  );
}

async function mirror(text: string, flags: MirrorFlags): Promise<void> {
  const config = loadSettings(flags);
  if (config === undefined) return;
  const isRemote = /^(magnet:|https?:\/\/)/i.test(text);
  const source = isRemote ? text : (await readMetainfo(text)).bytes; // a bad file is told before anything starts
  const isJson = flags.json === true;
  const isQuiet = flags.quiet === true;
  using interrupt = abortOnInterrupt();
  const { signal } = interrupt;
  const publisher = await openPublisher(config);
  if (publisher.app === undefined) refuseServerLimits(flags);
  if (publisher.app === undefined && !isQuiet) warnOfIgnoredFlags(flags);
  await publishAndStay({ publisher, signal, quiet: isQuiet }, async () => {
    const request = {
      source,
      target: resolve(flags.to),
      isPaused: flags.paused === true,
      preferences: preferencesOf(flags),
      limits: torrentLimitsOf(flags),
    };
    const added = await publisher.mirror(request, signal);
    refuseElsewhere(added, request);
    if (!flags.wait && publisher.app === undefined && !added.hasMetadata)
      return printKept(added, publisher.announceUrl, { isJson, isQuiet });
    const here = await withMetadata(publisher, added, { isQuiet, signal });
    const view = await settled(publisher, here, signal);
    if (view.state === 'queued' && view.reason !== undefined && !isQuiet)
      process.stderr.write(`Not yet: it ${view.reason} (seedbed queue)\n`);
    if (isJson || !isQuiet) printPublished(view, publisher.announceUrl, { json: isJson, verb: 'Mirroring' });
    if (publisher.app !== undefined) await followDownload(publisher, view, { isJson, isQuiet, signal });
  });
}

/** The server leaves a torrent that it has where it is: whoever named another folder is not to think that it comes there. */
function refuseElsewhere(
  { infoHash, name, dataPath, target: waitingFor }: TorrentView,
  { target }: { readonly target: string },
): void {
  if (waitingFor !== undefined && waitingFor !== target)
    throw new CliError(
      `the magnet link is here already, to become files in ${printableLine(waitingFor)}, and stays as it is: seedbed remove ${infoHash.slice(0, 8)} forgets it`,
    );
  if (dataPath === null || dataPath === undefined || dataPath === join(target, name)) return;
  throw new CliError(
    `${printableLine(name)} is here already, at ${printableLine(dataPath)}, and stays as it is: seedbed move ${infoHash.slice(0, 8)} FOLDER moves it`,
  );
}
