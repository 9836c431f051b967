import { Command, Option } from 'commander';
import { fromFolder } from '../import/from-folder.ts';
import { fromList, LIST_TARGETS, type ListTarget } from '../import/from-list.ts';
import { fromPhpTracker } from '../import/from-phptracker.ts';
import type { ImportItem } from '../import/import-item.ts';
import type { ImportReport } from '../import/import-report.ts';
import { runImport } from '../import/run-import.ts';
import { abortOnInterrupt } from '../interrupt.ts';
import { loadSettings, type ParsedFlags } from '../load-settings.ts';
import { ALL_SETTINGS, addSettingOptions } from '../setting-options.ts';
import { withServer } from '../with-server.ts';

/** `seedbed import phptracker|list|torrents`. */
export function importCommand(): Command {
  return new Command('import')
    .description('take over the torrents of another tracker; what was imported before is not imported twice')
    .addCommand(phpTrackerCommand())
    .addCommand(listCommand())
    .addCommand(folderCommand())
    .addHelpText(
      'after',
      `
Examples:
  seedbed import phptracker mysql://user:password@localhost/tracker --dry-run
  seedbed import list /etc/opentracker/whitelist --to registered
  seedbed import torrents ~/torrents --data ~/downloads`,
    );
}

function phpTrackerCommand(): Command {
  const command = new Command('phptracker')
    .description(
      "PHPTracker's two MySQL tables: torrents with their .torrent files, and the peers of the moment",
    )
    .argument('<URL>', 'mysql://user:password@host/database')
    .option('--seed', 'seed the torrents whose files lie where the table says');
  return importOptions(command, [
    'phptracker mysql://user:password@localhost/tracker --dry-run',
    'phptracker mysql://user:password@localhost/tracker --seed',
  ]).action((url: string, flags: ParsedFlags) =>
    run(flags, () => fromPhpTracker(url, { seed: flags['seed'] === true })),
  );
}

function listCommand(): Command {
  const command = new Command('list')
    .description("a list of info-hashes, one a line, as opentracker's whitelist and blacklist are")
    .argument('<FILE>', 'the list')
    .addOption(
      new Option('--to <WHAT>', 'what they are to be here: registered torrents, or on the allow or deny list')
        .choices(LIST_TARGETS)
        .makeOptionMandatory(),
    );
  return importOptions(command, [
    'list /etc/opentracker/whitelist --to registered',
    'list /etc/opentracker/blacklist --to deny',
  ]).action((path: string, flags: ParsedFlags) =>
    run(flags, () => fromList(path, flags['to'] as ListTarget)),
  );
}

function folderCommand(): Command {
  const command = new Command('torrents')
    .description('a folder of .torrent files, and those below it')
    .argument('<FOLDER>', 'where they lie')
    .option('--data <FOLDER>', 'seed the torrents whose data lies here under their names');
  return importOptions(command, [
    'torrents ~/torrents --dry-run',
    'torrents ~/torrents --data ~/downloads',
  ]).action((folder: string, flags: ParsedFlags) =>
    run(flags, () => fromFolder(folder, flags['data'] as string | undefined)),
  );
}

function importOptions(command: Command, examples: readonly string[]): Command {
  command
    .addHelpText('after', `\nExamples:${examples.map((example) => `\n  seedbed import ${example}`).join('')}`)
    .option('--dry-run', 'count what would be imported, and import nothing')
    .option('--json', 'print one JSON object');
  return addSettingOptions(command, ALL_SETTINGS);
}

async function run(flags: ParsedFlags, items: () => AsyncIterable<ImportItem>): Promise<void> {
  const config = loadSettings(flags);
  if (config === undefined) return;
  const isDryRun = flags['dryRun'] === true;
  using interrupt = abortOnInterrupt();
  const { signal } = interrupt;
  const report = isDryRun
    ? await runImport(items(), { client: undefined, signal })
    : await withServer({ config, flags }, (client) => runImport(items(), { client, signal }));
  print(report, { isDryRun, isJson: flags['json'] === true });
}

function print(report: ImportReport, { isDryRun, isJson }: { isDryRun: boolean; isJson: boolean }): void {
  if (isJson) {
    process.stdout.write(`${JSON.stringify(report)}\n`);
    return;
  }
  for (const { what, why } of report.passedOver) process.stderr.write(`passed over ${what}: ${why}\n`);
  process.stdout.write(`${report.summary(isDryRun)}\n`);
}
