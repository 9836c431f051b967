import assert from 'node:assert/strict';
import { it } from 'node:test';
import { type Address, parseAddress } from '../../../../src/bittorrent/endpoint.ts';
import { canKnow, isBelievable } from '../../../../src/seeder/discovery/believable.ts';

const address = (text: string): Address => parseAddress(text) as Address; // they are spelled below

for (const [teller, told, isKnown] of [
  ['203.0.113.5', '198.51.100.7', true],
  ['203.0.113.5', '2001:db8::1', true],
  ['203.0.113.5', '10.0.0.1', false],
  ['203.0.113.5', '169.254.169.254', false],
  ['203.0.113.5', '127.0.0.1', false],
  ['203.0.113.5', 'fd00::1', false],
  ['203.0.113.5', '::1', false],
  ['203.0.113.5', '224.0.0.1', false],
  ['203.0.113.5', '255.255.255.255', false],
  ['203.0.113.5', '0.0.0.0', false],
  ['203.0.113.5', 'ff02::1', false],
  ['192.168.1.2', '192.168.1.3', true],
  ['192.168.1.2', '203.0.113.5', true],
  ['192.168.1.2', '127.0.0.1', false],
  ['127.0.0.1', '127.0.0.1', true],
  ['127.0.0.1', '::1', true],
  ['127.0.0.1', '10.0.0.1', true],
  ['127.0.0.1', '0.0.0.0', false],
] as const)
  it(`who is at ${teller} ${isKnown ? 'can' : 'cannot'} know of a peer at ${told}`, () => {
    assert.equal(canKnow(address(teller), address(told)), isKnown);
  });

it('nobody is believed that there is a peer at a port of services', () => {
  const endpoint = { address: address('198.51.100.7'), port: 1023 };
  assert.equal(isBelievable(address('203.0.113.5'), endpoint), false);
  assert.equal(isBelievable(address('203.0.113.5'), { ...endpoint, port: 1024 }), true);
});
