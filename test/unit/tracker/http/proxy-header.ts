import { parseAddress } from '../../../../src/bittorrent/endpoint.ts';

/** What a header of version 2 says; the destination is all zeroes. */
export interface ProxyV2Fields {
  readonly source?: string;
  readonly port?: number;
  readonly version?: number;
  /** 0: LOCAL, 1: PROXY. */
  readonly command?: number;
  /** Family and transport; by default that of the source over TCP. */
  readonly family?: number;
  /** Bytes behind the addresses. */
  readonly extensions?: Uint8Array;
}

/** A header of the PROXY protocol, version 2. */
export function proxyV2(fields: ProxyV2Fields = {}): Buffer {
  const { source, port = 0, version = 2, command = 1, extensions = new Uint8Array() } = fields;
  const address = source === undefined ? undefined : parseAddress(source);
  const family = fields.family ?? (address?.length === 16 ? 0x21 : 0x11);
  const ports = Buffer.alloc(4);
  ports.writeUInt16BE(port);
  const rest = Buffer.concat([
    ...(address === undefined ? [] : [address, new Uint8Array(address.length), ports]),
    extensions,
  ]);
  const length = Buffer.alloc(2);
  length.writeUInt16BE(rest.length);
  return Buffer.concat([
    Buffer.from('\r\n\r\n\0\r\nQUIT\n'),
    Buffer.of((version << 4) | command, source === undefined && fields.family === undefined ? 0 : family),
    length,
    rest,
  ]);
}
