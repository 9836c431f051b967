import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Endpoint } from '../../../../src/bittorrent/endpoint.ts';
import { parseAddress } from '../../../../src/bittorrent/endpoint.ts';
import {
  believablePeers,
  publicLookup,
  refuseNear,
} from '../../../../src/seeder/tracker-client/near-address.ts';

function at(text: string): Endpoint {
  const address = parseAddress(text);
  assert.ok(address);
  return { address, port: 6881 };
}

test('a server out in the world sends nobody into our own network', async () => {
  for (const host of [
    '127.0.0.1',
    '10.1.2.3',
    '169.254.169.254',
    '0.0.0.0',
    '[::1]',
    '[::]',
    '[fe80::1]',
    '2130706433',
  ])
    assert.throws(() => refuseNear(new URL(`http://${host}/`)), { code: 'ERR_REDIRECT' }, host);
  refuseNear(new URL('http://192.0.2.1/'));
  refuseNear(new URL('http://example.org/'));
  const { promise, resolve } = Promise.withResolvers<unknown>();
  publicLookup('localhost', {}, resolve);
  assert.equal(((await promise) as { code: string }).code, 'ERR_REDIRECT');
});

test('a tracker out in the world has no peers on this machine, on its link, or at a group', () => {
  const honest = [at('198.51.100.1'), at('10.0.0.1'), at('2001:db8::1')];
  const bad = [
    '127.0.0.1',
    '0.0.0.0',
    '169.254.1.1',
    '224.0.0.1',
    '255.255.255.255',
    '::1',
    'fe80::1',
    'ff02::1',
  ];
  const named = [...honest, ...bad.map(at)];
  assert.deepEqual(believablePeers(named, at('192.0.2.1')), honest);
  assert.deepEqual(believablePeers(named, undefined), honest);
  assert.deepEqual(believablePeers(named, at('127.0.0.1')), named);
});
