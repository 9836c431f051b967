import {
  type BencodeDictionary,
  type BencodeValue,
  decodeBencode,
  encodeBencode,
  integerOf,
  isDictionary,
  textOf,
} from './bencode.ts';
import { BencodeWriter } from './bencode-writer.ts';
import { decodeCompactPeers } from './compact-peers.ts';
import { type Address, addressFromBytes, type Endpoint, parseAddress } from './endpoint.ts';
import { ProtocolError } from './errors.ts';
import { printableLine } from './text.ts';

/** One peer of a reply that is not compact (BEP 3). */
export interface PeerEntry {
  /** As text; numeric. */
  readonly ip: string;
  readonly port: number;
  /** Undefined when the client asked to leave it out. */
  readonly peerId: Uint8Array | undefined;
}

/** A tracker's answer, ready to be written (BEP 3, 7, 23, 24, 31). */
export interface AnnounceReply {
  /** Seconds until the next announce. */
  readonly intervalSeconds: number;
  /** Seconds before which the client should not announce again. */
  readonly minIntervalSeconds: number;
  /** Seeders now. */
  readonly complete: number;
  /** Leechers now. */
  readonly incomplete: number;
  /** Times completed. */
  readonly downloaded: number;
  /** The address that the tracker saw, 4 or 16 bytes (BEP 24). */
  readonly externalIp: Uint8Array | undefined;
  /** Compact IPv4 peers (BEP 23). Written even when empty. Ignored when `peerList` is there. */
  readonly peers: Uint8Array;
  /** Compact IPv6 peers (BEP 7). Left out when empty. */
  readonly peers6: Uint8Array;
  /** Peers as dictionaries, for `compact=0`. */
  readonly peerList: readonly PeerEntry[] | undefined;
  readonly warning: string | undefined;
}

/** Bytes that a reply takes beside its peers and its warning. */
const REPLY_OVERHEAD = 256;
/** Bytes of one peer as a dictionary, the longest address included. */
const PEER_ENTRY_MAX = 128;

/** Room that {@link writeAnnounceReply} needs at most, in bytes. */
export function announceReplySize(reply: AnnounceReply): number {
  const peers =
    reply.peerList === undefined
      ? reply.peers.length + reply.peers6.length
      : reply.peerList.length * PEER_ENTRY_MAX;
  return REPLY_OVERHEAD + peers + 3 * (reply.warning?.length ?? 0);
}

/** Writes a reply into `buffer` from `at` and returns where it ends. Keys ascend, as bencode asks. */
export function writeAnnounceReply(buffer: Buffer, at: number, reply: AnnounceReply): number {
  const writer = new BencodeWriter(buffer);
  writer.at = at;
  writer.integer(COMPLETE, reply.complete).integer(DOWNLOADED, reply.downloaded);
  if (reply.externalIp !== undefined) {
    writer.short(EXTERNAL_IP).stringStart(reply.externalIp.length).short(reply.externalIp); // BEP 24
  }
  writer.integer(INCOMPLETE, reply.incomplete).integer(INTERVAL, reply.intervalSeconds);
  writer.integer(MIN_INTERVAL, reply.minIntervalSeconds).short(PEERS);
  if (reply.peerList === undefined) writer.bytes(reply.peers);
  else writePeerList(writer, reply.peerList);
  if (reply.peers6.length > 0 && reply.peerList === undefined) writer.short(PEERS6).bytes(reply.peers6); // BEP 7
  if (reply.warning !== undefined) writer.short(WARNING).bytes(Buffer.from(reply.warning));
  return writer.short(END).at;
}

// The keys of a reply, in their order.
const COMPLETE = Buffer.from('d8:completei');
const DOWNLOADED = Buffer.from('10:downloadedi');
const EXTERNAL_IP = Buffer.from('11:external ip');
const INCOMPLETE = Buffer.from('10:incompletei');
const INTERVAL = Buffer.from('8:intervali');
const MIN_INTERVAL = Buffer.from('12:min intervali');
const PEERS = Buffer.from('5:peers');
const PEERS6 = Buffer.from('6:peers6');
const WARNING = Buffer.from('15:warning message');
const END = Buffer.from('e');

function writePeerList(writer: BencodeWriter, peers: readonly PeerEntry[]): void {
  writer.literal('l');
  for (const peer of peers) {
    writer.literal('d2:ip').stringStart(peer.ip.length).literal(peer.ip);
    if (peer.peerId !== undefined) writer.literal('7:peer id').bytes(peer.peerId);
    writer.literal('4:porti').integerEnd(peer.port).literal('e');
  }
  writer.literal('e');
}

/** A refusal, to be sent with HTTP status 200 (BEP 3, BEP 31). */
export interface FailureReply {
  /** One sentence for the user of the client. */
  readonly reason: string;
  /** Seconds after which trying again makes sense; undefined when it never does. */
  readonly retryInSeconds?: number | undefined;
  readonly intervalSeconds?: number | undefined;
}

