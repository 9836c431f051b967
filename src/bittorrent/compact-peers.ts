import { type AddressFamily, addressFromBytes, type Endpoint } from './endpoint.ts';
import { ProtocolError } from './errors.ts';

/** Bytes of one endpoint: BEP 23 for IPv4 (4 + 2), BEP 7 for IPv6 (16 + 2). */
export function compactPeerLength(family: AddressFamily): 6 | 18 {
  return family === 4 ? 6 : 18;
}

/** The endpoints of `family` one behind the other, ports big-endian; endpoints of the other family are left out. */
export function encodeCompactPeers(endpoints: Iterable<Endpoint>, family: AddressFamily): Uint8Array {
  const wanted = [...endpoints].filter((endpoint) => endpoint.address.length === (family === 4 ? 4 : 16));
  const size = compactPeerLength(family);
  const out = Buffer.alloc(wanted.length * size);
  wanted.forEach((endpoint, i) => {
    out.set(endpoint.address, i * size);
    out.writeUInt16BE(endpoint.port, (i + 1) * size - 2);
  });
  return out;
}

/**
 * The endpoints in a compact list. Those with port 0, which nobody can reach, are left out.
 * @throws {ProtocolError} ERR_COMPACT_PEERS when the length is no multiple of 6 (IPv4) or 18 (IPv6).
 */
export function decodeCompactPeers(bytes: Uint8Array, family: AddressFamily): Endpoint[] {
  const size = compactPeerLength(family);
  if (bytes.length % size !== 0) {
    throw new ProtocolError(
      'ERR_COMPACT_PEERS',
      `a compact list of IPv${family} peers has a multiple of ${size} bytes, this one has ${bytes.length}`,
    );
  }
  const endpoints: Endpoint[] = [];
  for (let at = 0; at < bytes.length; at += size) {
    const port = ((bytes[at + size - 2] ?? 0) << 8) | (bytes[at + size - 1] ?? 0);
    if (port === 0) continue;
    endpoints.push({ address: addressFromBytes(bytes.subarray(at, at + size - 2)), port });
  }
  return endpoints;
}
