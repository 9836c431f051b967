import { setTimeout } from 'node:timers/promises';
import { Command, InvalidArgumentError } from 'commander';
import type { RecheckView } from '../../api/recheck-record.ts';
import { countOf } from '../../web/format.ts';
import { complain, saidNo, usageError } from '../exit.ts';
import { abortOnInterrupt } from '../interrupt.ts';
import type { ParsedFlags } from '../load-settings.ts';
import { openProgress } from '../open-progress.ts';
import { parsePieceList } from '../piece-list.ts';
import type { ServerClient } from '../server-client.ts';
import { addSettingOptions } from '../setting-options.ts';
import { TORRENT_HELP, withTorrents } from '../torrent-argument.ts';

/** The flags of `seedbed recheck`, beside settings. */
type RecheckFlags = ParsedFlags & {
  readonly pieces?: readonly (number | string)[];
  readonly file?: string;
  readonly json?: true;
  readonly quiet?: true;
};

const HELP = `
Without --pieces and --file all of a torrent is checked, which is not served meanwhile; chosen pieces are checked while it goes on. Bad pieces are not served
any more: a mirror fetches them again, and what was published fails. Ctrl-C ends the waiting, not the check.
Exit codes: 0 all is good, 1 pieces failed, are wanted and not here, or could not be looked at, 2 wrong flags, 130 interrupted.

Examples:
  seedbed recheck 7c5cb6fb
  seedbed recheck 7c5cb6fb0f7a8d9ae1ea1b3f9f4a3f6c1d0e2b45 --pieces 0-99,200
  seedbed recheck 7c5cb6fb --file "disc 1/01 intro.flac" --json`;

/** `seedbed recheck INFO-HASH...`. */
export function recheckCommand(): Command {
  const command = new Command('recheck')
    .description('compare data with its hashes again, and tell how many pieces are good')
    .argument('<INFO-HASH...>', TORRENT_HELP)
    .option('--pieces <LIST>', 'only these, from 0: numbers and ranges, such as 0-99,200', pieceList)
    .option('--file <PATH>', 'only the pieces of this file, as seedbed files shows it')
    .option('--json', 'print one JSON object a line, and progress as such on standard error')
    .option('-q, --quiet', 'no progress, and no result but with --json')
    .addHelpText('after', HELP);
  return addSettingOptions(command, ['dataDir']).action(recheck);
}

async function recheck(texts: readonly string[], flags: RecheckFlags): Promise<void> {
  const { pieces, file } = flags;
  if (pieces !== undefined && file !== undefined)
    throw usageError('--pieces and --file both say what is to be checked: leave one of them out');
  using interrupt = abortOnInterrupt();
  let isAllGood = true;
  await withTorrents(texts, flags, async ({ client, infoHashes }) => {
    for (const infoHash of infoHashes) {
      await client.call('POST', `/torrents/${infoHash}/recheck`, { pieces, file });
      const view = await ended(client, infoHash, { flags, signal: interrupt.signal });
      print(infoHash, view, flags);
      isAllGood &&= view.failed === 0 && view.reason === null;
      if (view.skipped > 0) isAllGood &&= (await client.torrent(infoHash)).isFinished; // files that nobody wants may be away
    }
  });
  if (!isAllGood) throw saidNo();
}

const LOOK_MS = 200;

async function ended(
  client: ServerClient,
  infoHash: string,
  { flags, signal }: { readonly flags: RecheckFlags; readonly signal: AbortSignal },
): Promise<RecheckView> {
  const bar = openProgress({
    label: `Checking ${infoHash.slice(0, 8)}`,
    isJson: flags.json === true,
    isQuiet: flags.quiet === true,
  });
  try {
    for (;;) {
      const view = (await client.call('GET', `/torrents/${infoHash}/recheck`)) as RecheckView;
      bar?.update(Math.floor(view.progress * view.bytes), view.bytes);
      if (!view.isRunning) return view;
      await setTimeout(LOOK_MS, undefined, { signal }).catch(() => signal.throwIfAborted());
    }
  } finally {
    bar?.finish();
  }
}

function print(infoHash: string, view: RecheckView, { json, quiet }: RecheckFlags): void {
  const { passed, failed, skipped, failedPieces, reason } = view;
  if (json === true) {
    process.stdout.write(`${JSON.stringify({ infoHash, passed, failed, skipped, failedPieces, reason })}\n`);
    return;
  }
  if (reason !== null) complain('seedbed', `${infoHash} was not checked to the end: ${reason}`);
  if (quiet === true) return;
  const which = failed === 0 ? '' : ` (${someOf(failedPieces, failed)})`;
  const rest = skipped === 0 ? '' : `, ${skipped} not here`;
  process.stdout.write(`${infoHash}: ${countOf(passed, 'piece')} passed, ${failed} failed${which}${rest}\n`);
}

/** Pieces that are named on a line. */
const NAMED = 10;

function someOf(pieces: readonly number[], count: number): string {
  const named = pieces.slice(0, NAMED).join(', ');
  return count > NAMED ? `${named}, ...` : named;
}

function pieceList(text: string): (number | string)[] {
  try {
    return parsePieceList(text);
  } catch (error) {
    const { message } = error as Error; // parsePieceList throws plain Errors
    throw new InvalidArgumentError(`${message[0]?.toUpperCase()}${message.slice(1)}.`);
  }
}
