import { type Command, Option } from 'commander';
import type { DhtNode, TorrentVersion } from '../bittorrent/metainfo/metainfo.ts';
import { FILE_ORDERS, type FileOrder } from '../builder/input/order.ts';
import { LINK_MODES, type LinkMode } from '../builder/input/walk-options.ts';
import type { CreateTorrentOptions } from '../builder/options.ts';
import type { PieceLengthOption } from '../builder/piece-length.ts';
import { addNode, addText, addTier, addUrls, dateValue, pieceLengthValue } from './content-values.ts';

/** What the command line says of a torrent to be made, for every command that makes one. */
export interface ContentFlags {
  readonly v1?: true;
  readonly v2?: true;
  readonly hybrid?: true;
  readonly announce: readonly (readonly string[])[];
  readonly webSeed: readonly string[];
  readonly httpSeed: readonly string[];
  readonly dhtNode: readonly DhtNode[];
  readonly pieceLength?: PieceLengthOption;
  readonly private?: true;
  readonly public?: true;
  readonly comment?: string;
  readonly name?: string;
  readonly source?: string;
  readonly createdBy?: string | false;
  readonly date?: number | false;
  readonly similar: readonly string[];
  readonly collection: readonly string[];
  readonly updateUrl?: string;
  readonly exclude: readonly string[];
  readonly include: readonly string[];
  readonly hidden?: true;
  readonly links?: LinkMode;
  readonly sort?: FileOrder;
  readonly attributes?: boolean;
}

/** Gives a command the flags that say what goes into a torrent; `usual` is the version that it makes unless told otherwise, where that is no setting. */
export function addContentOptions(command: Command, usual: TorrentVersion | undefined): Command {
  addVersionOptions(command, usual);
  addDescriptionOptions(command);
  addRelationOptions(command);
  return addFileOptions(command).optionsGroup('Options:');
}

const VERSIONS: Readonly<Record<TorrentVersion, string>> = {
  v1: 'for every client (BEP 3)',
  v2: 'for v2 clients only: a tree of hashes a file (BEP 52)',
  hybrid:
    'for both, but not for aria2 and Transmission 3: a v1 and a v2 info-hash over the same data (BEP 52)',
};

function addVersionOptions(command: Command, usual: TorrentVersion | undefined): void {
  command.optionsGroup('Kind and pieces:');
  for (const [version, meaning] of Object.entries(VERSIONS)) {
    const help = version === usual ? `${meaning} (default)` : meaning;
    const others = Object.keys(VERSIONS).filter((other) => other !== version);
    command.addOption(new Option(`--${version}`, help).conflicts(others));
  }
  command.option(
    '-l, --piece-length <size>',
    'a power of two: 14 to 27 as exponent, or 16K to 128M; auto, or like:<program> (default: auto)',
    pieceLengthValue,
  );
}

function addDescriptionOptions(command: Command): void {
  command.optionsGroup('What the torrent says:');
  list(
    command,
    '-a, --announce <url>',
    'announce URL; with commas several of one tier; repeat for the next tier',
    addTier,
  );
  list(command, '-w, --web-seed <url>', 'web seed (BEP 19); repeat or separate by commas for more', addUrls);
  list(command, '--http-seed <url>', 'HTTP seed (BEP 17); likewise', addUrls);
  list(command, '--dht-node <host:port>', 'node of the DHT to begin with (BEP 5); repeat for more', addNode);
  command
    .addOption(
      new Option('-p, --private', 'private: peers come from the trackers only (BEP 27)').conflicts('public'),
    )
    .option('--public', 'say that it is not private, as Transmission 3 does; makes the info-hash another')
    .option('-c, --comment <text>', 'comment')
    .option('-n, --name <name>', "name in the torrent (default: the file's or folder's)")
    .option('-s, --source <text>', 'source tag; makes the info-hash another')
    .option('--created-by <text>', 'who made it (default: Seedbed and its version)')
    .option('--no-created-by', 'leave that out')
    .option('--date <when>', 'creation date: Unix seconds, or 2030-01-31T12:00:00Z (default: now)', dateValue)
    .option('-d, --no-date', 'leave out the creation date: the same input gives the same file');
}

function addRelationOptions(command: Command): void {
  list(
    command,
    '--similar <info-hash>',
    'a torrent with some of the same files (BEP 38); repeat for more',
    addText,
  );
  list(command, '--collection <name>', 'a collection of torrents that may share files (BEP 38)', addText);
  command.option('--update-url <url>', 'where a newer version will be found (BEP 39)');
}

function addFileOptions(command: Command): Command {
  command.optionsGroup('Which files:');
  list(command, '-e, --exclude <glob>', 'leave out files and folders that match; repeat for more', addText);
  list(command, '--include <glob>', 'take only files that match; repeat for more', addText);
  return command
    .option('--hidden', 'take files whose names begin with a dot too')
    .addOption(
      new Option(
        '--links <how>',
        'symbolic links: follow (take what they point to), keep (as links, BEP 47) or skip (default: follow)',
      ).choices(LINK_MODES),
    )
    .addOption(
      new Option('--sort <order>', 'order of the files of a v1 torrent (default: path)').choices(FILE_ORDERS),
    )
    .option('--attributes', 'mark executable files (BEP 47; default: in v2 and hybrid torrents)')
    .option('--no-attributes', 'do not');
}

/** An option that can be given several times. */
function list<Item>(
  command: Command,
  flags: string,
  help: string,
  add: (text: string, before: readonly Item[]) => readonly Item[],
): void {
  command.addOption(new Option(flags, help).argParser(add).default([], 'none'));
}

/** The flags as the builder takes them. */
export function contentOf(flags: ContentFlags, usual: TorrentVersion): CreateTorrentOptions {
  const { createdBy, date } = flags;
  return {
    version: versionOf(flags) ?? usual,
    announceTiers: flags.announce,
    webSeeds: flags.webSeed,
    httpSeeds: flags.httpSeed,
    dhtNodes: flags.dhtNode,
    isPrivate: flags.private ?? false,
    saysPublic: flags.public ?? false,
    source: flags.source,
    comment: flags.comment,
    createdBy: createdBy === false ? '' : createdBy,
    creationDate: date === false ? 'none' : date,
    similar: flags.similar,
    collections: flags.collection,
    updateUrl: flags.updateUrl,
    pieceLength: flags.pieceLength,
    name: flags.name,
    exclude: flags.exclude,
    include: flags.include,
    includeHidden: flags.hidden ?? false,
    links: flags.links,
    sort: flags.sort,
    attributes: flags.attributes,
  };
}

function versionOf({ v1, v2, hybrid }: ContentFlags): TorrentVersion | undefined {
  if (v2 === true) return 'v2';
  if (hybrid === true) return 'hybrid';
  return v1 === true ? 'v1' : undefined;
}
