import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  type Address,
  addressFromBytes,
  formatAddress,
  parseAddress,
} from '../../../src/bittorrent/endpoint.ts';
import { makePeerId } from '../../../src/bittorrent/peer-id.ts';
import { sampleHash } from '../../../src/persistence/conformance/harness.ts';
import { OwnSeeds } from '../../../src/persistence/nodes/own-seeds.ts';

function address(text: string): Address {
  const parsed = parseAddress(text);
  assert.ok(parsed !== undefined);
  return parsed;
}

/** A seed node whose journal is a list of lines. */
function makeSeeds() {
  const lines: string[] = [];
  const at = { addresses: [address('192.0.2.7')], port: 6881, nowSeconds: 1_000 };
  const nameOf = (infoHash: Uint8Array, bytes: Uint8Array, port: number) =>
    `${infoHash[0]} ${formatAddress(addressFromBytes(bytes))} ${port}`;
  const seeds = new OwnSeeds({
    journal: {
      recordPeer: (infoHash, bytes, port, { left }, now, expires) =>
        void lines.push(`${nameOf(infoHash, bytes, port)} left ${left}, ${now} to ${expires}`),
      recordGone: (infoHash, bytes, port) => void lines.push(`${nameOf(infoHash, bytes, port)} gone`),
      recordEvicted: () => void lines.push('evicted'),
      recordCompleted: () => void lines.push('completed'),
    },
    nowSeconds: () => at.nowSeconds,
    peerId: makePeerId(new Uint8Array(12).fill(3)),
    port: () => at.port,
    addresses: () => at.addresses,
  });
  const taken = () => lines.splice(0);
  return { seeds, at, taken };
}

describe('the own seed node, as other nodes see it', () => {
  it('is listed at every address while it seeds, kept alive, and taken back', () => {
    const { seeds, at, taken } = makeSeeds();
    at.addresses = [address('192.0.2.7'), address('2001:db8::7')];
    seeds.add(sampleHash(1));
    assert.deepEqual(taken(), [
      '1 192.0.2.7 6881 left 0, 1000 to 1600',
      '1 2001:db8::7 6881 left 0, 1000 to 1600',
    ]);
    at.nowSeconds = 1_240;
    seeds.renew();
    assert.deepEqual(taken(), [
      '1 192.0.2.7 6881 left 0, 1240 to 1840',
      '1 2001:db8::7 6881 left 0, 1240 to 1840',
    ]);
    seeds.remove(sampleHash(1));
    assert.deepEqual(taken(), ['1 192.0.2.7 6881 gone', '1 2001:db8::7 6881 gone']);
    seeds.remove(sampleHash(1));
    seeds.renew();
    assert.deepEqual(taken(), []);
  });

  it('moves when its address changes', () => {
    const { seeds, at, taken } = makeSeeds();
    seeds.add(sampleHash(1));
    taken();
    at.addresses = [address('198.51.100.9')];
    seeds.renew();
    assert.deepEqual(taken(), ['1 192.0.2.7 6881 gone', '1 198.51.100.9 6881 left 0, 1000 to 1600']);
  });

  it('takes everything back when it stops', () => {
    const { seeds, taken } = makeSeeds();
    for (const byte of [1, 2]) seeds.add(sampleHash(byte));
    taken();
    seeds.clear();
    assert.deepEqual(taken(), ['1 192.0.2.7 6881 gone', '2 192.0.2.7 6881 gone']);
  });

  it('takes back a row of an earlier run at another address or port, and no other', () => {
    const { seeds, taken } = makeSeeds();
    seeds.add(sampleHash(1));
    taken();
    seeds.foundStored(sampleHash(1), address('192.0.2.7'), 6881);
    assert.deepEqual(taken(), []);
    seeds.foundStored(sampleHash(1), address('192.0.2.7'), 6999);
    seeds.foundStored(sampleHash(1), address('192.0.2.8'), 6881);
    seeds.foundStored(sampleHash(2), address('192.0.2.7'), 6881);
    assert.deepEqual(taken(), ['1 192.0.2.7 6999 gone', '1 192.0.2.8 6881 gone', '2 192.0.2.7 6881 gone']);
  });

  it('knows its peer id, also that of another version of the program', () => {
    const { seeds } = makeSeeds();
    const random = new Uint8Array(12).fill(3);
    assert.equal(seeds.isOwn(Buffer.concat([Buffer.from('-SB9900-'), random])), true);
    assert.equal(seeds.isOwn(makePeerId(new Uint8Array(12).fill(4))), false);
  });
});
