import assert from 'node:assert/strict';
import { parseProxyHeader } from '../../../src/tracker/http/proxy-protocol.ts';
import type { Mutator } from '../mutator.ts';
import type { FuzzTarget } from '../target.ts';

const SIGNATURE = Buffer.from('\r\n\r\n\0\r\nQUIT\n');
/** The longest header of either version. */
const MAX_BYTES = 16 + 4096;

/** A header of version 2, from what stands behind its signature. */
function version2(hex: string): Buffer {
  return Buffer.concat([SIGNATURE, Buffer.from(hex, 'hex')]);
}

/** What a balancer sends in front of a connection. */
export function proxyTarget(): FuzzTarget {
  const corpus = [
    Buffer.from('PROXY TCP4 192.0.2.1 198.51.100.7 56324 6969\r\nGET /announce HTTP/1.1\r\n'),
    Buffer.from('PROXY TCP6 2001:db8::1 2001:db8::2 56324 6969\r\n'),
    Buffer.from('PROXY UNKNOWN\r\n'),
    version2('2111000cc0000201c6336407dc041b39'),
    version2(
      '21210027 20010db8000000000000000000000001 20010db8000000000000000000000002 dc041b39 030000'.replaceAll(
        ' ',
        '',
      ),
    ),
    version2('20000000'),
  ];
  const take = (input: Buffer, mutator: Mutator): string => {
    const header = parseProxyHeader(input);
    const early = parseProxyHeader(input.subarray(0, mutator.below(input.length + 1)));
    if (early !== 'incomplete') assert.deepEqual(early, header, 'more bytes never change what was said');
    if (header === 'incomplete') assert.ok(input.length < MAX_BYTES, 'what is longer than any is wrong');
    if (typeof header === 'string') return header;
    assert.ok(header.end >= 15 && header.end <= Math.min(input.length, MAX_BYTES));
    if (header.source === undefined) return 'nobody';
    const { address, port } = header.source;
    assert.ok((address.length === 4 || address.length === 16) && port >= 0 && port <= 65535);
    return 'client';
  };
  return { name: 'proxy', corpus, maxBytes: MAX_BYTES + 200, take };
}
