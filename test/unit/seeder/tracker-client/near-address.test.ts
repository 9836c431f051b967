import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseAddress } from '../../../../src/bittorrent/endpoint.ts';
import { canKnow } from '../../../../src/seeder/discovery/believable.ts';
import { believablePeers, isNearAddress } from '../../../../src/seeder/tracker-client/near-address.ts';

const of = (text: string) => parseAddress(text) ?? assert.fail(text);

const NEAR = [
  '127.0.0.1',
  '10.1.2.3',
  '192.168.1.1',
  '169.254.1.1',
  '0.0.0.1',
  '::1',
  '::',
  'fe80::1',
  'fec0::1',
];
const WRAPPED = [
  '64:ff9b::7f00:1',
  '64:ff9b::c0a8:101',
  '2002:7f00:1::',
  '2002:c0a8:101::1',
  '::127.0.0.1',
  '::ffff:10.0.0.1',
];
const FAR = ['192.0.2.1', '2001:db8::1', '64:ff9b::c000:201', '2002:c000:201::1', '64:ff9b:1::7f00:1'];

for (const text of [...NEAR, ...WRAPPED])
  test(`${text} is near, and nobody out in the world can know of a peer there`, () => {
    assert.ok(isNearAddress(of(text)));
    assert.ok(!canKnow(of('198.51.100.1'), of(text)));
  });

for (const text of FAR) test(`${text} is not near`, () => assert.ok(!isNearAddress(of(text))));

test('a tracker out in the world names no peers on this machine, wrapped or not', () => {
  const peers = ['64:ff9b::7f00:1', '2002:7f00:1::', '::127.0.0.1', '127.0.0.1', '192.0.2.1'];
  const named = peers.map((text) => ({ address: of(text), port: 6881 }));
  assert.deepEqual(believablePeers(named, { address: of('198.51.100.1'), port: 80 }), named.slice(-1));
});
