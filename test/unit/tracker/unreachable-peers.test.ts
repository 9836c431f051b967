import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { address, Fixture, infoHash, peerId } from './tracker-fixture.ts';

const UNREACHABLE = [
  '0.0.0.0',
  '0.1.2.3',
  '224.0.0.1',
  '255.255.255.255',
  '::',
  'ff02::1',
  'fe80::1',
  'febf::1',
];
const REACHABLE = ['10.0.0.1', '127.0.0.1', '169.254.0.1', '223.255.255.254', '::1', 'fd00::1', 'fec0::1'];

describe('a peer that nobody can reach', () => {
  for (const from of UNREACHABLE)
    it(`is answered and not listed: ${from}`, () => {
      const tracker = new Fixture();
      tracker.announce({ from: '198.51.100.9', peerId: peerId(3) });
      const reply = tracker.announce({ from, left: 0 });
      assert.match(reply.warning ?? '', /nobody can reach your address/);
      assert.deepEqual([reply.complete, reply.incomplete], [0, 1]);
      assert.deepEqual(tracker.peers({ from: '10.9.9.9', peerId: peerId(2) }), ['198.51.100.9:6881']);
      tracker.announce({ from, event: 'stopped' });
    });

  it('is not taken over from another run, node or tracker either', () => {
    const { core } = new Fixture();
    const peer = { peerId: peerId(1), key: 0, uploaded: 0, downloaded: 0, left: 1 };
    const restore = (text: string): boolean =>
      core.restorePeer(infoHash(1), address(text), 6881, peer, Number.MAX_SAFE_INTEGER);
    assert.deepEqual(UNREACHABLE.filter(restore), []);
    assert.deepEqual(REACHABLE.filter(restore), REACHABLE);
  });

  for (const from of REACHABLE)
    it(`is not ${from}, which somebody may reach`, () => {
      const tracker = new Fixture();
      assert.equal(tracker.announce({ from }).warning, undefined);
      assert.equal(tracker.peers({ from: '10.9.9.9', peerId: peerId(2) }).length, 1);
    });
});
