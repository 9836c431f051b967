import { type Command, InvalidArgumentError } from 'commander';
import type { DhtNode } from '../../bittorrent/metainfo/metainfo.ts';
import type { TextReplacement, TorrentChanges } from '../../builder/edit/edit-torrent.ts';
import { addNode, addText, addTier, addUrls, dateValue } from '../content-values.ts';
import { usageError } from '../exit.ts';

/** What the command line of `seedbed edit` says is to be another; false stands for `--no-...`. */
export interface ChangeFlags {
  readonly announce?: readonly (readonly string[])[] | false;
  readonly addTracker?: readonly (readonly string[])[];
  readonly removeTracker?: readonly string[];
  readonly replace?: readonly TextReplacement[];
  readonly webSeed?: readonly string[] | false;
  readonly addWebSeed?: readonly string[];
  readonly removeWebSeed?: readonly string[];
  readonly httpSeed?: readonly string[] | false;
  readonly dhtNode?: readonly DhtNode[] | false;
  readonly comment?: string | false;
  readonly createdBy?: string | false;
  readonly date?: number | false;
  readonly private?: true;
  readonly public?: true;
  readonly source?: string | false;
  readonly name?: string;
}

/** Gives a command the flags that say what is to be another. */
export function addChangeOptions(command: Command): Command {
  addTrackerOptions(command.optionsGroup('Trackers:'));
  addSeedOptions(command.optionsGroup('Seeds and nodes:'));
  addRemarkOptions(command.optionsGroup('Remarks:'));
  addInfoOptions(command.optionsGroup('Part of the info-hash (with --new-info-hash):'));
  return command.optionsGroup('Options:');
}

function addTrackerOptions(command: Command): void {
  command
    .option(
      '-a, --announce <URL>',
      'these instead of all others; with commas one tier; repeat for the next tier',
      tiers,
    )
    .option('--no-announce', 'none')
    .option('--add-tracker <URL>', 'a further tier, of several URLs with commas; repeat for more', tiers)
    .option('--remove-tracker <URL|HOST>', 'without this one, or all of a host; repeat for more', texts)
    .option(
      '--replace <FROM=TO>',
      'a text within all URLs, also of seeds, such as a passkey; "FROM TO" where FROM has a "="',
      replacements,
    );
}

function addSeedOptions(command: Command): void {
  command
    .option(
      '-w, --web-seed <URL>',
      'web seeds (BEP 19) instead of all others; repeat or use commas for more',
      urls,
    )
    .option('--no-web-seed', 'no web seeds')
    .option('--add-web-seed <URL>', 'a further web seed', urls)
    .option('--remove-web-seed <URL|HOST>', 'without this web seed, or all of a host', texts)
    .option('--http-seed <URL>', 'HTTP seeds (BEP 17) instead of all others', urls)
    .option('--no-http-seed', 'no HTTP seeds')
    .option('--dht-node <HOST:PORT>', 'DHT nodes (BEP 5) instead of all others', nodes)
    .option('--no-dht-node', 'no DHT nodes');
}

function addRemarkOptions(command: Command): void {
  command
    .option('-c, --comment <TEXT>', 'comment')
    .option('--no-comment', 'no comment')
    .option('--created-by <TEXT>', 'the program that made it')
    .option('--no-created-by', 'no such program')
    .option('--date <TIME>', 'creation date: now, 2030-01-31, 2030-01-31T12:00:00Z, or Unix seconds', date)
    .option('--no-date', 'no creation date');
}

function addInfoOptions(command: Command): void {
  command
    .option('-p, --private', 'peers come from the trackers only (BEP 27)')
    .option('--public', 'not private')
    .option('-s, --source <TEXT>', 'source tag')
    .option('--no-source', 'no source tag')
    .option('-n, --name <NAME>', 'the name of the file or folder');
}

/**
 * The flags as the builder takes them.
 * @throws {CliError} with exit code 2 when they say nothing, or two things.
 */
export function changesOf(flags: ChangeFlags): TorrentChanges {
  if (flags.private === true && flags.public === true)
    throw usageError('--private and --public exclude each other');
  if (flags.source === '') throw usageError('the source is empty: --no-source takes it away');
  const changes: TorrentChanges = {
    announceTiers: listOf(flags.announce),
    addTiers: flags.addTracker,
    removeTrackers: flags.removeTracker,
    replaceInUrls: flags.replace,
    webSeeds: listOf(flags.webSeed),
    addWebSeeds: flags.addWebSeed,
    removeWebSeeds: flags.removeWebSeed,
    httpSeeds: listOf(flags.httpSeed),
    dhtNodes: listOf(flags.dhtNode),
    comment: textOrNone(flags.comment),
    createdBy: textOrNone(flags.createdBy),
    creationDate: textOrNone(flags.date),
    isPrivate: flags.private === true ? true : flags.public === true ? false : undefined,
    source: textOrNone(flags.source),
    name: flags.name,
  };
  if (Object.values(changes).every((value) => value === undefined))
    throw usageError('there is nothing to change: say what, such as --add-tracker or --comment');
  return changes;
}

function listOf<T>(list: readonly T[] | false | undefined): readonly T[] | undefined {
  return list === false ? [] : list;
}

function textOrNone<T>(value: T | false | undefined): T | null | undefined {
  return value === false ? null : value;
}

/** What was collected so far; `--no-...` before it counts for nothing. */
type Before<T> = readonly T[] | false | undefined;

function texts(text: string, before: Before<string>): readonly string[] {
  if (text === '') throw new InvalidArgumentError('It is empty.');
  return addText(text, before || []);
}

function urls(text: string, before: Before<string>): readonly string[] {
  return addUrls(text, before || []);
}

function tiers(text: string, before: Before<readonly string[]>): readonly (readonly string[])[] {
  return addTier(text, before || []);
}

function nodes(text: string, before: Before<DhtNode>): readonly DhtNode[] {
  return addNode(text, before || []);
}

function date(text: string): number {
  return text === 'now' ? Math.floor(Date.now() / 1000) : dateValue(text);
}

/** URLs have no blanks, so a blank parts the two texts better than `=`, which passkeys stand behind. */
function replacements(text: string, before: Before<TextReplacement>): readonly TextReplacement[] {
  const [, from, to] = /^(\S+)\s+(\S*)$/.exec(text) ?? /^([^\s=]+)=(\S*)$/.exec(text) ?? [];
  if (from === undefined || to === undefined)
    throw new InvalidArgumentError('It must look like FROM=TO, or "FROM TO".');
  return [...(before || []), { from, to }];
}
