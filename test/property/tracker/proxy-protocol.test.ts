import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { formatEndpoint, parseAddress } from '../../../src/bittorrent/endpoint.ts';
import { parseProxyHeader } from '../../../src/tracker/http/proxy-protocol.ts';
import { proxyV2 } from '../../unit/tracker/http/proxy-header.ts';

const runs = { numRuns: 2_000 };
const address = fc.oneof(fc.ipV4(), fc.ipV6());
const port = fc.integer({ min: 0, max: 65535 });
const rest = fc.uint8Array({ maxLength: 300 });

function endpointText(text: string, port: number): string {
  const parsed = parseAddress(text);
  assert.ok(parsed);
  return formatEndpoint({ address: parsed, port });
}

describe('the PROXY header', () => {
  it('version 1 names who it says, and where the bytes of the client begin', () => {
    fc.assert(
      fc.property(address, port, rest, (source, sourcePort, bytes) => {
        const isV6 = source.includes(':');
        const line = `PROXY ${isV6 ? 'TCP6' : 'TCP4'} ${source} ${isV6 ? '::1' : '127.0.0.1'} ${sourcePort} 6969\r\n`;
        const header = parseProxyHeader(Buffer.concat([Buffer.from(line), bytes]));
        assert.ok(typeof header !== 'string' && header.source !== undefined);
        assert.equal(header.end, line.length);
        assert.equal(formatEndpoint(header.source), endpointText(source, sourcePort));
      }),
      runs,
    );
  });

  it('version 2 names who it says, and where the bytes of the client begin', () => {
    fc.assert(
      fc.property(address, port, rest, rest, (source, sourcePort, extensions, bytes) => {
        const whole = proxyV2({ source, port: sourcePort, extensions });
        const header = parseProxyHeader(Buffer.concat([whole, bytes]));
        assert.ok(typeof header !== 'string' && header.source !== undefined);
        assert.equal(header.end, whole.length);
        assert.equal(formatEndpoint(header.source), endpointText(source, sourcePort));
      }),
      runs,
    );
  });

  it('any bytes behind a right beginning are read within their bounds, and more bytes never change what was said', () => {
    const beginning = fc.constantFrom(
      '',
      'PROXY ',
      'PROXY TCP4 ',
      '\r\n\r\n\0\r\nQUIT\n',
      '\r\n\r\n\0\r\nQUIT\n!',
    );
    fc.assert(
      fc.property(beginning, fc.uint8Array({ maxLength: 5_000 }), fc.nat(), (start, tail, cut) => {
        const bytes = Buffer.concat([Buffer.from(start, 'latin1'), tail]);
        const header = parseProxyHeader(bytes);
        if (typeof header !== 'string') assert.ok(header.end <= bytes.length);
        if (header === 'incomplete')
          assert.ok(bytes.length < 4112, 'what is longer than any header is not incomplete');
        const early = parseProxyHeader(bytes.subarray(0, cut % (bytes.length + 1)));
        if (early !== 'incomplete') assert.deepEqual(early, header);
      }),
      runs,
    );
  });
});
