import { type BencodeValue, decodeBencode, encodeBencode, isDictionary } from '../../bittorrent/bencode.ts';
import { compactPeerLength, encodeCompactPeers } from '../../bittorrent/compact-peers.ts';
import { type AddressFamily, addressFromBytes, type Endpoint, familyOf } from '../../bittorrent/endpoint.ts';
import { ProtocolError } from '../../bittorrent/errors.ts';

/** The name that BEP 11 gives the extension. */
export const UT_PEX = 'ut_pex';
/** Our id for its messages (BEP 10). */
export const UT_PEX_ID = 2;

/** What is said of a peer (BEP 11, `added.f`). */
export const PexFlag = { prefersEncryption: 0x01, isUploadOnly: 0x02, isReachable: 0x10 } as const;

/** A peer that somebody is connected to. */
export interface PexPeer {
  readonly endpoint: Endpoint;
  /** A sum of {@link PexFlag}. */
  readonly flags: number;
}

/** Peers that somebody is connected to since the last message, and those that have left. */
export interface PexMessage {
  readonly added: readonly PexPeer[];
  readonly dropped: readonly Endpoint[];
}

/** Peers that are read of one list; clients send 50, libtorrent 100. */
const MAX_LISTED = 200;
const LIMITS = { maxBytes: 32 * 1024, maxDepth: 2, maxItems: 64 };
const FAMILIES = [4, 6] as const;

/** The bencoded message; lists that would be empty are left out. */
export function encodePex({ added, dropped }: PexMessage): Uint8Array {
  const listed = (family: AddressFamily): readonly PexPeer[] =>
    added.filter(({ endpoint }) => familyOf(endpoint.address) === family);
  const members: Record<string, Uint8Array> = {};
  for (const family of FAMILIES) {
    const suffix = family === 4 ? '' : '6';
    const peers = listed(family);
    const endpoints = peers.map(({ endpoint }) => endpoint);
    members[`added${suffix}`] = encodeCompactPeers(endpoints, family);
    members[`added${suffix}.f`] = Uint8Array.from(peers, ({ flags }) => flags);
    members[`dropped${suffix}`] = encodeCompactPeers(dropped, family);
  }
  return encodeBencode(Object.fromEntries(Object.entries(members).filter(([, bytes]) => bytes.length > 0)));
}

/** Reads a peer's message; undefined when it cannot be read. What is left over of a list, and port 0, is passed over. */
export function decodePex(payload: Uint8Array): PexMessage | undefined {
  let message: BencodeValue;
  try {
    message = decodeBencode(payload, LIMITS);
  } catch (cause) {
    if (cause instanceof ProtocolError) return undefined;
    throw cause;
  }
  if (!isDictionary(message)) return undefined;
  const {
    added: added4,
    'added.f': flags4,
    added6,
    'added6.f': flags6,
    dropped: dropped4,
    dropped6,
  } = message;
  return {
    added: [...peersIn(added4, flags4, 4), ...peersIn(added6, flags6, 6)],
    dropped: [...peersIn(dropped4, undefined, 4), ...peersIn(dropped6, undefined, 6)].map(
      ({ endpoint }) => endpoint,
    ),
  };
}

function peersIn(
  list: BencodeValue | undefined,
  flags: BencodeValue | undefined,
  family: AddressFamily,
): PexPeer[] {
  if (!(list instanceof Uint8Array)) return [];
  const size = compactPeerLength(family);
  const peers: PexPeer[] = [];
  const count = Math.min(MAX_LISTED, Math.floor(list.length / size));
  for (let index = 0; index < count; index++) {
    const entry = list.subarray(index * size, (index + 1) * size);
    const port = ((entry[size - 2] ?? 0) << 8) | (entry[size - 1] ?? 0);
    if (port === 0) continue;
    const address = addressFromBytes(entry.subarray(0, size - 2));
    peers.push({ endpoint: { address, port }, flags: flags instanceof Uint8Array ? (flags[index] ?? 0) : 0 });
  }
  return peers;
}
