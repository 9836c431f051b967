import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Cut, EncryptedConversation } from '../../support/encrypted-conversation.ts';

const cuts = fc.array(fc.integer({ min: 1, max: 700 }), { minLength: 1, maxLength: 10 });

/** Cuts into portions of these lengths, over and over. */
function cutBy(lengths: readonly number[]): Cut {
  return (bytes) => {
    const parts: Buffer[] = [];
    for (let at = 0, turn = 0; at < bytes.length; turn++) {
      const length = lengths[turn % lengths.length] ?? 1;
      parts.push(bytes.subarray(at, at + length));
      at += length;
    }
    return parts;
  };
}

test('what was said is what is heard, whatever the padding, the offer and the portions', () => {
  const pad = fc.integer({ min: 0, max: 512 });
  const bytes = fc.uint8Array({ maxLength: 3000 });
  fc.assert(
    fc.property(
      fc.record({ provide: fc.constantFrom(1, 2, 3), padA: pad, padC: pad, initial: bytes }),
      fc.array(bytes, { maxLength: 5 }),
      cuts,
      (options, messages, lengths) => {
        const talk = new EncryptedConversation(options, { cut: cutBy(lengths) }).shakeHands();
        for (const message of messages) {
          talk.say(message);
          assert.deepEqual(talk.hear(message), Buffer.from(message));
        }
        assert.deepEqual(talk.faults, []);
        assert.deepEqual(talk.heard, Buffer.concat([options.initial, ...messages]));
      },
    ),
  );
});

test('noise in place of a handshake is refused at most once, is never taken for payload and never throws', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 2000 }), cuts, (bytes, lengths) => {
      const talk = new EncryptedConversation({}, { cut: cutBy(lengths) });
      talk.deliver(bytes);
      assert.ok(talk.faults.length <= 1);
      assert.equal(talk.heard.length, 0);
      assert.ok(talk.answeredBytes <= 96 + 512);
    }),
  );
});

test('a handshake with one byte changed is refused, waits for more, or is understood as it is; it never throws', () => {
  fc.assert(
    fc.property(
      fc.nat(400),
      fc.integer({ min: 1, max: 255 }),
      fc.constantFrom(1, 2),
      (at, change, provide) => {
        let position = 0;
        const spoilt: Cut = (bytes) => {
          if (at >= position && at < position + bytes.length) {
            const byte = bytes[at - position] ?? 0;
            bytes[at - position] = byte ^ change;
          }
          position += bytes.length;
          return [bytes];
        };
        const talk = new EncryptedConversation(
          { provide, padA: 50, padC: 50, initial: Buffer.alloc(68) },
          { cut: spoilt },
        );
        talk.shakeHands();
        assert.ok(talk.faults.length <= 1);
      },
    ),
  );
});
