import { type Command, InvalidArgumentError, Option } from 'commander';
import type { CreateTorrentOptions } from '../builder/options.ts';

/** What the command line says of a torrent to be made, for every command that makes one. */
export interface ContentFlags {
  readonly announce: readonly (readonly string[])[];
  readonly pieceLength?: number;
  readonly private?: true;
  readonly comment?: string;
  readonly name?: string;
  readonly source?: string;
  readonly webSeed: readonly string[];
  readonly date: boolean;
  readonly followLinks: boolean;
  readonly hidden?: true;
}

/** Gives a command the flags that say what goes into a torrent. */
export function addContentOptions(command: Command): Command {
  return command
    .addOption(
      new Option(
        '-a, --announce <url>',
        'announce URL; with commas several of one tier; repeat for the next tier',
      )
        .argParser(tier)
        .default([], 'none'),
    )
    .option(
      '-l, --piece-length <size>',
      'a power of two: 14 to 27 as exponent, or 16K to 128M (default: automatic)',
      size,
    )
    .option('-p, --private', 'private: peers come from the trackers only (BEP 27)')
    .option('-c, --comment <text>', 'comment')
    .option('-n, --name <name>', "name in the torrent (default: the file's or folder's)")
    .option('-s, --source <text>', 'source tag; makes the info-hash another')
    .addOption(
      new Option('-w, --web-seed <url>', 'web seed (BEP 19); repeat or separate by commas for more')
        .argParser(urls)
        .default([], 'none'),
    )
    .option('-d, --no-date', 'leave out the creation date: the same input gives the same file')
    .option('--no-follow-links', 'leave symbolic links out (default: take what they point to)')
    .option('--hidden', 'take files whose names begin with a dot too');
}

/** The flags as the builder takes them. */
export function contentOf(flags: ContentFlags): CreateTorrentOptions {
  return {
    announceTiers: flags.announce,
    webSeeds: flags.webSeed,
    isPrivate: flags.private ?? false,
    source: flags.source,
    comment: flags.comment,
    creationDate: flags.date ? undefined : 'none',
    pieceLength: flags.pieceLength,
    name: flags.name,
    followLinks: flags.followLinks,
    includeHidden: flags.hidden ?? false,
  };
}

function tier(text: string, tiers: readonly (readonly string[])[]): readonly (readonly string[])[] {
  return [...tiers, urls(text, [])];
}

function urls(text: string, before: readonly string[]): readonly string[] {
  const parts = text.split(',').map((part) => part.trim());
  if (parts.includes('')) throw new InvalidArgumentError('A URL is empty.');
  return [...before, ...parts];
}

/** `18` is an exponent as in mktorrent; `256K`, `1M` and `262144` are sizes. The builder checks that it is a power of two. */
function size(text: string): number {
  const match = /^(\d{1,12})\s*(?:([KM])(?:i?B)?|B)?$/i.exec(text.trim());
  if (match === null) throw new InvalidArgumentError('It must look like 18, 256K or 1M.');
  const value = Number(match[1]);
  const unit = match[2]?.toUpperCase();
  if (unit === undefined) return value >= 1 && value <= 64 && /^\d+$/.test(text.trim()) ? 2 ** value : value;
  return value * (unit === 'K' ? 1024 : 1024 * 1024);
}
