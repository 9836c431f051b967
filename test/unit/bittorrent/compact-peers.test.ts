import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  compactPeerLength,
  decodeCompactPeers,
  encodeCompactPeers,
} from '../../../src/bittorrent/compact-peers.ts';
import {
  addressFromBytes,
  type Endpoint,
  formatEndpoint,
  parseAddress,
} from '../../../src/bittorrent/endpoint.ts';

const endpoint = (text: string, port: number): Endpoint => ({
  address: parseAddress(text) ?? assert.fail(text),
  port,
});

describe('compact peers', () => {
  it('write IPv4 as BEP 23 says: address and port in network order', () => {
    const bytes = encodeCompactPeers([endpoint('10.10.10.5', 128), endpoint('1.2.3.4', 6881)], 4);
    assert.equal(Buffer.from(bytes).toString('hex'), '0a0a0a050080010203041ae1');
    assert.equal(compactPeerLength(4), 6);
  });

  it('write IPv6 as BEP 7 says', () => {
    const bytes = encodeCompactPeers([endpoint('2001:db8::1', 0xabcd)], 6);
    assert.equal(Buffer.from(bytes).toString('hex'), '20010db8000000000000000000000001abcd');
    assert.equal(compactPeerLength(6), 18);
  });

  it('leave the other family out', () => {
    const both = [endpoint('1.2.3.4', 1), endpoint('::1', 2)];
    assert.deepEqual([encodeCompactPeers(both, 4).length, encodeCompactPeers(both, 6).length], [6, 18]);
  });

  it('read an IPv4-mapped address among IPv6 peers as IPv4', () => {
    const bytes = Buffer.from('00000000000000000000ffff010203041ae1', 'hex');
    assert.deepEqual(decodeCompactPeers(bytes, 6).map(formatEndpoint), ['1.2.3.4:6881']);
  });

  it('pass over port 0, and keep ports above 32767', () => {
    const bytes = Buffer.from('0102030400000102030affff', 'hex');
    assert.deepEqual(decodeCompactPeers(bytes, 4).map(formatEndpoint), ['1.2.3.10:65535']);
  });

  it('are empty for no peers', () => {
    assert.equal(encodeCompactPeers([], 4).length, 0);
    assert.deepEqual(decodeCompactPeers(new Uint8Array(), 6), []);
  });

  it('are refused when bytes are left over', () => {
    for (const [length, family] of [
      [5, 4],
      [7, 4],
      [6, 6],
      [17, 6],
    ] as const)
      assert.throws(() => decodeCompactPeers(new Uint8Array(length), family), { code: 'ERR_COMPACT_PEERS' });
  });

  it('share no memory with what they were read from', () => {
    const bytes = Buffer.from('010203041ae1', 'hex');
    const [first] = decodeCompactPeers(bytes, 4);
    bytes.fill(0);
    assert.deepEqual(first?.address, addressFromBytes(Uint8Array.of(1, 2, 3, 4)));
  });
});
