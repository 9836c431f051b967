import { realpath, stat } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { Command } from 'commander';
import { type EditedTorrent, editTorrent, type TorrentChanges } from '../../builder/edit/edit-torrent.ts';
import { BuilderError } from '../../builder/hashing/errors.ts';
import { readMetainfo } from '../../builder/read-metainfo.ts';
import { writeTorrentFile } from '../../builder/write-torrent.ts';
import { CliError, complain, usageError } from '../exit.ts';
import { asCliError } from '../make-torrent/errors.ts';
import { addChangeOptions, type ChangeFlags, changesOf } from '../torrent-file/edit-options.ts';
import { editFacts, editText } from '../torrent-file/edit-output.ts';
import { outputPathFor } from '../torrent-output.ts';

/** The flags of `seedbed edit`. */
interface EditFlags extends ChangeFlags {
  readonly output?: string;
  readonly force?: true;
  readonly newInfoHash?: true;
  readonly dryRun?: true;
  readonly json?: true;
  readonly quiet?: true;
}

const HELP = `
Without --output the file itself is changed: written beside its place, then moved there, and only when something is another.
Trackers, seeds, comment and dates are not part of the info-hash; private, source and name are. Peers of the old info-hash
are another swarm, so such a change needs --new-info-hash. What is not changed keeps its bytes.

Examples:
  seedbed edit film.torrent --add-tracker udp://tracker.example.org:6969/announce --no-comment
  seedbed edit --replace 0123456789abcdef=fedcba9876543210 *.torrent`;

/** `seedbed edit TORRENT...`. */
export function editCommand(): Command {
  const command = new Command('edit')
    .description(
      'change trackers, web seeds, comment and the like in .torrent files; says whether the info-hash changes',
    )
    .argument('<TORRENT...>', '.torrent files');
  return addChangeOptions(command)
    .option('--new-info-hash', 'allow changes that make it another torrent, with another swarm')
    .option('-o, --output <FILE>', 'write there instead (one TORRENT only)')
    .option('-f, --force', 'overwrite the file of --output')
    .option('--dry-run', 'say what would change, and write nothing')
    .option('--json', 'print one JSON object a torrent')
    .option('-q, --quiet', 'print nothing but errors')
    .addHelpText('after', HELP)
    .action(act);
}

async function act(torrents: readonly string[], flags: EditFlags): Promise<void> {
  const changes = changesOf(flags);
  if (torrents.length > 1 && flags.output !== undefined)
    throw usageError(`--output goes with one torrent; here are ${torrents.length}`);
  if (torrents.length === 1) return edit(torrents[0] ?? '', changes, flags);
  let failed = 0;
  for (const torrent of torrents)
    await edit(torrent, changes, flags).catch((error: Error) => {
      failed++;
      complain('seedbed', error.message);
    });
  if (failed > 0) throw new CliError(`${failed} of ${torrents.length} torrents were not changed`);
}

async function edit(torrent: string, changes: TorrentChanges, flags: EditFlags): Promise<void> {
  try {
    const { bytes } = await readMetainfo(torrent);
    const edited = editTorrent(bytes, changes);
    const isDryRun = flags.dryRun === true;
    if (!isDryRun) refuseOtherSwarm(torrent, edited, flags);
    const output = flags.output === undefined ? torrent : await outputOf(torrent, flags);
    const isWritten = !isDryRun && (edited.isChanged || flags.output !== undefined);
    if (isWritten) await write(torrent, edited, flags, output);
    const place = { torrent, output, isWritten };
    if (flags.json === true) process.stdout.write(`${JSON.stringify(editFacts(edited, place))}\n`);
    else if (flags.quiet !== true) process.stdout.write(editText(edited, place));
  } catch (error) {
    throw withPath(torrent, asCliError(error));
  }
}

/** Of `--output FOLDER`, the file of the same name in it. */
function outputOf(torrent: string, { output, force }: EditFlags): Promise<string> {
  const name = basename(torrent, '.torrent');
  return outputPathFor(torrent, {
    name,
    ...(output !== undefined && { output }),
    ...(force === true && { force }),
  });
}

function refuseOtherSwarm(
  torrent: string,
  { isNewInfoHash, changes }: EditedTorrent,
  flags: EditFlags,
): void {
  if (!isNewInfoHash || flags.newInfoHash === true) return;
  const which = changes
    .filter(({ isInInfo }) => isInInfo)
    .map(({ field }) => (field === 'isPrivate' ? 'private' : field));
  const fields = `${which.join(' and ')} ${which.length === 1 ? 'is' : 'are'}`;
  throw new CliError(
    `${JSON.stringify(torrent)} is left as it is: ${fields} part of the info-hash, and the peers of the old one are ` +
      'another swarm (--new-info-hash allows it, --dry-run shows it)',
  );
}

/** In place, the file keeps its mode, and a link stays a link. */
async function write(
  torrent: string,
  { torrent: bytes }: EditedTorrent,
  flags: EditFlags,
  output: string,
): Promise<void> {
  if (flags.output !== undefined) return writeTorrentFile(output, bytes, { overwrite: flags.force ?? false });
  const place = await realpath(resolve(torrent));
  return writeTorrentFile(place, bytes, { overwrite: true, mode: (await stat(place)).mode });
}

/** Errors of an edit name the option; with many torrents one wants to know of which. */
function withPath(torrent: string, error: unknown): unknown {
  if (error instanceof BuilderError || !(error instanceof CliError) || error.message.includes(torrent))
    return error;
  return new CliError(`${JSON.stringify(torrent)}: ${error.message}`, error.exitCode, { cause: error });
}
