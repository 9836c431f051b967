import { Command } from 'commander';
import { AccessClient, type AccessView } from '../access-client.ts';
import { usageError } from '../exit.ts';
import { loadSettings, type ParsedFlags } from '../load-settings.ts';
import { addSettingOptions } from '../setting-options.ts';

const MODES: Readonly<Record<string, string>> = {
  open: 'any torrent is tracked, and no list is asked',
  registered: 'what is published or registered here is tracked',
  allow: 'what is registered here or on the allow list is tracked',
  deny: 'everything is tracked but what is on the deny list',
};

/** `seedbed access [MODE]`. */
export function accessCommand(): Command {
  const command = new Command('access')
    .description('show what the running server tracks, or change it at once')
    .argument('[MODE]', 'open, registered, allow or deny')
    .option('--json', 'print one JSON object')
    .addHelpText('after', '\nExamples:\n  seedbed access\n  seedbed access deny --data-dir /srv/seedbed');
  return addSettingOptions(command, ['dataDir']).action(access);
}

async function access(mode: string | undefined, flags: ParsedFlags): Promise<void> {
  if (mode !== undefined && MODES[mode] === undefined)
    throw usageError(`"${mode}" is no access mode: it takes one of ${Object.keys(MODES).join(', ')}`);
  const config = loadSettings(flags);
  if (config === undefined) return;
  const client = await AccessClient.find(config.dataDir);
  const view = mode === undefined ? await client.get() : await client.setMode(mode);
  process.stdout.write(flags['json'] === true ? `${JSON.stringify(view)}\n` : asText(view));
  if (mode !== undefined && view.configuredMode !== null && view.configuredMode !== mode)
    process.stderr.write(
      `The settings of the server name the mode "${view.configuredMode}": it holds again after a restart.\n`,
    );
}

function asText(view: AccessView): string {
  const { addresses, clients } = view;
  const lines = [
    ['Mode', `${view.mode}: ${MODES[view.mode]}`],
    ['Allow list', `${view.allow.entries} put on it by command or API`],
    ...fileLines(view.allow.files),
    ['Deny list', `${view.deny.entries} put on it by command or API`],
    ...fileLines(view.deny.files),
    ['Addresses', `${addresses.entries} ranges denied one by one; ${addresses.refused} announces refused`],
    ...fileLines(addresses.files),
    [
      'Clients',
      `${clients.allow} prefixes allowed, ${clients.deny} denied; ${clients.refused} announces refused`,
    ],
  ];
  return lines.map(([label, text]) => `${(label === '' ? '' : `${label}:`).padEnd(12)} ${text}\n`).join('');
}

function fileLines(files: AccessView['deny']['files']): string[][] {
  return files.map(({ path, entries, badLines, trouble }) => [
    '',
    `${entries} in ${path}${badLines > 0 ? `, and ${badLines} bad lines` : ''}${trouble === null ? '' : ` (${trouble})`}`,
  ]);
}
