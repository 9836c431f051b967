import {
  type BencodeValue,
  decodeBencode,
  encodeBencode,
  integerOf,
  isDictionary,
  textOf,
} from '../../bittorrent/bencode.ts';
import { ProtocolError } from '../../bittorrent/errors.ts';

const LIMITS = { maxBytes: 32 * 1024, maxDepth: 6, maxItems: 1000 };
const MAX_EXTENSIONS = 64;
const MAX_CLIENT_NAME = 64;

/** What we tell a peer about ourselves (BEP 10, BEP 9, BEP 21). */
export interface OwnExtendedHandshake {
  /** Extension names and the ids by which we want them addressed. */
  readonly extensions: Readonly<Record<string, number>>;
  readonly clientVersion: string;
  /** Requests that we queue for a peer. */
  readonly maxRequests: number;
  /** The peer's address as we see it, 4 or 16 bytes. */
  readonly yourIp: Uint8Array | undefined;
  /** Bytes of the info dictionary (BEP 9); undefined while we have none. */
  readonly metadataSize: number | undefined;
  /** The port on which we listen. */
  readonly port: number | undefined;
  /** We want nothing from anybody (BEP 21). */
  readonly isUploadOnly: boolean;
}

/** The bencoded extended handshake. */
export function encodeExtendedHandshake(own: OwnExtendedHandshake): Uint8Array {
  return encodeBencode({
    m: own.extensions,
    metadata_size: own.metadataSize,
    p: own.port,
    reqq: own.maxRequests,
    upload_only: own.isUploadOnly ? 1 : 0, // BEP 21: said anew, it takes back what was said before
    v: own.clientVersion,
    yourip: own.yourIp,
  });
}

/** What a peer told about itself, checked. */
export interface PeerExtendedHandshake {
  readonly extensions: ReadonlyMap<string, number>;
  /** It wants nothing from anybody (BEP 21). */
  readonly isUploadOnly: boolean;
  /** Its name as it writes it, printable and short. */
  readonly client: string | undefined;
  /** Requests that it holds (`reqq`); undefined when it does not say. */
  readonly maxRequests: number | undefined;
  /** Bytes of the info dictionary that it has (BEP 9); undefined when it does not say. */
  readonly metadataSize: number | undefined;
  /** The port on which it listens (`p`); undefined when it does not say. */
  readonly port: number | undefined;
}

/** Reads a peer's extended handshake; undefined when it cannot be read, which is no reason to part. */
export function decodeExtendedHandshake(bytes: Uint8Array): PeerExtendedHandshake | undefined {
  try {
    // The string members are views of the bytes: copied below where they are kept.
    const handshake = decodeBencode(bytes, LIMITS);
    if (!isDictionary(handshake)) return undefined;
    return {
      extensions: extensionsFrom(handshake['m']),
      isUploadOnly: integerOf(handshake['upload_only']) === 1,
      client: printable(textOf(handshake['v'])),
      maxRequests: positive(handshake['reqq']),
      metadataSize: positive(handshake['metadata_size']),
      port: portFrom(handshake['p']),
    };
  } catch (cause) {
    if (cause instanceof ProtocolError) return undefined;
    throw cause;
  }
}

function extensionsFrom(value: BencodeValue | undefined): Map<string, number> {
  const extensions = new Map<string, number>();
  if (!isDictionary(value)) return extensions;
  for (const [name, member] of Object.entries(value).slice(0, MAX_EXTENSIONS)) {
    const id = integerOf(member);
    if (id !== undefined && id > 0 && id < 256) extensions.set(name, id); // 0 switches an extension off
  }
  return extensions;
}

function positive(value: BencodeValue | undefined): number | undefined {
  const number = integerOf(value);
  return number !== undefined && number > 0 ? number : undefined;
}

function portFrom(value: BencodeValue | undefined): number | undefined {
  const port = positive(value);
  return port !== undefined && port <= 65535 ? port : undefined;
}

function printable(text: string | undefined): string | undefined {
  const clean = text?.replace(/[^\x20-\x7e]/g, '').slice(0, MAX_CLIENT_NAME);
  return clean === '' ? undefined : clean;
}
