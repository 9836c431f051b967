import { addressFromBytes, type Endpoint, parseAddress } from '../../bittorrent/endpoint.ts';

// The PROXY protocol, versions 1 and 2 (haproxy.org/download/2.9/doc/proxy-protocol.txt): what a balancer that passes TCP on
// unread says of the client, in front of the client's bytes.

/** A header that was read. */
export interface ProxyHeader {
  /** Where the client's own bytes begin. */
  readonly end: number;
  /** The client; undefined when the balancer speaks for itself (a health check), or does not know. */
  readonly source: Endpoint | undefined;
}

/** The longest header of version 1, its CRLF included (section 2.1). */
const MAX_V1_BYTES = 107;
/** Bytes behind the fixed part of version 2 that we take: addresses and extensions. Balancers send some hundred. */
const MAX_V2_REST_BYTES = 4096;

const V1_START = Buffer.from('PROXY ');
const V2_SIGNATURE = Buffer.from('\r\n\r\n\0\r\nQUIT\n');
const V2_FIXED_BYTES = 16;

/**
 * Reads the header at the start of a connection's bytes. "incomplete": more bytes are needed. "wrong": it is none, and no further
 * byte makes it one.
 */
export function parseProxyHeader(bytes: Buffer): ProxyHeader | 'incomplete' | 'wrong' {
  if (startsAlike(bytes, V1_START)) return bytes.length < V1_START.length ? 'incomplete' : parseV1(bytes);
  if (startsAlike(bytes, V2_SIGNATURE)) return bytes.length < V2_FIXED_BYTES ? 'incomplete' : parseV2(bytes);
  return 'wrong';
}

/** Whether one begins as the other does, as far as both go. */
function startsAlike(bytes: Buffer, expected: Buffer): boolean {
  const length = Math.min(bytes.length, expected.length);
  return bytes.compare(expected, 0, length, 0, length) === 0;
}

/** `PROXY TCP4 192.0.2.1 198.51.100.7 56324 6969\r\n` (section 2.1). */
function parseV1(bytes: Buffer): ProxyHeader | 'incomplete' | 'wrong' {
  const lineEnd = bytes.subarray(0, MAX_V1_BYTES).indexOf('\r\n');
  if (lineEnd < 0) return bytes.length < MAX_V1_BYTES ? 'incomplete' : 'wrong';
  const end = lineEnd + 2;
  const [, family, ...fields] = bytes.toString('latin1', 0, lineEnd).split(' ');
  if (family === 'UNKNOWN') return { end, source: undefined }; // what follows is to be ignored
  if ((family !== 'TCP4' && family !== 'TCP6') || fields.length !== 4) return 'wrong';
  const [source, destination] = fields.slice(0, 2).map((text) => parseV1Address(text, family));
  const [sourcePort, destinationPort] = fields.slice(2).map(parseV1Port);
  if (source === undefined || destination === undefined) return 'wrong';
  if (sourcePort === undefined || destinationPort === undefined) return 'wrong';
  return { end, source: { address: source, port: sourcePort } };
}

function parseV1Address(text: string, family: 'TCP4' | 'TCP6') {
  return text.includes(':') === (family === 'TCP6') ? parseAddress(text) : undefined;
}

function parseV1Port(text: string): number | undefined {
  return /^(0|[1-9]\d{0,4})$/.test(text) && Number(text) <= 65535 ? Number(text) : undefined;
}

const LOCAL = 0;
const PROXY = 1;
/** Family and transport in one byte (section 2.2). */
const TCP4 = 0x11;
const TCP6 = 0x21;
const UNSPECIFIED = 0x00;
const UNIX_STREAM = 0x31;

/** 12 bytes of signature, version and command, family, length; then addresses, then extensions, which we pass over (section 2.2). */
function parseV2(bytes: Buffer): ProxyHeader | 'incomplete' | 'wrong' {
  const version = (bytes[12] as number) >>> 4; // 16 bytes are there
  const command = (bytes[12] as number) & 0x0f;
  if (version !== 2 || (command !== LOCAL && command !== PROXY)) return 'wrong';
  const family = bytes[13] as number;
  const restBytes = bytes.readUInt16BE(14);
  if (restBytes > MAX_V2_REST_BYTES) return 'wrong';
  const end = V2_FIXED_BYTES + restBytes;
  if (command === LOCAL) return bytes.length < end ? 'incomplete' : { end, source: undefined };
  const addressBytes = family === TCP4 ? 4 : family === TCP6 ? 16 : 0;
  if (addressBytes === 0 && family !== UNSPECIFIED && family !== UNIX_STREAM) return 'wrong';
  if (addressBytes > 0 && restBytes < 2 * addressBytes + 4) return 'wrong';
  if (bytes.length < end) return 'incomplete';
  if (addressBytes === 0) return { end, source: undefined };
  const address = addressFromBytes(bytes.subarray(V2_FIXED_BYTES, V2_FIXED_BYTES + addressBytes));
  return { end, source: { address, port: bytes.readUInt16BE(V2_FIXED_BYTES + 2 * addressBytes) } };
}
