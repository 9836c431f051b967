import { Command, Option } from 'commander';
import { type AskFlags, addAskOptions, printJson, readTrackerUrl, userAgent } from '../ask-tracker.ts';
import { type Finding, findingsOf } from '../doctor/finding.ts';
import { findingsText } from '../doctor/findings-output.ts';
import { lookAtTracker } from '../doctor/look/look-at-tracker.ts';
import { TRACKER_CHECKS } from '../doctor/tracker-checks.ts';
import { CliError, usageError } from '../exit.ts';
import { INFO_HASH_HELP, readInfoHash } from '../info-hash-argument.ts';
import { abortOnInterrupt } from '../interrupt.ts';

/** The flags of `seedbed doctor`. */
interface DoctorFlags extends AskFlags {
  readonly torrent?: string;
}

const HELP = `
It announces as two peers of a made-up torrent over every way that there is, asks what else there is to ask, and takes leave.
It sends to no host but that of the URL. Exit code 1 when something is wrong; notes are for you to judge.

Examples:
  seedbed doctor udp://tracker.example.org:6969/announce
  seedbed doctor --torrent film.torrent https://tracker.example.org/announce`;

/** `seedbed doctor URL`. */
export function doctorCommand(): Command {
  const command = new Command('doctor')
    .description('look at a tracker from the outside, and tell what is wrong and how to mend it')
    .argument('<URL>', 'the announce URL: http://, https://, udp://, ws:// or wss://')
    .addOption(
      new Option('--torrent <HASH>', `a torrent that it tracks, when it refuses others: ${INFO_HASH_HELP}`),
    )
    .addHelpText('after', HELP);
  return addAskOptions(command, { timeoutSeconds: 5 }).action(doctor);
}

async function doctor(urlText: string, flags: DoctorFlags): Promise<void> {
  const url = readTrackerUrl(urlText);
  if (flags.ipv4 === true && flags.ipv6 === true) throw usageError('--ipv4 and --ipv6 exclude each other');
  const infoHash = flags.torrent === undefined ? undefined : await readInfoHash(flags.torrent);
  using interrupt = abortOnInterrupt();
  const evidence = await lookAtTracker({
    url,
    infoHash,
    family: flags.ipv4 === true ? 4 : flags.ipv6 === true ? 6 : undefined,
    timeoutMs: flags.timeout * 1000,
    userAgent: userAgent(),
    signal: interrupt.signal,
  });
  report(url, findingsOf(TRACKER_CHECKS, evidence), flags);
}

function report(url: string, findings: readonly Finding[], { json }: DoctorFlags): void {
  const count = findings.filter(({ level }) => level === 'wrong').length;
  if (json === true) printJson({ url, isHealthy: count === 0, findings });
  else process.stdout.write(findingsText(findings));
  if (count > 0) throw new CliError(count === 1 ? 'one thing is wrong' : `${count} things are wrong`);
}
