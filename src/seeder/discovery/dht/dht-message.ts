import {
  type BencodeDictionary,
  type BencodeInput,
  type BencodeValue,
  decodeBencode,
  encodeBencode,
  integerOf,
  isDictionary,
} from '../../../bittorrent/bencode.ts';
import type { BencodeLimits } from '../../../bittorrent/bencode-scan.ts';
import { addressFromBytes, type Endpoint } from '../../../bittorrent/endpoint.ts';
import { ProtocolError } from '../../../bittorrent/errors.ts';

/** A message of a DHT node (BEP 5), with all that we use of it and nothing else. */
export interface DhtMessage {
  readonly kind: 'query' | 'response' | 'error';
  /** By which the sender tells answers apart. */
  readonly transaction: Uint8Array;
  /** Of a query that we know. */
  readonly method: string | undefined;
  /** Written anew from what was checked. */
  readonly bytes: Buffer;
}

/** Of strangers. Our own answers may be made of all peers that the package has stored for an info-hash. */
const LIMITS = { maxBytes: 4096, maxDepth: 5, maxItems: 1000 };
const OWN_LIMITS = { maxBytes: 1024 * 1024, maxDepth: 5, maxItems: 50_000 };
const ID_LENGTH = 20;
const MAX_TRANSACTION = 32;
const MAX_TOKEN = 128;
/** IPv4 only, as is the package: an id, an address and a port; a peer is without the id. */
const NODE_LENGTH = 26;
const PEER_LENGTH = 6;
const MAX_NODES = 50;
const MAX_VALUES = 200;
/** Peers in an answer of ours: it fits into one packet, and is not much longer than the question. */
const MAX_OWN_VALUES = 50;
const METHODS: ReadonlySet<string> = new Set(['ping', 'find_node', 'get_peers', 'announce_peer']);

/**
 * Reads a message of a stranger and writes it anew, so that whoever reads it next sees nothing that was not checked: lengths and types of
 * all members, and of the nodes and peers in it those alone that `isKept` keeps. Undefined when it is malformed.
 */
export function readDhtMessage(
  bytes: Uint8Array,
  isKept: (endpoint: Endpoint) => boolean,
): DhtMessage | undefined {
  const message = decoded(bytes, LIMITS);
  if (message === undefined) return undefined;
  const transaction = bytesOf(message['t'], 1, MAX_TRANSACTION);
  const type = textOf(message['y']);
  if (transaction === undefined) return undefined;
  if (type === 'q') return query(message, transaction);
  if (type === 'r') return response(message, transaction, isKept, MAX_VALUES);
  if (type === 'e') return failure(message, transaction);
  return undefined;
}

/** An answer of the package without the nodes and peers that `isKept` does not keep, and without too many. */
export function rewrittenAnswer(
  bytes: Uint8Array,
  isKept: (endpoint: Endpoint) => boolean,
): Uint8Array | undefined {
  const message = decoded(bytes, OWN_LIMITS);
  const transaction = bytesOf(message?.['t'], 1, MAX_TRANSACTION);
  if (message === undefined || transaction === undefined) return undefined;
  return response(message, transaction, isKept, MAX_OWN_VALUES)?.bytes;
}

/** The answer to a query that we do not know (BEP 5, errors). */
export function encodeUnknownMethod(transaction: Uint8Array): Uint8Array {
  return encodeBencode({ t: transaction, y: 'e', e: [204, 'Method Unknown'] });
}

function query(message: BencodeDictionary, t: Uint8Array): DhtMessage | undefined {
  const method = textOf(message['q']);
  const given = message['a'];
  if (method === undefined || !isDictionary(given)) return undefined;
  if (!METHODS.has(method))
    return { kind: 'query', transaction: t, method: undefined, bytes: Buffer.alloc(0) };
  const id = bytesOf(given['id'], ID_LENGTH);
  if (id === undefined) return undefined;
  const a: Record<string, BencodeInput | undefined> = {
    // BEP 43: a node that answers nobody has no place in the table, into which the package puts every id that it sees.
    id: integerOf(message['ro']) === 1 ? undefined : id,
    target: bytesOf(given['target'], ID_LENGTH),
    info_hash: bytesOf(given['info_hash'], ID_LENGTH),
    token: bytesOf(given['token'], 1, MAX_TOKEN),
    port: portOf(given['port']),
    implied_port: integerOf(given['implied_port']) === 1 ? 1 : 0,
  };
  if (method === 'find_node' && a['target'] === undefined) return undefined;
  if (method === 'get_peers' && a['info_hash'] === undefined) return undefined;
  if (method === 'announce_peer' && !isAnnounce(a)) return undefined;
  return written('query', t, method, { t, y: 'q', q: method, a });
}

