import { resolve } from 'node:path';
import { Command } from 'commander';
import { readMetainfo } from '../../builder/read-metainfo.ts';
import { warnOfIgnoredFlags } from '../ignored-flags.ts';
import { abortOnInterrupt } from '../interrupt.ts';
import { loadSettings, type ParsedFlags } from '../load-settings.ts';
import { printPublished } from '../published-output.ts';
import { openPublisher } from '../publisher.ts';
import { ALL_SETTINGS, addSettingOptions } from '../setting-options.ts';
import { publishAndStay } from '../stay.ts';

/** `seedbed seed TORRENT PATH`. */
export function seedCommand(): Command {
  const command = new Command('seed')
    .description('track and seed an existing torrent from its data, which is checked first')
    .argument('<TORRENT>', 'the .torrent file')
    .argument('<PATH>', 'its file or folder, or the folder that contains it')
    .option('--json', 'print one JSON object')
    .option('-q, --quiet', 'print nothing but errors')
    .addHelpText(
      'after',
      '\nExamples:\n  seedbed seed film.torrent film.mkv\n  seedbed seed album.torrent ~/Music',
    );
  return addSettingOptions(command, ALL_SETTINGS).action(seed);
}

async function seed(torrentFile: string, path: string, flags: ParsedFlags): Promise<void> {
  const config = loadSettings(flags);
  if (config === undefined) return;
  const { bytes: torrent, metainfo } = await readMetainfo(torrentFile); // a bad file is told before anything starts
  using interrupt = abortOnInterrupt();
  const publisher = await openPublisher(config);
  const quiet = flags['quiet'] === true;
  if (publisher.app === undefined && !quiet) warnOfIgnoredFlags(flags);
  if (publisher.isPrivate && !metainfo.info.isPrivate && !quiet)
    process.stderr.write(
      'seedbed: the tracker is private, but this torrent is not (BEP 27): clients will find peers without it\n',
    );
  await publishAndStay({ publisher, signal: interrupt.signal, quiet }, async () => {
    const view = await publisher.publish({ torrent, dataPath: resolve(path), resume: null });
    if (!quiet) printPublished(view, publisher.announceUrl, { json: flags['json'] === true });
  });
}
