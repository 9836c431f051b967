import { type Command, InvalidArgumentError } from 'commander';
import { quoted } from '../bittorrent/text.ts';
import { trackerUrl } from '../bittorrent/url.ts';
import { packageVersion } from '../builder/version.ts';
import { openTracker, protocolOf } from '../seeder/tracker-client/open-tracker.ts';
import type { TrackerClient } from '../seeder/tracker-client/tracker-client.ts';
import { TrackerClientError } from '../seeder/tracker-client/tracker-client-error.ts';
import { CliError, exitCode, usageError } from './exit.ts';

/** The flags of every command that asks a tracker. */
export interface AskFlags {
  readonly ipv4?: true;
  readonly ipv6?: true;
  readonly timeout: number;
  readonly json?: true;
}

/** Gives a command the flags that say how to ask. */
export function addAskOptions(command: Command, { timeoutSeconds = 15 } = {}): Command {
  return command
    .option('-4, --ipv4', 'over IPv4 only')
    .option('-6, --ipv6', 'over IPv6 only')
    .option(
      '--timeout <SECONDS>',
      'wait so long for an answer; over UDP a packet is sent three times within',
      seconds,
      timeoutSeconds,
    )
    .option('--json', 'print one JSON object');
}

function seconds(text: string): number {
  const value = Number(text);
  if (!/^\d{1,4}(\.\d{1,3})?$/.test(text) || value < 0.1 || value > 3600)
    throw new InvalidArgumentError('It must be a number of seconds from 0.1 to 3600.');
  return value;
}

/**
 * The announce URL that an argument spells.
 * @throws {CliError} with exit code 2, and what to write instead.
 */
export function readTrackerUrl(text: string): string {
  const url = trackerUrl(text);
  if (url !== undefined && protocolOf(url) !== undefined) return url;
  throw usageError(`${quoted(text)} is no announce URL: ${hintFor(text)}`);
}

function hintFor(text: string): string {
  if (/^[a-z]+:\/\//i.test(text)) return 'it takes http://, https://, udp://, ws:// or wss:// and a host';
  if (/^[\w.:[\]-]+$/.test(text)) return `write http://${text}/announce or udp://${text}/announce`;
  return 'it takes one such as http://example.org:6969/announce';
}

/**
 * The tracker of a URL, to be asked as the flags say.
 * @throws {CliError} for flags or a URL that do not go together.
 */
export function trackerFor(url: string, { ipv4, ipv6, timeout }: AskFlags): TrackerClient {
  if (ipv4 === true && ipv6 === true) throw usageError('--ipv4 and --ipv6 exclude each other');
  const family = ipv4 === true ? 4 : ipv6 === true ? 6 : undefined;
  try {
    return openTracker(url, { userAgent: userAgent(), family, timeoutMs: timeout * 1000 });
  } catch (cause) {
    throw new CliError(`${quoted(url)}: ${(cause as Error).message}`, exitCode.usage, { cause });
  }
}

/** How we name ourselves to trackers. */
export function userAgent(): string {
  return `Seedbed/${packageVersion()}`;
}

/**
 * Asks; what went wrong becomes an error for the shell, and with `--json` an object for the program that reads it.
 * @throws {CliError}
 */
export async function asking<T>(url: string, { json }: AskFlags, ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (cause) {
    if (cause instanceof CliError) throw cause;
    const message = cause instanceof Error ? cause.message : String(cause);
    const code = cause instanceof Error && 'code' in cause ? cause.code : 'ERR_ANSWER';
    if (json === true) printJson({ url, error: { code, message } });
    const subject = cause instanceof TrackerClientError ? 'the tracker cannot be asked: ' : '';
    throw new CliError(`${subject}${message}`, exitCode.failed, { cause });
  }
}

/** Prints one JSON object. */
export function printJson(value: object): void {
  process.stdout.write(`${JSON.stringify(value, undefined, 2)}\n`);
}
