import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { filePath, parseFilePath, torrentFilesPath } from '../../../../src/api/web-seed/file-path.ts';
import { infoHashFromHex, infoHashToHex } from '../../../../src/bittorrent/info-hash.ts';

const hash = 'ab'.repeat(20);
const infoHash = infoHashFromHex(hash);
const passkey = 'k'.repeat(32);

function namesOf(text: string, isForMembers = false): readonly string[] | undefined {
  return parseFilePath(text, isForMembers)?.path;
}

describe('a path below /files', () => {
  it('names an info-hash and what is below it', () => {
    const asked = parseFilePath(`/${hash}/folder/b%20c.txt`, false);
    assert.ok(asked);
    assert.equal(infoHashToHex(asked.infoHash), hash);
    assert.deepEqual(asked.path, ['folder', 'b c.txt']);
    assert.equal(asked.passkey, undefined);
  });

  it('is that which BEP 19 has clients make of our URL', () => {
    assert.equal(torrentFilesPath(infoHash, undefined), `files/${hash}/`);
    assert.equal(torrentFilesPath(infoHash, passkey), `files/${passkey}/${hash}/`);
    assert.equal(filePath(infoHash, ['ä', 'b c'], passkey), `files/${passkey}/${hash}/%C3%A4/b%20c`);
  });

  it('begins with a passkey for members, and only for them', () => {
    assert.equal(parseFilePath(`/${passkey}/${hash}/a`, true)?.passkey, passkey);
    assert.equal(parseFilePath(`/${hash}/a`, true), undefined);
    assert.equal(parseFilePath(`/${passkey}/${hash}/a`, false), undefined);
    assert.deepEqual(namesOf(`/${hash}/${hash}/a`), [hash, 'a']);
  });

  it('takes "+" for itself, and Windows-1252 for what is no UTF-8, as names in torrents are read', () => {
    assert.deepEqual(namesOf(`/${hash}/a+b`), ['a+b']);
    assert.deepEqual(namesOf(`/${hash}/caf%e9`), ['café']);
  });

  for (const rest of [
    '',
    '/',
    '/a/',
    '/a//b',
    '/../a',
    '/%2e%2e/a',
    '/%2E./a',
    '/a%2fb',
    '/a%5cb',
    '/a%00',
    '/%',
    '/%4',
    '/a%zz',
    `/${'a'.repeat(256)}`,
    `/${'a/'.repeat(9000)}a`,
  ])
    it(`is none of a file: ${JSON.stringify(rest.slice(0, 20))}`, () => {
      assert.equal(namesOf(`/${hash}${rest}`), undefined);
    });

  it('is refused without an info-hash', () => {
    for (const text of ['', '/', '/x/a', `/${hash.slice(1)}/a`, `${hash}/a`, '/etc/passwd'])
      assert.equal(namesOf(text), undefined, text);
  });

  it('comes back from the URL that is made of it', () => {
    const name = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }).filter(isName);
    fc.assert(
      fc.property(fc.array(name, { minLength: 1, maxLength: 5 }), fc.boolean(), (path, isForMembers) => {
        const key = isForMembers ? passkey : undefined;
        const text = filePath(infoHash, path, key).replace(/^files/, '');
        assert.deepEqual(parseFilePath(text, isForMembers), { infoHash, path, passkey: key });
      }),
    );
  });

  it('gives a safe path or none, whatever is sent', () => {
    const part = fc.constantFrom('%', '2e', '2f', '.', '..', '/', '%00', 'a', '\\', '%5c', hash, '\u00ff');
    fc.assert(
      fc.property(fc.array(part, { maxLength: 20 }), (parts) => {
        for (const each of namesOf(`/${hash}/${parts.join('')}`) ?? []) assert.ok(isName(each), each);
      }),
    );
  });
});

/** Whether a name can be one component of a torrent's path. */
function isName(text: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
  const isClean = !/[/\\\u0000-\u001f\u007f-\u009f]/.test(text) && text.isWellFormed();
  return isClean && text !== '' && text !== '.' && text !== '..' && text.length <= 255;
}
