import { Command, Option } from 'commander';
import { type AskFlags, addAskOptions, printJson, readTrackerUrl, userAgent } from '../ask-tracker.ts';
import { type Finding, findingsOf } from '../doctor/finding.ts';
import { findingsText } from '../doctor/findings-output.ts';
import { lookAtTracker } from '../doctor/look/look-at-tracker.ts';
import { lookAtOwn } from '../doctor/own/look-at-own.ts';
import { OWN_CHECKS } from '../doctor/own-checks.ts';
import { TRACKER_CHECKS } from '../doctor/tracker-checks.ts';
import { CliError, usageError } from '../exit.ts';
import { INFO_HASH_HELP, readInfoHash } from '../info-hash-argument.ts';
import { abortOnInterrupt } from '../interrupt.ts';
import { loadSettings, type ParsedFlags } from '../load-settings.ts';
import { ServerClient } from '../server-client.ts';
import { addSettingOptions } from '../setting-options.ts';

/** The flags of `seedbed doctor`. */
interface DoctorFlags extends AskFlags {
  readonly torrent?: string;
}

const HELP = `
With URL: it announces as two peers of a made-up torrent over every way that there is, asks what else there is to ask, and
takes leave. It sends to no host but that of the URL.
Without: the same with the announce URL of the server that runs on the data folder, and a look at the machine and the folder.
Exit code 1 when something is wrong; notes are for you to judge.

Examples:
  seedbed doctor
  seedbed doctor --torrent film.torrent https://tracker.example.org/announce`;

/** `seedbed doctor [URL]`. */
export function doctorCommand(): Command {
  const command = new Command('doctor')
    .description('look at a tracker from the outside, and tell what is wrong and how to mend it')
    .argument(
      '[URL]',
      'the announce URL of any tracker: http://, https://, udp://, ws:// or wss:// (default: our own)',
    )
    .addOption(
      new Option('--torrent <HASH>', `a torrent that it tracks, when it refuses others: ${INFO_HASH_HELP}`),
    )
    .addHelpText('after', HELP);
  return addSettingOptions(addAskOptions(command, { timeoutSeconds: 5 }), ['dataDir']).action(doctor);
}

async function doctor(urlText: string | undefined, flags: DoctorFlags & ParsedFlags): Promise<void> {
  const url = urlText === undefined ? undefined : readTrackerUrl(urlText);
  if (flags.ipv4 === true && flags.ipv6 === true) throw usageError('--ipv4 and --ipv6 exclude each other');
  const infoHash = flags.torrent === undefined ? undefined : await readInfoHash(flags.torrent);
  using interrupt = abortOnInterrupt();
  const how = {
    infoHash,
    family: flags.ipv4 === true ? (4 as const) : flags.ipv6 === true ? (6 as const) : undefined,
    timeoutMs: flags.timeout * 1000,
    userAgent: userAgent(),
    signal: interrupt.signal,
    onStep: showStep,
  };
  if (url !== undefined)
    return report(url, findingsOf(TRACKER_CHECKS, await lookAtTracker({ url, ...how })), flags);
  const config = loadSettings(flags);
  if (config === undefined) return;
  const { dataDir } = config;
  const own = await lookAtOwn({ dataDir, client: await ServerClient.find(dataDir), ...how });
  const seen = own.server === undefined ? [] : findingsOf(TRACKER_CHECKS, own.server.tracker);
  report(own.server?.view.announceUrl, [...findingsOf(OWN_CHECKS, own), ...seen], flags);
}

/** What is done now, on a terminal only; the next line of output takes its place. */
function showStep(what: string): void {
  if (process.stderr.isTTY && process.env['TERM'] !== 'dumb') process.stderr.write(`\r${what} ...\u001b[K`);
}

function report(url: string | undefined, findings: readonly Finding[], { json }: DoctorFlags): void {
  if (process.stderr.isTTY && process.env['TERM'] !== 'dumb') process.stderr.write('\r\u001b[K');
  const count = findings.filter(({ level }) => level === 'wrong').length;
  if (json === true) printJson({ url, isHealthy: count === 0, findings });
  else process.stdout.write(findingsText(findings));
  if (count > 0) throw new CliError(count === 1 ? 'one thing is wrong' : `${count} things are wrong`);
}
