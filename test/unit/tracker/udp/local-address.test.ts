import assert from 'node:assert/strict';
import type { NetworkInterfaceInfo } from 'node:os';
import { describe, it } from 'node:test';
import { formatAddress } from '../../../../src/bittorrent/endpoint.ts';
import { localAddresses } from '../../../../src/tracker/udp/local-address.ts';
import { address } from '../tracker-fixture.ts';

function network(own: string, netmask: string): NetworkInterfaceInfo {
  const common = { address: own, netmask, mac: '00:00:00:00:00:00', internal: false, cidr: null };
  return own.includes(':') ? { ...common, family: 'IPv6', scopeid: 0 } : { ...common, family: 'IPv4' };
}

const all = {
  lo: [network('127.0.0.1', '255.0.0.0'), network('::1', 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff')],
  eth0: [
    network('192.168.1.5', '255.255.255.0'),
    network('fe80::5', 'ffff:ffff:ffff:ffff::'),
    network('2001:db8::5', 'ffff:ffff:ffff:ffff::'),
  ],
  eth1: [network('203.0.113.9', '255.255.255.0')],
};

describe('where a client reached us', () => {
  const localAddressFor = localAddresses({
    defaultAddress: () => address('203.0.113.9'),
    interfaces: () => all,
  });

  for (const [source, expected] of [
    ['127.0.0.7', '127.0.0.1'],
    ['::1', '::1'],
    ['192.168.1.77', '192.168.1.5'],
    ['203.0.113.77', '203.0.113.9'],
    ['198.51.100.1', '203.0.113.9'],
    ['2001:db8::77', '2001:db8::5'],
    ['2001:db8:9::1', '2001:db8::5'],
    ['fe80::77', 'fe80::5'],
  ] as const)
    it(`is ${expected} for ${source}`, () => {
      const found = localAddressFor(address(source));
      assert.equal(found && formatAddress(found), expected);
    });

  it('is not known for a family that the machine has only for itself', () => {
    const only = localAddresses({ defaultAddress: () => undefined, interfaces: () => ({ lo: all.lo }) });
    assert.equal(only(address('198.51.100.1')), undefined);
    assert.equal(only(address('2001:db8::1')), undefined);
  });

  it('is the address that we are bound to, when it is one', () => {
    const bound = localAddresses({ bound: address('192.0.2.1'), defaultAddress: () => undefined });
    assert.equal(formatAddress(bound(address('127.0.0.1')) ?? address('::')), '192.0.2.1');
  });

  it('follows the interfaces within seconds', () => {
    const clock = { now: 0 };
    let interfaces: Record<string, NetworkInterfaceInfo[]> = {};
    const find = localAddresses({
      defaultAddress: () => undefined,
      interfaces: () => interfaces,
      nowMs: () => clock.now,
    });
    assert.equal(find(address('192.168.1.77')), undefined);
    interfaces = all;
    assert.equal(find(address('192.168.1.77')), undefined);
    clock.now += 10_000;
    assert.deepEqual(find(address('192.168.1.77')), address('192.168.1.5'));
  });
});
