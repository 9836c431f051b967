import { access, constants, readFile } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { Command } from 'commander';
import { type MadePublication, makePublication } from '../../api/make-publication.ts';
import type { TorrentView } from '../../api/torrent-view.ts';
import type { TorrentVersion } from '../../bittorrent/metainfo/metainfo.ts';
import { HashPool } from '../../builder/hashing/pool.ts';
import { writeTorrentFile } from '../../builder/write-torrent.ts';
import { addContentOptions, type ContentFlags, contentOf } from '../content-options.ts';
import { CliError, exitCode, usageError } from '../exit.ts';
import { warnOfIgnoredFlags } from '../ignored-flags.ts';
import { abortOnInterrupt } from '../interrupt.ts';
import { loadSettings, type ParsedFlags } from '../load-settings.ts';
import { asCliError } from '../make-torrent/errors.ts';
import { openProgress } from '../open-progress.ts';
import { printPublished } from '../published-output.ts';
import { openPublisher, type Publisher } from '../publisher.ts';
import { ALL_SETTINGS, addSettingOptions } from '../setting-options.ts';
import { publishAndStay } from '../stay.ts';
import { type OutputFlags, outputPathFor, refuseOwnContent } from '../torrent-output.ts';

/** What the command line of `publish` says, beside settings. */
type PublishFlags = ContentFlags &
  OutputFlags &
  ParsedFlags & { readonly json?: true; readonly quiet?: true };

const EXAMPLES = `
Examples:
  seedbed publish film.mkv
  seedbed publish photos/ --comment "Summer" --public-url https://example.org

The running server of the data folder takes over, with the settings that it was started with; without one, this command
is the server until you stop it.
Our own announce URL is put in first; -a names further trackers. What is published on a private tracker is private.`;

/** `seedbed publish PATH...`. */
export function publishCommand(): Command {
  const command = new Command('publish')
    .description(
      'publish files or folders: make the torrent of each, register it with the tracker and seed it',
    )
    .argument('<PATH...>', 'a file or folder; each becomes a torrent of its own')
    .option('-o, --output <FILE>', 'write a copy of the .torrent file there (one PATH only)')
    .option('-f, --force', 'overwrite the file of --output')
    .option('--json', 'print one JSON object a torrent')
    .option('-q, --quiet', 'no progress, and no result but with --json')
    .addHelpText('after', EXAMPLES);
  return addSettingOptions(addContentOptions(command, undefined), ALL_SETTINGS).action(
    (paths: readonly string[], flags: PublishFlags) =>
      publish(paths, flags).catch((error: unknown) => {
        throw asCliError(error);
      }),
  );
}

async function publish(paths: readonly string[], flags: PublishFlags): Promise<void> {
  if (paths.length > 1 && (flags.output !== undefined || flags.name !== undefined)) {
    throw usageError(
      `${flags.output === undefined ? '--name' : '--output'} goes with one path; here are ${paths.length}`,
    );
  }
  const config = loadSettings(flags);
  if (config === undefined) return;
  const { torrentVersion } = config;
  for (const path of paths) await requireReadable(path); // before a server is started for nothing
  const output = flags.output === undefined ? undefined : await outputPathFor(paths[0] ?? '', flags);
  using interrupt = abortOnInterrupt();
  const { signal } = interrupt;
  const publisher = await openPublisher(config);
  if (publisher.app === undefined && flags.quiet !== true) warnOfIgnoredFlags(flags);
  await publishAndStay({ publisher, signal, quiet: flags.quiet === true }, async () => {
    const pool = new HashPool(config.threads > 0 ? { threads: config.threads } : {});
    try {
      for (const path of paths)
        await publishOne(path, { flags, output, publisher, pool, signal, torrentVersion });
    } finally {
      await pool.stop();
    }
  });
}

async function requireReadable(path: string): Promise<void> {
  await access(path, constants.R_OK).catch((cause: NodeJS.ErrnoException) => {
    const why = cause.code === 'ENOENT' ? 'does not exist' : `cannot be read (${cause.code})`;
    throw new CliError(`${path} ${why}`, exitCode.failed, { cause });
  });
}

/** What each path is published with. */
interface PublishContext {
  readonly flags: PublishFlags;
  /** Where a copy of the `.torrent` file goes. */
  readonly output: string | undefined;
  readonly publisher: Publisher;
  readonly pool: HashPool;
  readonly signal: AbortSignal;
  /** Unless the flags say otherwise. */
  readonly torrentVersion: TorrentVersion;
}

async function publishOne(path: string, context: PublishContext): Promise<void> {
  const { flags, output, publisher } = context;
  const { torrent, dataPath, resume, files } = await build(path, context);
  if (output !== undefined) await refuseOwnContent(output, files);
  const view: TorrentView = await publisher.publish({ torrent, dataPath, resume });
  if (output !== undefined && view.torrentPath !== null)
    await writeTorrentFile(output, await readFile(view.torrentPath), { overwrite: flags.force ?? false });
  const json = flags.json === true;
  if (json || flags.quiet !== true) printPublished(view, publisher.announceUrl, { json });
}

/** Makes the torrent, with the record of the data that was hashed: the seed node checks only what was changed since. */
async function build(
  path: string,
  { flags, publisher, pool, signal, torrentVersion }: PublishContext,
): Promise<MadePublication> {
  const bar = openProgress({
    label: `Hashing ${basename(resolve(path))}`,
    isJson: flags.json === true,
    isQuiet: flags.quiet === true,
  });
  try {
    return await makePublication(path, {
      ...contentOf(flags, torrentVersion),
      isPrivate: flags.private === true || publisher.isPrivate, // else DHT and peer exchange would let strangers in
      pool,
      signal,
      onProgress: ({ bytesDone, bytesTotal }) => bar?.update(bytesDone, bytesTotal),
    });
  } finally {
    bar?.finish();
  }
}
