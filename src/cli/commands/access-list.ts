import { Command } from 'commander';
import { infoHashToHex, swarmHashFromHex } from '../../bittorrent/info-hash.ts';
import { AccessClient } from '../access-client.ts';
import { usageError } from '../exit.ts';
import { loadSettings, type ParsedFlags } from '../load-settings.ts';
import { addSettingOptions } from '../setting-options.ts';

type ListName = 'allow' | 'deny';

/** What a command is to put on the lists, or to take off. */
interface Change {
  readonly infoHashes: readonly string[];
  readonly clients: readonly string[];
  readonly addresses: readonly string[];
  readonly isAdded: boolean;
}

const SAMPLE = '7c5cb6fb0f7a8d9ae1ea1b3f9f4a3f6c1d0e2b45';

/** `seedbed allow INFO-HASH...`. */
export function allowCommand(): Command {
  return listCommand(
    'allow',
    'put torrents on the allow list, which the access mode allow asks; or clients, and no others may take part then',
    `seedbed allow ${SAMPLE}\n  seedbed allow --client=-qB --client=-TR`,
  );
}

/** `seedbed deny INFO-HASH...`. */
export function denyCommand(): Command {
  const command = listCommand(
    'deny',
    'put torrents on the deny list: they are no longer tracked, registered or not; or deny clients and addresses',
    `seedbed deny ${SAMPLE}\n  seedbed deny --client=-XL --address 192.0.2.0/24\n  seedbed deny --remove --address 192.0.2.0/24`,
  );
  return command.option(
    '--address <CIDR>',
    'an address, a network, or a range (again for more)',
    collect,
    [],
  );
}

function listCommand(name: ListName, description: string, examples: string): Command {
  const command = new Command(name)
    .description(description)
    .argument(
      '[INFO-HASH...]',
      '40 hexadecimal digits each, or the 64 of a v2 info-hash; nothing: show the list',
    )
    .option(
      '--client <PREFIX>',
      'a client by the beginning of its peer id, such as --client=-XL (again for more)',
      collect,
      [],
    )
    .option('--remove', 'take them off the list')
    .addHelpText('after', `\nExamples:\n  ${examples}`);
  return addSettingOptions(command, ['dataDir']).action((texts: readonly string[], flags: ParsedFlags) =>
    run(name, texts, flags),
  );
}

function collect(text: string, before: readonly string[]): readonly string[] {
  return [...before, text];
}

async function run(name: ListName, texts: readonly string[], flags: ParsedFlags): Promise<void> {
  const change: Change = {
    infoHashes: texts.map((text) => infoHashToHex(swarmHashFromHex(text))), // a bad one is told before any is listed
    clients: (flags['client'] ?? []) as readonly string[], // collected above; so below
    addresses: (flags['address'] ?? []) as readonly string[],
    isAdded: flags['remove'] !== true,
  };
  const count = change.infoHashes.length + change.clients.length + change.addresses.length;
  if (count === 0 && !change.isAdded) throw usageError('name what to take off the list');
  const config = loadSettings(flags);
  if (config === undefined) return;
  const client = await AccessClient.find(config.dataDir);
  await (count === 0 ? show(name, client) : carryOut(name, client, change));
}

/** The torrents of a list, and the rules about clients and addresses. */
async function show(name: ListName, client: AccessClient): Promise<void> {
  for await (const infoHash of client.list(name)) process.stdout.write(`${infoHash}\n`);
  const clients = (await client.clients())[name];
  for (const { value } of clients) process.stdout.write(`client ${value}\n`);
  const addresses = name === 'deny' ? (await client.addresses()).deny : [];
  for (const { value } of addresses) process.stdout.write(`address ${value}\n`);
}

async function carryOut(name: ListName, client: AccessClient, change: Change): Promise<void> {
  const { infoHashes, clients, addresses, isAdded } = change;
  const done = isAdded ? 'put on' : 'taken off';
  if (infoHashes.length > 0) {
    const changed = await client.change(name, infoHashes, isAdded);
    process.stdout.write(`${changed} ${done} the ${name} list\n`);
  }
  for (const prefix of clients) {
    await client.changeClient(name, prefix, isAdded);
    process.stdout.write(`client ${prefix} ${done} the ${name} list\n`);
  }
  for (const range of addresses) {
    await client.changeAddresses(range, isAdded);
    process.stdout.write(`address ${range} ${done} the ${name} list\n`);
  }
  if (!isAdded || infoHashes.length === 0) return;
  const { mode } = await client.get();
  if (!isAsked(name, mode))
    process.stderr.write(
      `The access mode is "${mode}", which asks no ${name} list: seedbed access ${name}\n`,
    );
}

function isAsked(name: ListName, mode: string): boolean {
  return name === 'allow' ? mode === 'allow' : mode !== 'open';
}
