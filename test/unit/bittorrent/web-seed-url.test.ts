import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { infoHashFromBytes } from '../../../src/bittorrent/info-hash.ts';
import { httpSeedUrl, webSeedFileUrl } from '../../../src/bittorrent/web-seed-url.ts';

const single = { name: 'a b.bin', isMultiFile: false };
const folder = { name: 'the folder', isMultiFile: true };

test('a single file is at the URL itself, or below one whose path ends with a slash (BEP 19)', () => {
  const file = { path: [] };
  assert.equal(webSeedFileUrl('http://h/x', single, file), 'http://h/x');
  assert.equal(webSeedFileUrl('http://h/x?a=/', single, file), 'http://h/x?a=/');
  assert.equal(webSeedFileUrl('http://h/x/', single, file), 'http://h/x/a%20b.bin');
  assert.equal(webSeedFileUrl('http://h', single, file), 'http://h/a%20b.bin');
  assert.equal(webSeedFileUrl('http://h/x/?key=1', single, file), 'http://h/x/a%20b.bin?key=1');
});

test('a file of a folder is below the URL, under the name of the torrent', () => {
  const file = { path: ['c#', 'ü?.bin'] };
  for (const url of ['http://h/x', 'http://h/x/'])
    assert.equal(webSeedFileUrl(url, folder, file), 'http://h/x/the%20folder/c%23/%C3%BC%3F.bin');
});

test('no name leaves the path of the URL', () => {
  const name = fc.string({ unit: 'binary', minLength: 1 }).filter((text) => text !== '.' && text !== '..');
  fc.assert(
    fc.property(fc.array(name, { minLength: 1, maxLength: 4 }), (path) => {
      const url = new URL(webSeedFileUrl('http://u:p@h:81/base/?q=1', { ...folder, name: 'n' }, { path }));
      assert.deepEqual([url.host, url.username, url.search, url.hash], ['h:81', 'u', '?q=1', '']);
      const segments = url.pathname.split('/').slice(1);
      assert.deepEqual(segments.map(decodeURIComponent), [
        'base',
        'n',
        ...path.map((each) => each.toWellFormed()),
      ]);
    }),
  );
});

test('an HTTP seed is asked for bytes of a piece (BEP 17)', () => {
  // The example of BEP 17.
  const infoHash = infoHashFromBytes(Buffer.from('9cd9698af555751a9186ae066c57ea21572335e0', 'hex'));
  const asked = { infoHash, piece: 8, first: 49152, last: 131071 };
  const query = 'info_hash=%9C%D9i%8A%F5Uu%1A%91%86%AE%06lW%EA%21W%235%E0&piece=8&ranges=49152-131071';
  assert.equal(httpSeedUrl('http://h/seed.php', asked), `http://h/seed.php?${query}`);
  assert.equal(httpSeedUrl('http://h/seed.php?id=5', asked), `http://h/seed.php?id=5&${query}`);
});