function isAnnounce(a: Readonly<Record<string, BencodeInput | undefined>>): boolean {
  const hasPort = a['implied_port'] === 1 || a['port'] !== undefined;
  return a['info_hash'] !== undefined && a['token'] !== undefined && hasPort;
}

function response(
  message: BencodeDictionary,
  t: Uint8Array,
  isKept: (endpoint: Endpoint) => boolean,
  maxValues: number,
): DhtMessage | undefined {
  const given = message['r'];
  if (!isDictionary(given)) return undefined;
  const id = bytesOf(given['id'], ID_LENGTH);
  if (id === undefined) return undefined;
  const { nodes, values } = given;
  const r = {
    id,
    token: bytesOf(given['token'], 1, MAX_TOKEN),
    nodes: nodes instanceof Uint8Array ? keptNodes(nodes, isKept) : undefined,
    values: Array.isArray(values) ? keptPeers(values, isKept).slice(0, maxValues) : undefined,
  };
  return written('response', t, undefined, { t, y: 'r', r });
}

function failure(message: BencodeDictionary, t: Uint8Array): DhtMessage {
  const given: unknown = message['e'];
  const [code] = Array.isArray(given) ? (given as readonly BencodeValue[]) : [];
  return written('error', t, undefined, { t, y: 'e', e: [integerOf(code) ?? 201, ''] });
}

function written(
  kind: DhtMessage['kind'],
  transaction: Uint8Array,
  method: string | undefined,
  content: BencodeInput,
): DhtMessage {
  return { kind, transaction, method, bytes: Buffer.from(encodeBencode(content)) };
}

function keptNodes(list: Uint8Array, isKept: (endpoint: Endpoint) => boolean): Uint8Array {
  const kept: Uint8Array[] = [];
  const count = Math.min(MAX_NODES, Math.floor(list.length / NODE_LENGTH));
  for (let index = 0; index < count; index++) {
    const node = list.subarray(index * NODE_LENGTH, (index + 1) * NODE_LENGTH);
    if (isKept(endpointIn(node.subarray(ID_LENGTH)))) kept.push(node);
  }
  return Buffer.concat(kept);
}

function keptPeers(
  list: readonly BencodeValue[],
  isKept: (endpoint: Endpoint) => boolean,
): readonly Uint8Array[] {
  return list
    .flatMap((value) => bytesOf(value, PEER_LENGTH) ?? [])
    .filter((peer) => isKept(endpointIn(peer)));
}

function endpointIn(peer: Uint8Array): Endpoint {
  const port = ((peer[4] ?? 0) << 8) | (peer[5] ?? 0);
  return { address: addressFromBytes(peer.subarray(0, 4)), port };
}

function decoded(bytes: Uint8Array, limits: BencodeLimits): BencodeDictionary | undefined {
  try {
    const message = decodeBencode(bytes, limits);
    return isDictionary(message) ? message : undefined;
  } catch (cause) {
    if (cause instanceof ProtocolError) return undefined;
    throw cause;
  }
}

function bytesOf(value: BencodeValue | undefined, min: number, max = min): Uint8Array | undefined {
  return value instanceof Uint8Array && value.length >= min && value.length <= max ? value : undefined;
}

function textOf(value: BencodeValue | undefined): string | undefined {
  const bytes = bytesOf(value, 1, 32);
  return bytes && Buffer.from(bytes).toString('latin1');
}

function portOf(value: BencodeValue | undefined): number | undefined {
  const port = integerOf(value);
  return port !== undefined && port >= 1 && port <= 65535 ? port : undefined;
}
