import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { formatAddress, parseAddress } from '../../../../src/bittorrent/endpoint.ts';
import { socketAddress } from '../../../../src/tracker/front-end/socket-address.ts';

describe('the address of a socket', () => {
  for (const text of [
    '127.0.0.1',
    '::ffff:10.1.2.3',
    '::1',
    '::',
    '2001:db8::1',
    '2001:db8:1:2:3:4:5:6',
    '1::',
    'fe80::1%eth0',
    '::1.2.3.4',
    '64:ff9b::1.2.3.4',
  ])
    it(`is read as the general parser reads it: ${text}`, () => {
      assert.deepEqual(socketAddress(text), parseAddress(text));
    });

  it('is read as the general parser reads it, whatever it is', () => {
    fc.assert(
      fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), (text) => {
        assert.deepEqual(socketAddress(text), parseAddress(text));
      }),
    );
  });

  it('survives being written and read', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 16, maxLength: 16 }), (bytes) => {
        const text = formatAddress(bytes as Parameters<typeof formatAddress>[0]);
        assert.deepEqual(socketAddress(text), parseAddress(text));
      }),
    );
  });

  for (const text of [
    undefined,
    '',
    'example.org',
    '1.2.3',
    '1:2:3',
    ':::',
    '1::2::3',
    '12345::',
    '1:2:3:4:5:6:7:8:9',
  ])
    it(`is none: ${text}`, () => assert.equal(socketAddress(text), undefined));
});
