import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { formatAddress } from '../../../../src/bittorrent/endpoint.ts';
import { TrustedProxies } from '../../../../src/tracker/front-end/trusted-proxies.ts';
import { address } from '../tracker-fixture.ts';

const proxies = new TrustedProxies(['10.0.0.0/8', '::1', '2001:db8::/32']);

function clientOf(header: string): string | undefined {
  const client = proxies.clientOf(header);
  return client === undefined ? undefined : formatAddress(client);
}

describe('trusted proxies', () => {
  it('are those of the configured networks', () => {
    for (const text of ['10.1.2.3', '::1', '2001:db8::5', '::ffff:10.0.0.1'])
      assert.equal(proxies.isTrusted(address(text)), true, text);
    for (const text of ['11.0.0.1', '::2', '2001:db9::5'])
      assert.equal(proxies.isTrusted(address(text)), false);
    assert.equal(new TrustedProxies().isTrusted(address('127.0.0.1')), false);
  });

  for (const [header, client] of [
    ['198.51.100.1', '198.51.100.1'],
    ['1.1.1.1, 198.51.100.1', '198.51.100.1'],
    ['1.1.1.1,198.51.100.1 , 10.0.0.2,10.0.0.3', '198.51.100.1'],
    ['2001:db9::1', '2001:db9::1'],
    ['[2001:db9::1]:8080', '2001:db9::1'],
    ['198.51.100.1:8080', '198.51.100.1'],
    ['nonsense, 10.0.0.2', undefined],
    ['10.0.0.2', '10.0.0.2'],
    ['10.0.0.7, 10.0.0.2', '10.0.0.7'],
    ['unknown', undefined],
    ['', undefined],
  ] as const)
    it(`X-Forwarded-For "${header}" is read from the right`, () => assert.equal(clientOf(header), client));

  it('looks at a bounded number of hops', () => {
    assert.equal(clientOf(`1.1.1.1,${'10.0.0.1,'.repeat(500)}10.0.0.1`), undefined);
  });

  for (const text of ['::ffff:10.0.0.0/104', '::ffff:a00:0/104', '::ffff:0:0/96', '::ffff:10.1.2.3'])
    it(`takes "${text}" for the IPv4 network that it is`, () => {
      const mapped = new TrustedProxies([text]);
      assert.equal(mapped.isTrusted(address('10.1.2.3')), true);
      assert.equal(mapped.isTrusted(address('11.1.2.3')), text === '::ffff:0:0/96');
      assert.equal(mapped.isTrusted(address('::1')), false);
    });

  for (const text of [
    'nonsense',
    '10.0.0.0/33',
    'example.org',
    '',
    '::ffff:10.0.0.0/8',
    '::ffff:10.0.0.0/129',
  ])
    it(`refuses "${text}" as a network`, () => {
      assert.throws(() => new TrustedProxies([text]), /is no network/);
    });
});
