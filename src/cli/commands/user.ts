import { Command } from 'commander';
import type { UserDetailView, UserTorrentView, UserView } from '../../api/user-view.ts';
import { printableLine } from '../../bittorrent/text.ts';
import { formatBytes } from '../../web/format.ts';
import { usageError } from '../exit.ts';
import { formatDuration } from '../format.ts';
import { loadSettings, type ParsedFlags } from '../load-settings.ts';
import { requireServer } from '../server-client.ts';
import { addSettingOptions } from '../setting-options.ts';
import { formatTable } from '../table.ts';
import { timeArgument } from '../time-argument.ts';
import { UserClient } from '../user-client.ts';

const PAGE = 1000;
/** Torrents that are shown of a user, the last seen ones. */
const MAX_TORRENTS_SHOWN = 20;

type UserFlags = ParsedFlags & { readonly json?: true; readonly expires?: string; readonly passkey?: string };

/** What a subcommand works with. */
interface UserCall {
  readonly client: UserClient;
  readonly flags: UserFlags;
}

/** `seedbed user add|list|show|...`. */
export function userCommand(): Command {
  const command = new Command('user')
    .description('the users of a private tracker: see docs/private-tracker.md')
    .addHelpText(
      'after',
      '\nExamples:\n  seedbed user add anna --expires 2030-01-31\n  seedbed user show anna\n\nA USER is a name or a number. Changes take effect at once.',
    );
  const expires = (one: Command): Command =>
    one.option(
      '--expires <TIME>',
      'refuse the user from then on: a date, a time, or a span such as 30d; never',
    );
  const passkey = (one: Command): Command =>
    one.option('--passkey <TEXT>', 'this one, not one of ours: 16 to 64 of A-Z, a-z, 0-9, "_" and "-"');
  for (const one of [
    passkey(
      expires(subcommand('add <NAME>', 'add a user, and print the announce URL for his torrents', add)),
    ),
    subcommand('list', 'list the users with what they did', list),
    subcommand('show <USER>', 'show a user, his announce URL, and his torrents', show),
    subcommand('disable <USER>', 'refuse a user until he is enabled again', setEnabled(false)),
    subcommand('enable <USER>', 'let a user in again', setEnabled(true)),
    expires(subcommand('expire <USER>', 'refuse a user from a time on (--expires; default: now)', expire)),
    passkey(
      subcommand('passkey <USER>', 'give a user another passkey, and print his announce URL', newPasskey),
    ),
    subcommand('remove <USER>', 'forget a user and all that he did', remove),
  ])
    command.addCommand(one);
  return command;
}

function subcommand(
  usage: string,
  description: string,
  run: (call: UserCall, argument: string) => Promise<void>,
): Command {
  const [name = '', argument] = usage.split(' ');
  const command = new Command(name)
    .description(description)
    .option('--json', 'print JSON')
    .addHelpText('after', examplesOf(name));
  if (argument !== undefined) command.argument(argument);
  addSettingOptions(command, ['dataDir']);
  return command.exitOverride().action(async (...args: unknown[]) => {
    const [given, flags] = (argument === undefined ? ['', args[0]] : args) as [string, UserFlags]; // commander gives arguments, then options
    const config = loadSettings(flags);
    if (config === undefined) return;
    await run({ client: new UserClient(await requireServer(config.dataDir)), flags }, given);
  });
}

const EXAMPLES: Readonly<Record<string, readonly [string, string]>> = {
  add: ['add anna', 'add anna --expires 2030-01-31'],
  list: ['list', 'list --json --data-dir /srv/seedbed'],
  show: ['show anna', 'show 17 --json'],
  disable: ['disable anna', 'disable 17'],
  enable: ['enable anna', 'enable 17'],
  expire: ['expire anna --expires 30d', 'expire anna --expires never'],
  passkey: ['passkey anna', 'passkey anna --passkey 0123456789abcdef'],
  remove: ['remove anna', 'remove 17'],
};

function examplesOf(name: string): string {
  const examples = EXAMPLES[name] ?? [];
  return `\nExamples:\n${examples.map((example) => `  seedbed user ${example}`).join('\n')}`;
}

async function add({ client, flags }: UserCall, name: string): Promise<void> {
  const expiresAt = flags.expires === undefined ? undefined : timeArgument(flags.expires);
  printUser(await client.add({ name, passkey: flags.passkey, expiresAt }), flags);
}

