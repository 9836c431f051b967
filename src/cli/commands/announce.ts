import { randomBytes, randomInt } from 'node:crypto';
import { Command, InvalidArgumentError, Option } from 'commander';
import type { AnnounceEvent, AnnounceRequest } from '../../bittorrent/announce-request.ts';
import type { TrackerFailure, TrackerReply } from '../../bittorrent/announce-response.ts';
import { formatAddress, formatEndpoint } from '../../bittorrent/endpoint.ts';
import { fromHex, toHex } from '../../bittorrent/hex.ts';
import { type InfoHash, infoHashToHex } from '../../bittorrent/info-hash.ts';
import { makePeerId, type PeerId, peerIdFromBytes } from '../../bittorrent/peer-id.ts';
import type { AnnounceResult, TrackerClient } from '../../seeder/tracker-client/tracker-client.ts';
import {
  type AskFlags,
  addAskOptions,
  asking,
  printJson,
  readTrackerUrl,
  trackerFor,
} from '../ask-tracker.ts';
import { exchangeFacts, exchangeText, labelled } from '../exchange-output.ts';
import { CliError } from '../exit.ts';
import { formatDuration } from '../format.ts';
import { INFO_HASH_HELP, readInfoHash } from '../info-hash-argument.ts';
import { abortOnInterrupt } from '../interrupt.ts';

/** The flags of `seedbed announce`. */
interface AnnounceFlags extends AskFlags {
  readonly port: number;
  readonly peerId?: PeerId;
  readonly event?: AnnounceEvent;
  readonly left: number;
  readonly numwant: number;
  readonly key?: number;
  readonly compact?: boolean;
  readonly stop: boolean;
}

const HELP = `
It takes part for a moment: it announces that it has started and lacks one byte, so the tracker lists it among the
leechers, and then that it has stopped (not with --event or --no-stop), so that nobody looks for it in vain.

Examples:
  seedbed announce udp://tracker.example.org:6969/announce film.torrent
  seedbed announce --json -6 http://localhost:6969/announce 7c5cb6fb0f7a8d9ae1ea1b3f9f4a3f6c1d0e2b45`;

/** `seedbed announce URL HASH`. */
export function announceCommand(): Command {
  const command = new Command('announce')
    .description('announce to any tracker over HTTP, UDP or WebSocket and print what it answers')
    .argument('<URL>', 'the announce URL: http://, https://, udp://, ws:// or wss://')
    .argument('<HASH>', INFO_HASH_HELP)
    .addOption(
      new Option(
        '--event <EVENT>',
        'what to tell: this alone then, and no "stopped" afterwards (default: started)',
      ).choices(['started', 'completed', 'stopped', 'none']),
    )
    .option('--no-stop', 'stay listed: do not tell that we have stopped')
    .option('--port <PORT>', 'the port on which we say that we listen', whole(1, 65535), 6881)
    .option(
      '--left <BYTES>',
      'bytes that we say we lack; 0 is a seeder',
      whole(0, Number.MAX_SAFE_INTEGER),
      1,
    )
    .option('--numwant <N>', 'peers that we want', whole(0, 10_000), 50)
    .option('--peer-id <ID>', '20 characters, or 40 hexadecimal digits (default: a new one)', peerId)
    .option('--key <HEX>', 'up to 8 hexadecimal digits (default: random)', key)
    .option('--compact', 'ask for peers as bytes (the default)')
    .option('--no-compact', 'ask for peers as dictionaries (HTTP)')
    .addHelpText('after', HELP);
  return addAskOptions(command).action(announce);
}

function whole(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d{1,16}$/.test(text) || value < min || value > max)
      throw new InvalidArgumentError(`It must be a whole number from ${min} to ${max}.`);
    return value;
  };
}

function peerId(text: string): PeerId {
  const bytes = text.length === 40 ? fromHex(text) : Buffer.from(text, 'latin1');
  if (bytes?.length !== 20)
    throw new InvalidArgumentError('It must have 20 characters or 40 hexadecimal digits.');
  return peerIdFromBytes(bytes);
}

function key(text: string): number {
  if (!/^[0-9a-f]{1,8}$/i.test(text))
    throw new InvalidArgumentError('It must have 1 to 8 hexadecimal digits.');
  return Number.parseInt(text, 16);
}

