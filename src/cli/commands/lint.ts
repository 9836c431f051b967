import { Command, InvalidArgumentError } from 'commander';
import { printableLine } from '../../bittorrent/text.ts';
import { BuilderError } from '../../builder/hashing/errors.ts';
import { type LintFinding, lintTorrent } from '../../builder/lint/lint-torrent.ts';
import { readMetainfo } from '../../builder/read-metainfo.ts';
import { countOf } from '../../web/format.ts';
import { userAgent } from '../ask-tracker.ts';
import { saidNo } from '../exit.ts';
import { abortOnInterrupt } from '../interrupt.ts';
import { lintTrackers } from '../torrent-file/online/trackers.ts';
import { lintWebSeeds } from '../torrent-file/online/web-seeds.ts';

/** The flags of `seedbed lint`. */
interface LintFlags {
  readonly online?: true;
  readonly timeout: number;
  readonly strict?: true;
  readonly json?: true;
  readonly quiet?: true;
}

const HELP = `
An "error" keeps clients from it, a "warning" some of them, a "hint" is for you to judge; a line below says what to do. The codes in brackets
are stable: docs/torrent-files.md lists them. With --online trackers are asked for their counts, and web seeds for one byte.
Exit codes: 0 fine, 1 an error (with --strict: or a warning), 2 wrong flags, 130 interrupted.

Examples:
  seedbed lint film.torrent
  seedbed lint --online --strict *.torrent`;

/** `seedbed lint TORRENT...`. */
export function lintCommand(): Command {
  return new Command('lint')
    .description(
      'find what clients refuse in .torrent files, what is lost on other systems, and what could be better',
    )
    .argument('<TORRENT...>', '.torrent files')
    .option('--online', 'also ask the trackers and web seeds')
    .option('--timeout <SECONDS>', 'with --online: wait so long for each', seconds, 10)
    .option('--strict', 'fail on warnings too')
    .option('--json', 'print one JSON array, an object a torrent')
    .option('-q, --quiet', 'print nothing but errors of ours; the exit code tells')
    .addHelpText('after', HELP)
    .action(act);
}

function seconds(text: string): number {
  const value = Number(text);
  if (!/^\d{1,4}(\.\d{1,3})?$/.test(text) || value < 0.1 || value > 600)
    throw new InvalidArgumentError('It must be a number of seconds from 0.1 to 600.');
  return value;
}

async function act(torrents: readonly string[], flags: LintFlags): Promise<void> {
  using interrupt = abortOnInterrupt();
  const results: { torrent: string; findings: readonly LintFinding[] }[] = [];
  for (const torrent of torrents) {
    const findings = await lint(torrent, flags, interrupt.signal);
    results.push({ torrent, findings });
    if (flags.json !== true && flags.quiet !== true) process.stdout.write(findingsText(torrent, findings));
  }
  if (flags.json === true) process.stdout.write(`${JSON.stringify(results, undefined, 2)}\n`);
  const failing = flags.strict === true ? ['error', 'warning'] : ['error'];
  if (results.some(({ findings }) => findings.some(({ severity }) => failing.includes(severity))))
    throw saidNo();
}

async function lint(
  torrent: string,
  { online, timeout }: LintFlags,
  signal: AbortSignal,
): Promise<readonly LintFinding[]> {
  const file = await readMetainfo(torrent).catch((error: unknown) => {
    if (error instanceof BuilderError) return invalid(error); // the others are looked at all the same
    throw error;
  });
  if (!('metainfo' in file)) return [file];
  const findings = lintTorrent(file.bytes);
  if (online !== true) return findings;
  const how = { userAgent: userAgent(), timeoutMs: timeout * 1000, signal };
  const asked = await Promise.all([lintTrackers(file.metainfo, how), lintWebSeeds(file.metainfo, how)]);
  return [...findings, ...asked.flat()];
}

/** A file that is no torrent, or cannot be read, is the worst that can be found. */
function invalid({ message }: BuilderError): LintFinding {
  return {
    code: 'format.invalid',
    severity: 'error',
    what: message,
    how: 'get the file anew, or make it anew: it cannot be mended',
  };
}

/** Characters of one line. */
const MAX_LINE = 4096;

function findingsText(torrent: string, findings: readonly LintFinding[]): string {
  const name = printableLine(torrent, MAX_LINE);
  if (findings.length === 0) return `${name}: nothing to find fault with\n`;
  return `${name}: ${countOf(findings.length, 'finding')}\n${findings.map(findingText).join('')}`;
}

function findingText({ code, severity, what, how, examples = [], count = 0 }: LintFinding): string {
  const rest = count - examples.length;
  return [
    `${severity.padEnd(7)}  ${printableLine(what, MAX_LINE)} [${code}]`,
    ...examples.map((example) => `           ${printableLine(example, MAX_LINE)}`),
    ...(rest > 0 ? [`           and ${rest} more`] : []),
    `         ${how}`,
    '',
  ].join('\n');
}
