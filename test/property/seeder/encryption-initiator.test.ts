import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Cut } from '../../support/encrypted-conversation.ts';
import { EncryptedPair } from '../../support/encrypted-pair.ts';

const cuts = fc.array(fc.integer({ min: 1, max: 700 }), { minLength: 1, maxLength: 10 });
const bytes = fc.uint8Array({ maxLength: 3000 });

/** Cuts into portions of these lengths, over and over. */
function cutBy(lengths: readonly number[]): Cut {
  return (whole) => {
    const parts: Buffer[] = [];
    for (let at = 0, turn = 0; at < whole.length; turn++) {
      const length = lengths[turn % lengths.length] ?? 1;
      parts.push(whole.subarray(at, at + length));
      at += length;
    }
    return parts;
  };
}

test('what one side says is what the other hears, whatever the modes and the portions', () => {
  const modes = fc.constantFrom('allow', 'require');
  const messages = fc.array(bytes, { maxLength: 4 });
  fc.assert(
    fc.property(
      modes,
      modes,
      bytes,
      messages,
      messages,
      cuts,
      (mode, peerMode, initial, said, answers, lengths) => {
        const options = { mode, peerMode, initialPayload: initial, cut: cutBy(lengths) } as const;
        const pair = new EncryptedPair(options).shakeHands();
        for (const message of said) pair.say(message);
        for (const message of answers) pair.answer(message);
        assert.deepEqual([pair.faults, pair.peerFaults], [[], []]);
        assert.deepEqual(pair.heard.responder, Buffer.concat([initial, ...said]));
        assert.deepEqual(pair.heard.initiator, Buffer.concat(answers));
      },
    ),
  );
});

test('noise in place of an answer is refused at most once, is never taken for payload and never throws', () => {
  fc.assert(
    fc.property(bytes, cuts, (noise, lengths) => {
      const pair = new EncryptedPair({ cut: cutBy(lengths) });
      pair.deliver(Buffer.from(noise));
      assert.ok(pair.faults.length <= 1);
      assert.equal(pair.heard.initiator.length, 0);
    }),
  );
});

test('an answer with one byte changed is refused, waits for more, or is understood as it is; it never throws', () => {
  fc.assert(
    fc.property(fc.nat(1200), fc.integer({ min: 1, max: 255 }), (at, change) => {
      let position = 0;
      const spoil = (message: Buffer): Buffer => {
        const place = at - position;
        if (place >= 0 && place < message.length) message[place] = (message[place] ?? 0) ^ change;
        position += message.length;
        return message;
      };
      const pair = new EncryptedPair({ initialPayload: Buffer.alloc(68), spoil }).shakeHands();
      assert.ok(pair.faults.length <= 1);
    }),
  );
});
