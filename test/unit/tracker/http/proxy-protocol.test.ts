import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { formatEndpoint } from '../../../../src/bittorrent/endpoint.ts';
import { parseProxyHeader } from '../../../../src/tracker/http/proxy-protocol.ts';
import { proxyV2 } from './proxy-header.ts';

/** What a header says, on one line. */
function read(bytes: Buffer | string): string {
  const header = parseProxyHeader(Buffer.from(bytes));
  if (typeof header === 'string') return header;
  return `${header.source === undefined ? 'nobody' : formatEndpoint(header.source)}, ends at ${header.end}`;
}

describe('the PROXY header, version 1', () => {
  it('names the client', () => {
    assert.equal(read('PROXY TCP4 192.0.2.1 198.51.100.7 56324 6969\r\nGET'), '192.0.2.1:56324, ends at 46');
    assert.equal(read('PROXY TCP6 2001:db8::1 2001:db8::2 1 2\r\n'), '[2001:db8::1]:1, ends at 40');
    assert.equal(read('PROXY TCP6 ::ffff:192.0.2.1 ::1 0 65535\r\n'), '192.0.2.1:0, ends at 41');
  });

  it('may name nobody, whatever follows', () => {
    assert.equal(read('PROXY UNKNOWN\r\n'), 'nobody, ends at 15');
    assert.equal(read(`PROXY UNKNOWN ${'f'.repeat(91)}\r\n`), 'nobody, ends at 107');
  });

  it('is incomplete until its line ends', () => {
    const whole = 'PROXY TCP4 192.0.2.1 198.51.100.7 56324 6969\r\n';
    for (let length = 0; length < whole.length; length++)
      assert.equal(read(whole.slice(0, length)), 'incomplete');
  });

  it('is wrong when it is too long, or says what it should not', () => {
    for (const text of [
      `PROXY UNKNOWN ${'f'.repeat(100)}\r\n`,
      'PROXY TCP4 192.0.2.1 198.51.100.7 56324\r\n',
      'PROXY TCP4 192.0.2.1 198.51.100.7 56324 6969 1\r\n',
      'PROXY TCP4 192.0.2.1 198.51.100.7 56324 65536\r\n',
      'PROXY TCP4 192.0.2.1 198.51.100.7 -1 6969\r\n',
      'PROXY TCP4 192.0.2.1 198.51.100.7 01 6969\r\n',
      'PROXY TCP4 ::1 198.51.100.7 1 6969\r\n',
      'PROXY TCP6 192.0.2.1 ::1 1 6969\r\n',
      'PROXY TCP4 example.org 198.51.100.7 1 6969\r\n',
      'PROXY TCP4  192.0.2.1 198.51.100.7 1 6969\r\n',
      'PROXY UDP4 192.0.2.1 198.51.100.7 1 6969\r\n',
      'PROXY \r\n',
      'proxy TCP4 192.0.2.1 198.51.100.7 1 6969\r\n',
      'GET /announce HTTP/1.1\r\n',
    ])
      assert.equal(read(text), 'wrong', text);
  });
});

describe('the PROXY header, version 2', () => {
  it('names the client of either family, and extensions are passed over', () => {
    assert.equal(read(proxyV2({ source: '192.0.2.1', port: 56324 })), '192.0.2.1:56324, ends at 28');
    assert.equal(read(proxyV2({ source: '2001:db8::1', port: 7 })), '[2001:db8::1]:7, ends at 52');
    const extensions = Buffer.from('0400040102030405000548656c6c6f', 'hex');
    assert.equal(read(proxyV2({ source: '192.0.2.1', port: 1, extensions })), '192.0.2.1:1, ends at 43');
  });

  it('names nobody for a health check, for what is not known, and for a UNIX socket', () => {
    assert.equal(read(proxyV2({ command: 0, family: 0 })), 'nobody, ends at 16');
    assert.equal(read(proxyV2({ command: 0, source: '192.0.2.1', port: 1 })), 'nobody, ends at 28');
    assert.equal(read(proxyV2({ family: 0 })), 'nobody, ends at 16');
    assert.equal(read(proxyV2({ family: 0x31, extensions: Buffer.alloc(216) })), 'nobody, ends at 232');
  });

  it('is incomplete until all that it announces is there', () => {
    const whole = proxyV2({ source: '192.0.2.1', port: 1, extensions: Buffer.alloc(40) });
    for (let length = 0; length < whole.length; length++)
      assert.equal(read(whole.subarray(0, length)), 'incomplete', String(length));
  });

  it('is wrong with another version, command, family or transport, and when it is too long or too short', () => {
    assert.equal(read(proxyV2({ version: 1 })), 'wrong');
    assert.equal(read(proxyV2({ command: 2 })), 'wrong');
    for (const family of [0x12, 0x22, 0x41, 0x10, 0xff]) assert.equal(read(proxyV2({ family })), 'wrong');
    assert.equal(read(proxyV2({ family: 0x11, extensions: Buffer.alloc(11) })), 'wrong');
    assert.equal(read(proxyV2({ family: 0x21, extensions: Buffer.alloc(35) })), 'wrong');
    assert.equal(read(proxyV2({ family: 0, extensions: Buffer.alloc(4097) }).subarray(0, 16)), 'wrong');
    assert.equal(read(proxyV2({ family: 0, extensions: Buffer.alloc(4096) })), 'nobody, ends at 4112');
  });
});