async function list({ client, flags }: UserCall): Promise<void> {
  const users: UserView[] = [];
  for (;;) {
    const page = await client.list(users.length, PAGE);
    users.push(...page);
    if (page.length < PAGE) break;
  }
  if (flags.json === true) {
    for (const user of users) process.stdout.write(`${JSON.stringify(user)}\n`);
  } else if (users.length === 0) process.stderr.write('There is no user yet: seedbed user add NAME\n');
  else process.stdout.write(userTable(users));
}

async function show({ client, flags }: UserCall, name: string): Promise<void> {
  const user = await client.get(name);
  const torrents = await client.torrents(name, MAX_TORRENTS_SHOWN);
  if (flags.json === true) process.stdout.write(`${JSON.stringify({ ...user, lastTorrents: torrents })}\n`);
  else process.stdout.write(`${userText(user)}${torrents.length === 0 ? '' : `\n${torrentTable(torrents)}`}`);
}

function setEnabled(isEnabled: boolean): (call: UserCall, name: string) => Promise<void> {
  return async ({ client, flags }, name) => printUser(await client.change(name, { isEnabled }), flags);
}

async function expire({ client, flags }: UserCall, name: string): Promise<void> {
  const expiresAt = timeArgument(flags.expires ?? 'now');
  printUser(await client.change(name, { expiresAt }), flags);
}

async function newPasskey({ client, flags }: UserCall, name: string): Promise<void> {
  printUser(await client.newPasskey(name, flags.passkey), flags);
}

async function remove({ client }: UserCall, name: string): Promise<void> {
  if (name === '') throw usageError('name a user');
  await client.remove(name);
  process.stdout.write(`Removed ${printableLine(name)}\n`);
}

function printUser(user: UserDetailView, flags: UserFlags): void {
  process.stdout.write(flags.json === true ? `${JSON.stringify(user)}\n` : userText(user));
}

function userText(user: UserDetailView): string {
  const lines = [
    ['User', `${printableLine(user.name)} (number ${user.id}), ${user.state}`],
    ['Expires', user.expiresAt ?? 'never'],
    ...user.announceUrls.map((url, i) => [i === 0 ? 'Announce URL' : '', url]),
    ['Uploaded', `${formatBytes(user.uploadedBytes)}, counted ${formatBytes(user.creditedUpBytes)}`],
    ['Downloaded', `${formatBytes(user.downloadedBytes)}, counted ${formatBytes(user.creditedDownBytes)}`],
    ['Ratio', ratioText(user.ratio)],
    ...(user.suspiciousBytes > 0
      ? [['Suspicious', `${formatBytes(user.suspiciousBytes)} claimed, but more than can be`]]
      : []),
    ['Seeding', `${formatDuration(user.seedingSeconds)}, ${user.seedingNow} now`],
    ['Leeching', `${formatDuration(user.leechingSeconds)}, ${user.leechingNow} now`],
    ['Torrents', `${user.torrents}, of them completed ${user.completed}`],
    ['Last seen', user.lastSeenAt ?? 'never'],
  ];
  return lines.map(([label = '', value = '']) => `${label.padEnd(14)}${value}\n`).join('');
}

function userTable(users: readonly UserView[]): string {
  return formatTable(
    [
      'ID',
      'NAME',
      'STATE',
      'UPLOADED',
      'DOWNLOADED',
      'RATIO',
      'SUSPICIOUS',
      'SEEDING',
      'LEECHING',
      'LAST SEEN',
    ],
    users.map((user) => [
      String(user.id),
      printableLine(user.name),
      user.state,
      formatBytes(user.uploadedBytes),
      formatBytes(user.downloadedBytes),
      ratioText(user.ratio),
      user.suspiciousBytes === 0 ? '-' : formatBytes(user.suspiciousBytes),
      String(user.seedingNow),
      String(user.leechingNow),
      user.lastSeenAt ?? 'never',
    ]),
  );
}

function torrentTable(torrents: readonly UserTorrentView[]): string {
  return formatTable(
    ['INFO-HASH', 'UPLOADED', 'DOWNLOADED', 'RATIO', 'SEEDED', 'COMPLETED', 'LAST SEEN'],
    torrents.map((torrent) => [
      torrent.infoHash,
      formatBytes(torrent.uploadedBytes),
      formatBytes(torrent.downloadedBytes),
      ratioText(torrent.ratio),
      formatDuration(torrent.seedingSeconds),
      torrent.completedAt ?? '-',
      torrent.lastSeenAt ?? '-',
    ]),
  );
}

function ratioText(ratio: number | null): string {
  return ratio === null ? '-' : ratio.toFixed(2);
}
