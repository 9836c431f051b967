import assert from 'node:assert/strict';
import { it } from 'node:test';
import { decodeBencode, encodeBencode } from '../../../../src/bittorrent/bencode.ts';
import { type Address, parseAddress } from '../../../../src/bittorrent/endpoint.ts';
import { canKnow } from '../../../../src/seeder/discovery/believable.ts';
import { rewrittenAnswer } from '../../../../src/seeder/discovery/dht/dht-message.ts';
import { MessageAllowance } from '../../../../src/seeder/discovery/message-allowance.ts';

const ID = Buffer.alloc(20, 1);

function peer(text: string): Buffer {
  return Buffer.concat([parseAddress(text) as Address, Buffer.of(0x1a, 0xe1)]); // they are spelled below
}

/** The peers that whoever is at `asker` is told of those that are stored. */
function told(asker: string, stored: readonly Buffer[]): readonly Uint8Array[] {
  const answer = encodeBencode({ t: 'aa', y: 'r', r: { id: ID, token: 'token', values: stored } });
  const to = parseAddress(asker) as Address;
  const rewritten = rewrittenAnswer(answer, ({ address }) => canKnow(to, address));
  const { r } = decodeBencode(rewritten ?? new Uint8Array(0)) as unknown as { r: { values: Uint8Array[] } };
  return r.values;
}

it('a stranger is told of no peer in our network, and somebody in it is', () => {
  const stored = [peer('198.51.100.7'), peer('192.168.1.5')];
  assert.equal(told('203.0.113.5', stored).length, 1);
  assert.equal(told('192.168.1.9', stored).length, 2);
});

it('an answer stays small however many peers are stored', () => {
  const stored = Array.from({ length: 10_000 }, (_, number) => peer(`198.51.${number >> 8}.${number & 255}`));
  assert.equal(told('203.0.113.5', stored).length, 50);
});

it('messages are looked at again as time goes on, and no more than at once', () => {
  const allowance = new MessageAllowance({ max: 2, perSecond: 0.5 }, 0);
  const taken = [0, 0, 0, 1999, 2000, 2001, 60_000, 60_000, 60_000].map((nowMs) => allowance.take(nowMs));
  assert.deepEqual(taken, [true, true, false, false, true, false, true, true, false]);
});
