import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  endOfPasskey,
  isPasskey,
  parseAnnouncePath,
  withPasskey,
} from '../../../src/bittorrent/announce-path.ts';

const passkey = 'Abcdefgh_1234567-';

describe('the path of an announce URL', () => {
  it('may end with a passkey, and a query may follow', () => {
    assert.deepEqual(parseAnnouncePath('/announce'), { passkey: undefined });
    assert.deepEqual(parseAnnouncePath('/announce?a=b'), { passkey: undefined });
    assert.deepEqual(parseAnnouncePath(`/announce/${passkey}`), { passkey });
    assert.deepEqual(parseAnnouncePath(`/announce/${passkey}?a=/b`), { passkey });
    assert.deepEqual(parseAnnouncePath(withPasskey('/announce', passkey)), { passkey });
  });

  it('is nothing else', () => {
    for (const url of [
      '',
      '/',
      'announce',
      '/announce/',
      '/Announce',
      '/announcement',
      `/announce/${passkey}/`,
      `/announce//${passkey}`,
      `/announce/${'a'.repeat(15)}`,
      `/announce/${'a'.repeat(65)}`,
      `/announce/${passkey}\n`,
      `/announce/${passkey}%61`,
      `/announce/../${passkey}`,
      `/x/announce/${passkey}`,
      `http://h/announce/${passkey}`,
    ])
      assert.equal(parseAnnouncePath(url), undefined, JSON.stringify(url));
  });

  it('agrees with the bytes: a passkey ends where its bytes end', () => {
    fc.assert(
      fc.property(
        fc.string({ maxLength: 80, unit: 'binary-ascii' }),
        fc.constantFrom('', '?', ' '),
        (text, behind) => {
          const bytes = Buffer.from(text + behind, 'latin1');
          const end = endOfPasskey(bytes, 0, bytes.length);
          assert.ok(end <= Math.min(bytes.length, 65));
          assert.equal(isPasskey(text), end === text.length && text.length >= 16 && text.length <= 64);
          assert.equal(
            parseAnnouncePath(`/announce/${text}`)?.passkey,
            isPasskey(text.split('?')[0] ?? '') ? text.split('?')[0] : undefined,
          );
        },
      ),
    );
  });
});
