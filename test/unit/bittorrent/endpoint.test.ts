import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  type Address,
  addressFromBytes,
  familyOf,
  formatAddress,
  formatEndpoint,
  isLoopbackAddress,
  isPrivateAddress,
  parseAddress,
} from '../../../src/bittorrent/endpoint.ts';

function address(text: string): Address {
  const parsed = parseAddress(text);
  assert.ok(parsed, text);
  return parsed;
}

describe('parseAddress', () => {
  it('reads dotted IPv4 and every spelling of IPv6', () => {
    assert.deepEqual([...address('80.4.4.200')], [80, 4, 4, 200]);
    assert.equal(formatAddress(address('2001:DB8:0:0:0:0:0:1')), '2001:db8::1');
    assert.equal(formatAddress(address('::')), '::');
    assert.equal(formatAddress(address('64:ff9b::192.0.2.1')), '64:ff9b::c000:201');
  });

  it('makes an IPv4-mapped IPv6 address its 4 bytes', () => {
    assert.deepEqual([...address('::ffff:1.2.3.4')], [1, 2, 3, 4]);
    assert.deepEqual([...address('::ffff:102:304')], [1, 2, 3, 4]);
  });

  it('leaves an IPv4-compatible IPv6 address one of IPv6', () => {
    assert.deepEqual([...address('::1.2.3.4')], [...new Uint8Array(12), 1, 2, 3, 4]);
    assert.deepEqual(address('::1.2.3.4'), address('0:0:0:0:0:0:1.2.3.4'));
  });

  it('drops the scope id', () => {
    assert.equal(formatAddress(address('fe80::1%eth0')), 'fe80::1');
  });

  it('gives undefined for what is no address', () => {
    const texts = [
      '',
      'localhost',
      '1.2.3',
      '1.2.3.256',
      '01.2.3.4',
      '0x7f.1',
      '2130706433',
      '1.2.3.4:80',
      '[::1]',
      '::1::',
      '1:2:3:4:5:6:7:8:9',
      ' 1.2.3.4',
      '1.2.3.4\n',
      ':',
      '%',
      `::1%${'x'.repeat(1000)}`,
      '1'.repeat(100_000),
    ];
    for (const text of texts) assert.equal(parseAddress(text), undefined, text.slice(0, 40));
  });
});

describe('addressFromBytes', () => {
  it('copies 4 or 16 bytes', () => {
    const bytes = Uint8Array.of(1, 2, 3, 4);
    const copy = addressFromBytes(bytes);
    bytes.fill(0);
    assert.deepEqual([...copy], [1, 2, 3, 4]);
    assert.equal(familyOf(copy), 4);
    assert.equal(familyOf(addressFromBytes(new Uint8Array(16).fill(1))), 6);
  });

  it('makes 16 bytes that are IPv4-mapped 4, and no others', () => {
    const mapped = Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 1, 2, 3, 4);
    assert.deepEqual([...addressFromBytes(mapped)], [1, 2, 3, 4]);
    mapped[0] = 1;
    assert.equal(addressFromBytes(mapped).length, 16);
  });

  it('refuses any other length', () => {
    for (const length of [0, 3, 5, 6, 15, 17, 18])
      assert.throws(() => addressFromBytes(new Uint8Array(length)), { code: 'ERR_ADDRESS' });
  });
});

describe('formatAddress', () => {
  it('shortens the longest run of zero groups, the first of equals, and never a single one', () => {
    for (const text of [
      '0.0.0.0',
      '255.254.10.1',
      '::',
      '::1',
      '1::',
      '::1:2:0:0:3:4',
      '1::2:0:0:3:4',
      '1:0:0:2::3',
      '1:0:2:3:4:5:6:7',
      '0:1:2:3:4:5:6:7',
      '1:2:3:4:5:6:7:0',
      '1:2:3:4:5:6::',
      'ffff:abcd:10:0:1:2:3:4',
    ])
      assert.equal(formatAddress(address(text)), text);
  });
});

describe('formatEndpoint', () => {
  it('puts IPv6 in brackets', () => {
    assert.equal(formatEndpoint({ address: address('1.2.3.4'), port: 80 }), '1.2.3.4:80');
    assert.equal(formatEndpoint({ address: address('::1'), port: 6881 }), '[::1]:6881');
  });
});

describe('isPrivateAddress', () => {
  it('is true at both ends of each private range, and false beside them', () => {
    const inside = [
      '10.0.0.0',
      '10.255.255.255',
      '127.0.0.1',
      '127.255.0.1',
      '172.16.0.0',
      '172.31.255.255',
      '192.168.0.1',
      '192.168.255.255',
      '100.64.0.0',
      '100.127.255.255',
      '169.254.0.1',
      '::1',
      'fe80::1',
      'febf::1',
      'fc00::1',
      'fdff::1',
      '::ffff:10.0.0.1',
    ];
    const outside = [
      '9.255.255.255',
      '11.0.0.0',
      '126.0.0.1',
      '128.0.0.1',
      '172.15.255.255',
      '172.32.0.0',
      '192.167.0.1',
      '192.169.0.1',
      '100.63.0.1',
      '100.128.0.0',
      '169.253.0.1',
      '::2',
      'fec0::1',
      'fe7f::1',
      'fbff::1',
      'fe00::1',
      '2001:db8::1',
      '8.8.8.8',
      'a00::1',
    ];
    for (const text of inside) assert.equal(isPrivateAddress(address(text)), true, text);
    for (const text of outside) assert.equal(isPrivateAddress(address(text)), false, text);
  });
});

describe('isLoopbackAddress', () => {
  it('knows 127.0.0.0/8 and ::1', () => {
    for (const text of ['127.0.0.1', '127.8.9.10', '::1', '::ffff:127.0.0.1'])
      assert.equal(isLoopbackAddress(address(text)), true, text);
    for (const text of ['128.0.0.1', '::', '::2', '10.0.0.1', '100::1'])
      assert.equal(isLoopbackAddress(address(text)), false, text);
  });
});
