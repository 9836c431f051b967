import assert from 'node:assert/strict';
import { Socket } from 'node:net';
import { test } from 'node:test';
import { formatEndpoint, parseAddress } from '../../../../src/bittorrent/endpoint.ts';
import { DEFAULT_SEEDER_LIMITS } from '../../../../src/seeder/limits.ts';
import { Dialer } from '../../../../src/seeder/peers/dialer.ts';
import type { Torrent } from '../../../../src/seeder/torrent.ts';
import { ManualClock } from '../../../support/seeder-clock.ts';

/** A dialer in a world where nobody answers, and the addresses that it tried. */
function silentWorld() {
  const clock = new ManualClock();
  const tried: string[] = [];
  const dialer = new Dialer({
    clock,
    limits: DEFAULT_SEEDER_LIMITS,
    encryption: 'off',
    connectionCount: () => 0,
    onConnected: () => assert.fail('nobody answers'),
    connect: (host, port) => {
      const address = parseAddress(host);
      assert.ok(address);
      tried.push(formatEndpoint({ address, port }));
      return new Socket();
    },
  });
  /** Ten seconds in which nobody answers. */
  const wait = async (): Promise<void> => {
    clock.advance(10_001);
    await new Promise((resolve) => setImmediate(resolve)); // sockets tell of their end in a later turn
    dialer.dial();
  };
  return { dialer, tried, wait };
}

/** All that a dialer looks at. */
const torrent = (): Torrent => ({ state: 'downloading' }) as Torrent;

const endpoint = (host: string, port = 6881) => ({ address: parseAddress(host) ?? assert.fail(), port });
const silent = Array.from({ length: 700 }, (_, i) => endpoint(`203.0.${i >> 8}.${i & 255}`));

test('a torrent whose peers do not answer keeps no other from being dialled', async () => {
  const { dialer, tried, wait } = silentWorld();
  const [attacked, other] = [torrent(), torrent()];
  dialer.start(attacked);
  dialer.start(other);
  dialer.found(attacked, silent, 'pex');
  dialer.found(other, [endpoint('198.51.100.1')], 'tracker');
  await wait();
  assert.ok(tried.includes('198.51.100.1:6881'));
  dialer.stop();
});

test('addresses that strangers name do not keep those that trackers name waiting', async () => {
  const { dialer, tried, wait } = silentWorld();
  const attacked = torrent();
  dialer.start(attacked);
  dialer.found(attacked, silent, 'pex');
  dialer.found(attacked, [endpoint('198.51.100.1')], 'tracker');
  await wait();
  assert.ok(tried.includes('198.51.100.1:6881'));
  dialer.stop();
});

test('one machine with many ports takes four places', () => {
  const { dialer, tried } = silentWorld();
  const attacked = torrent();
  dialer.start(attacked);
  const ports = Array.from({ length: 500 }, (_, i) => endpoint('203.0.113.1', 2000 + i));
  dialer.found(attacked, [...ports, endpoint('198.51.100.1')], 'pex');
  assert.equal(tried.length, 5);
  dialer.stop();
});

test('addresses that answer nobody make room for those that are named later', async () => {
  const { dialer, tried, wait } = silentWorld();
  const attacked = torrent();
  dialer.start(attacked);
  dialer.found(attacked, silent, 'pex');
  await wait();
  assert.equal(dialer.found(attacked, [endpoint('198.51.100.1')], 'dht'), 1);
  for (let round = 0; round < 50 && !tried.includes('198.51.100.1:6881'); round++) await wait();
  assert.ok(tried.includes('198.51.100.1:6881'));
  dialer.stop();
});
