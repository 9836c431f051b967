import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { clientName, makePeerId, peerIdFromBytes } from '../../../src/bittorrent/peer-id.ts';

const named = (prefix: string): string => clientName(Buffer.from(prefix.padEnd(20, 'x'), 'latin1'));

describe('peer id', () => {
  it('of our own names us and carries the random bytes', () => {
    const peerId = makePeerId(new Uint8Array(12).fill(7));
    assert.equal(Buffer.from(peerId).toString('latin1', 0, 8), '-SB0100-');
    assert.deepEqual(peerId.subarray(8), new Uint8Array(12).fill(7));
    assert.equal(clientName(peerId), 'Seedbed 0.1.0');
  });

  it('has 20 bytes', () => {
    for (const length of [0, 19, 21])
      assert.throws(() => peerIdFromBytes(new Uint8Array(length)), { code: 'ERR_PEER_ID' });
    assert.throws(() => makePeerId(new Uint8Array(11)), { code: 'ERR_PEER_ID' });
  });

  it('copies its bytes', () => {
    const bytes = new Uint8Array(20).fill(1);
    const peerId = peerIdFromBytes(bytes);
    bytes.fill(0);
    assert.equal(peerId[0], 1);
  });
});

describe('clientName', () => {
  it('knows the clients that one meets (BEP 20)', () => {
    assert.equal(named('-TR3000-'), 'Transmission 3.0.0');
    assert.equal(named('-LT20A0-'), 'libtorrent 2.0.10');
    assert.equal(named('-qB4650-'), 'qBittorrent 4.6.5');
    assert.equal(named('-UT355W-'), 'uTorrent 3.5.5');
    assert.equal(named('-lt0D80-'), 'rTorrent 0.13.8');
    assert.equal(named('A2-1-36-0-'), 'aria2 1.36.0');
    assert.equal(named('M7-11-0--'), 'BitTorrent 7.11.0');
  });

  it('gives the two letters of one that it does not know', () => {
    assert.equal(named('-ZZ1230-'), 'ZZ 1.2.3');
  });

  it('gives "unknown" for all else, and nothing of what a stranger put there', () => {
    for (const text of ['', '-T', '\u001b[2J', '-<b1230-', '-TR30\n0-', 'exbc\0\0'])
      assert.equal(named(text), 'unknown', JSON.stringify(text));
    assert.equal(clientName(new Uint8Array()), 'unknown');
  });
});
