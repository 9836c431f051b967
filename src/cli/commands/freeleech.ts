import { Command } from 'commander';
import { infoHashFromHex, infoHashToHex } from '../../bittorrent/info-hash.ts';
import { usageError } from '../exit.ts';
import { loadSettings, type ParsedFlags } from '../load-settings.ts';
import { requireServer } from '../server-client.ts';
import { addSettingOptions } from '../setting-options.ts';
import { formatTable } from '../table.ts';
import { timeArgument } from '../time-argument.ts';
import { UserClient } from '../user-client.ts';

type CreditFlags = ParsedFlags & {
  readonly upload?: string;
  readonly download?: string;
  readonly until?: string;
  readonly off?: true;
};

/** `seedbed freeleech [--until TIME|--off]`. */
export function freeleechCommand(): Command {
  const command = new Command('freeleech')
    .description('for a time no download counts for the ratio of users; without a flag: show until when')
    .option('--until <TIME>', 'a date, a time, or a span such as 48h')
    .option('--off', 'downloads count again')
    .addHelpText('after', '\nExamples:\n  seedbed freeleech --until 48h\n  seedbed freeleech --off');
  return addSettingOptions(command, ['dataDir']).action(freeleech);
}

async function freeleech(flags: CreditFlags): Promise<void> {
  if (flags.until !== undefined && flags.off === true)
    throw usageError('--until and --off exclude each other');
  const change =
    flags.off === true ? null : flags.until === undefined ? undefined : timeArgument(flags.until);
  const config = loadSettings(flags);
  if (config === undefined) return;
  const client = new UserClient(await requireServer(config.dataDir));
  const until = change === undefined ? await client.freeleech() : await client.setFreeleech(change);
  process.stdout.write(until === null ? 'Downloads count.\n' : `No download counts until ${until}\n`);
}

/** `seedbed credit [INFO-HASH...] [--upload PERCENT] [--download PERCENT]`. */
export function creditCommand(): Command {
  const command = new Command('credit')
    .description(
      'how torrents count for the ratio of users; without an info-hash: those that do not count as usual',
    )
    .argument('[INFO-HASH...]', '40 hexadecimal digits each')
    .option('--upload <PERCENT>', 'how much of an upload counts: 100 is as usual, 200 is double')
    .option('--download <PERCENT>', 'how much of a download counts: 0 is freeleech')
    .addHelpText(
      'after',
      '\nExamples:\n  seedbed credit 7c5cb6fb0f7a8d9ae1ea1b3f9f4a3f6c1d0e2b45 --download 0\n  seedbed credit 7c5cb6fb0f7a8d9ae1ea1b3f9f4a3f6c1d0e2b45 --download 50 --upload 200',
    );
  return addSettingOptions(command, ['dataDir']).action(credit);
}

async function credit(texts: readonly string[], flags: CreditFlags): Promise<void> {
  const infoHashes = texts.map((text) => infoHashToHex(infoHashFromHex(text))); // a bad one is told before any is changed
  const change = {
    ...(flags.upload !== undefined && { uploadPercent: percentOf(flags.upload, '--upload') }),
    ...(flags.download !== undefined && { downloadPercent: percentOf(flags.download, '--download') }),
  };
  const isChange = Object.keys(change).length > 0;
  if (isChange && infoHashes.length === 0) throw usageError('name the torrents by their info-hashes');
  const config = loadSettings(flags);
  if (config === undefined) return;
  const client = new UserClient(await requireServer(config.dataDir));
  if (infoHashes.length === 0) return printCredits(await client.credits());
  const credits = [];
  for (const infoHash of infoHashes) {
    const one = isChange ? await client.setCredit(infoHash, change) : await client.credit(infoHash);
    credits.push({ infoHash, ...one });
  }
  printCredits(credits);
}

function printCredits(
  credits: readonly {
    readonly infoHash: string;
    readonly uploadPercent: number;
    readonly downloadPercent: number;
  }[],
): void {
  if (credits.length === 0) {
    process.stderr.write('Every torrent counts as usual.\n');
    return;
  }
  process.stdout.write(
    formatTable(
      ['INFO-HASH', 'UPLOAD', 'DOWNLOAD'],
      credits.map(({ infoHash, uploadPercent, downloadPercent }) => [
        infoHash,
        `${uploadPercent} %`,
        `${downloadPercent} %`,
      ]),
    ),
  );
}

function percentOf(text: string, flag: string): number {
  if (!/^\d{1,4}$/.test(text)) throw usageError(`${flag} takes a percentage such as 0, 50 or 200`);
  return Number(text);
}
