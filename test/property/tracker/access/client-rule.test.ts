import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { formatClientPrefix, parseClientPrefix } from '../../../../src/tracker/access/client-prefix.ts';
import { ClientRule } from '../../../../src/tracker/access/client-rule.ts';

const byte = fc.constantFrom(0x2d, 0x55, 0x54, 0x33);
const prefix = fc
  .uint8Array({ minLength: 1, maxLength: 5 })
  .chain(({ length }) =>
    fc.array(byte, { minLength: length, maxLength: length }).map((bytes) => Uint8Array.from(bytes)),
  );
const prefixes = fc.array(prefix, { maxLength: 8 });

/** Looks through all of them for the longest that fits. */
function slowly(allow: Uint8Array[], deny: Uint8Array[], peerId: Uint8Array): boolean {
  const fits = (one: Uint8Array): boolean => one.every((value, i) => peerId[i] === value);
  const longest = (list: Uint8Array[]): number =>
    Math.max(-1, ...list.filter(fits).map(({ length }) => length));
  const [allowed, denied] = [longest(allow), longest(deny)];
  if (allowed < 0 && denied < 0) return allow.length === 0;
  return allowed > denied;
}

describe('the rule about clients', () => {
  it('goes by the longest prefix that fits', () => {
    fc.assert(
      fc.property(prefixes, prefixes, fc.array(byte, { minLength: 20, maxLength: 20 }), (allow, deny, id) => {
        const rule = new ClientRule();
        rule.set({ allow, deny });
        const peerId = Uint8Array.from(id);
        assert.equal(rule.allows(peerId), slowly(allow, deny, peerId));
      }),
      { numRuns: 1_000 },
    );
  });

  it('has prefixes that are written so that they can be read again', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 20 }), (bytes) => {
        const text = formatClientPrefix(bytes);
        assert.deepEqual(parseClientPrefix(text), bytes);
        assert.ok(text.length <= 60 && !text.includes(','));
      }),
    );
    fc.assert(fc.property(fc.string(), (text) => void parseClientPrefix(text)));
  });
});
