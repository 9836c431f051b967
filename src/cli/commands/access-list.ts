import { Command } from 'commander';
import { infoHashToHex, swarmHashFromHex } from '../../bittorrent/info-hash.ts';
import { AccessClient } from '../access-client.ts';
import { usageError } from '../exit.ts';
import { loadSettings, type ParsedFlags } from '../load-settings.ts';
import { addSettingOptions } from '../setting-options.ts';

const SAMPLE = '7c5cb6fb0f7a8d9ae1ea1b3f9f4a3f6c1d0e2b45';

/** `seedbed allow INFO-HASH...`. */
export function allowCommand(): Command {
  return listCommand(
    'allow',
    'track torrents that are not registered here, in the access mode allow: puts them on the allow list',
  );
}

/** `seedbed deny INFO-HASH...`. */
export function denyCommand(): Command {
  return listCommand('deny', 'track torrents no longer, registered or not: puts them on the deny list');
}

function listCommand(name: 'allow' | 'deny', description: string): Command {
  const command = new Command(name)
    .description(description)
    .argument(
      '[INFO-HASH...]',
      '40 hexadecimal digits each, or the 64 of a v2 info-hash; none: show the list',
    )
    .option('--remove', 'take them off the list')
    .addHelpText(
      'after',
      `\nExamples:\n  seedbed ${name} ${SAMPLE}\n  seedbed ${name} --remove ${SAMPLE} --data-dir /srv/seedbed`,
    );
  return addSettingOptions(command, ['dataDir']).action((texts: readonly string[], flags: ParsedFlags) =>
    changeList(name, texts, flags),
  );
}

async function changeList(
  name: 'allow' | 'deny',
  texts: readonly string[],
  flags: ParsedFlags,
): Promise<void> {
  const infoHashes = texts.map((text) => infoHashToHex(swarmHashFromHex(text))); // a bad one is told before any is listed
  const isAdded = flags['remove'] !== true;
  if (texts.length === 0 && !isAdded) throw usageError('name the info-hashes to take off the list');
  const config = loadSettings(flags);
  if (config === undefined) return;
  const client = await AccessClient.find(config.dataDir);
  if (texts.length === 0) {
    for await (const infoHash of client.list(name)) process.stdout.write(`${infoHash}\n`);
    return;
  }
  const changed = await client.change(name, infoHashes, isAdded);
  process.stdout.write(
    isAdded ? `${changed} put on the ${name} list\n` : `${changed} taken off the ${name} list\n`,
  );
  const { mode } = await client.get();
  if (isAdded && !isAsked(name, mode))
    process.stderr.write(
      `The access mode is "${mode}", which asks no ${name} list: seedbed access ${name}\n`,
    );
}

function isAsked(name: 'allow' | 'deny', mode: string): boolean {
  return name === 'allow' ? mode === 'allow' : mode !== 'open';
}