/** The bencoded refusal. `retry in` is in minutes, or "never" (BEP 31). */
export function encodeFailureReply(failure: FailureReply): Uint8Array {
  return encodeBencode({
    'failure reason': failure.reason,
    interval: failure.intervalSeconds,
    'retry in':
      failure.retryInSeconds === undefined ? 'never' : Math.max(1, Math.ceil(failure.retryInSeconds / 60)),
  });
}

/** What a foreign tracker answered, checked. */
export interface TrackerReply {
  readonly intervalSeconds: number;
  readonly minIntervalSeconds: number | undefined;
  readonly complete: number | undefined;
  readonly incomplete: number | undefined;
  readonly peers: readonly Endpoint[];
  readonly externalIp: Address | undefined;
  readonly trackerId: Uint8Array | undefined;
  /** One printable line. */
  readonly warning: string | undefined;
}

/** A foreign tracker's refusal. */
export interface TrackerFailure {
  /** One printable line. */
  readonly failure: string;
  /** Seconds after which to try again: from `retry in` (BEP 31) or `interval`; undefined when it said nothing. */
  readonly retryInSeconds: number | undefined;
  /** `retry in` was "never". */
  readonly isFinal: boolean;
}

/** Limits on the answer of a tracker that we do not know. */
const REPLY_LIMITS = { maxBytes: 1024 * 1024, maxDepth: 8, maxItems: 50_000 };
const DEFAULT_INTERVAL_SECONDS = 1800;

/**
 * Reads a tracker's answer, compact or not (BEP 3, 7, 23, 24, 31).
 * @throws {ProtocolError} ERR_TRACKER_RESPONSE when it is none.
 */
export function decodeTrackerReply(bytes: Uint8Array): TrackerReply | TrackerFailure {
  try {
    const reply = decodeBencode(bytes, REPLY_LIMITS);
    if (!isDictionary(reply))
      throw new ProtocolError('ERR_TRACKER_RESPONSE', 'the tracker answered with no dictionary');
    return reply['failure reason'] === undefined ? successFrom(reply) : failureFrom(reply);
  } catch (cause) {
    if (!(cause instanceof ProtocolError) || cause.code === 'ERR_TRACKER_RESPONSE') throw cause;
    throw new ProtocolError('ERR_TRACKER_RESPONSE', `the tracker's answer cannot be read: ${cause.message}`, {
      cause,
    });
  }
}

function failureFrom(reply: BencodeDictionary): TrackerFailure {
  const retryIn = reply['retry in'];
  const minutes = integerOf(retryIn) ?? Number(textOf(retryIn) || Number.NaN);
  return {
    failure: printableLine(textOf(reply['failure reason']) ?? 'the tracker refused without saying why'),
    retryInSeconds: Number.isFinite(minutes) && minutes > 0 ? minutes * 60 : positive(reply['interval']),
    isFinal: textOf(retryIn) === 'never',
  };
}

function successFrom(reply: BencodeDictionary): TrackerReply {
  const externalIp = reply['external ip'];
  const trackerId = reply['tracker id'];
  const warning = textOf(reply['warning message']);
  return {
    intervalSeconds: positive(reply['interval']) ?? DEFAULT_INTERVAL_SECONDS,
    minIntervalSeconds: positive(reply['min interval']),
    complete: integerOf(reply['complete']),
    incomplete: integerOf(reply['incomplete']),
    peers: [...peersFrom(reply['peers']), ...compactFrom(reply['peers6'], 6)],
    externalIp:
      externalIp instanceof Uint8Array && (externalIp.length === 4 || externalIp.length === 16)
        ? addressFromBytes(externalIp)
        : undefined,
    trackerId: trackerId instanceof Uint8Array ? trackerId : undefined,
    warning: warning === undefined ? undefined : printableLine(warning),
  };
}

function positive(value: BencodeValue | undefined): number | undefined {
  const number = integerOf(value);
  return number !== undefined && number > 0 ? number : undefined;
}

function peersFrom(value: BencodeValue | undefined): Endpoint[] {
  if (Array.isArray(value)) return value.flatMap((entry) => endpointFrom(entry) ?? []);
  return compactFrom(value, 4);
}

function compactFrom(value: BencodeValue | undefined, family: 4 | 6): Endpoint[] {
  return value instanceof Uint8Array ? decodeCompactPeers(value, family) : [];
}

/** One peer of a list that is not compact; host names are passed over. */
function endpointFrom(entry: BencodeValue): Endpoint | undefined {
  if (!isDictionary(entry)) return undefined;
  const address = parseAddress(textOf(entry['ip']) ?? '');
  const port = integerOf(entry['port']) ?? 0;
  return address === undefined || port < 1 || port > 65535 ? undefined : { address, port };
}