async function announce(urlText: string, hashText: string, flags: AnnounceFlags): Promise<void> {
  const url = readTrackerUrl(urlText);
  const tracker = trackerFor(url, flags);
  const infoHash = await readInfoHash(hashText);
  using interrupt = abortOnInterrupt();
  const request = requestFrom(infoHash, flags);
  const result = await asking(url, flags, () => tracker.announce(request, interrupt.signal));
  const isListed = flags.event === undefined && !('failure' in result.reply) && !/^wss?:/i.test(url); // a closed WebSocket has left
  const isLeaving = flags.stop && isListed;
  const left = isLeaving ? await takeLeave(tracker, request) : undefined;
  if (flags.json === true) printJson(factsOf(url, request, result, left));
  else process.stdout.write(textOf(url, request, result));
  if (left === false)
    process.stderr.write('The tracker did not hear that we have stopped; it will forget us by itself.\n');
  if ('failure' in result.reply) throw new CliError(`the tracker refused: ${result.reply.failure}`);
}

function requestFrom(infoHash: InfoHash, flags: AnnounceFlags): AnnounceRequest {
  return {
    infoHash,
    peerId: flags.peerId ?? makePeerId(randomBytes(12)),
    port: flags.port,
    uploaded: 0,
    downloaded: 0,
    left: flags.left,
    event: flags.event ?? 'started',
    numWant: flags.numwant,
    key: flags.key ?? randomInt(1, 2 ** 32),
    ip: undefined,
    compact: flags.compact !== false,
    noPeerId: false,
  };
}

/** Whether the tracker took it. It has as long as the rest had; a second Ctrl-C ends the program. */
async function takeLeave(tracker: TrackerClient, request: AnnounceRequest): Promise<boolean> {
  const stopped: AnnounceRequest = { ...request, event: 'stopped', numWant: 0 };
  try {
    const { reply } = await tracker.announce(stopped, new AbortController().signal);
    return !('failure' in reply);
  } catch {
    return false;
  }
}

function factsOf(
  url: string,
  request: AnnounceRequest,
  { reply, exchange }: AnnounceResult,
  hasStopped: boolean | undefined,
): object {
  const asked = {
    url,
    infoHash: infoHashToHex(request.infoHash),
    peerId: toHex(request.peerId),
    event: request.event,
    stopped: hasStopped,
    ...exchangeFacts(exchange),
  };
  if ('failure' in reply) {
    const { failure, retryInSeconds, isFinal } = reply;
    return { ...asked, failure, retryInSeconds: isFinal ? 'never' : retryInSeconds };
  }
  const { peers, externalIp, trackerId, ...counts } = reply;
  return {
    ...asked,
    ...counts,
    externalIp: externalIp === undefined ? undefined : formatAddress(externalIp),
    trackerId: trackerId === undefined ? undefined : toHex(trackerId),
    peers: peers.map(formatEndpoint),
  };
}

function textOf(url: string, request: AnnounceRequest, { reply, exchange }: AnnounceResult): string {
  const asked = {
    Tracker: url,
    Answered: exchangeText(exchange),
    'Info-hash': infoHashToHex(request.infoHash),
  };
  return 'failure' in reply
    ? labelled({ ...asked, Refused: reply.failure, 'Retry in': retryText(reply) })
    : labelled({ ...asked, ...replyLines(reply) }) +
        reply.peers.map((peer) => `  ${formatEndpoint(peer)}\n`).join('');
}

function retryText({ retryInSeconds, isFinal }: TrackerFailure): string | undefined {
  if (isFinal) return 'never';
  return retryInSeconds === undefined ? undefined : formatDuration(retryInSeconds);
}

function replyLines(reply: TrackerReply): Readonly<Record<string, string | undefined>> {
  const { intervalSeconds, minIntervalSeconds, externalIp } = reply;
  const atLeast = minIntervalSeconds === undefined ? '' : `, at least ${formatDuration(minIntervalSeconds)}`;
  return {
    Warning: reply.warning,
    Seeders: String(reply.complete ?? 'not told'),
    Leechers: String(reply.incomplete ?? 'not told'),
    Interval: `${formatDuration(intervalSeconds)}${atLeast}`,
    'Our address': externalIp === undefined ? undefined : formatAddress(externalIp),
    Peers: String(reply.peers.length),
  };
}
