import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { infoHashToHex } from '../../../src/bittorrent/info-hash.ts';
import { readInfoHash } from '../../../src/cli/info-hash-argument.ts';
import { makeTorrentFixture } from '../../support/seeded-torrent.ts';
import { makeTempFolder } from '../../support/temp-folder.ts';

const HASH = '0123456789abcdef0123456789abcdef01234567';
const V2 = `${HASH}89abcdef0123456789abcdef`;

describe('an info-hash on the command line', () => {
  for (const [what, text] of [
    ['40 digits', HASH],
    ['capitals', HASH.toUpperCase()],
    ['the 64 digits of a v2 torrent, cut', V2],
    ['a magnet link', `magnet:?dn=x&xt=urn:btih:${HASH}`],
    ['a magnet link in base32', 'magnet:?xt=urn:btih:AERUKZ4JVPG66AJDIVTYTK6N54ASGRLH'],
    ['a magnet link with a v2 hash alone, cut', `magnet:?xt=urn:btmh:1220${V2}`],
    [
      'a magnet link with both, by the v1 hash',
      `magnet:?xt=urn:btmh:1220${'ff'.repeat(32)}&xt=urn:btih:${HASH}`,
    ],
  ] as const)
    it(`may be ${what}`, async () => {
      assert.equal(infoHashToHex(await readInfoHash(text)), HASH);
    });

  it('may be a .torrent file', async (t) => {
    const { torrent, metainfo } = await makeTorrentFixture(t);
    const path = join(await makeTempFolder(t), 'film.torrent');
    await writeFile(path, torrent);
    assert.deepEqual(await readInfoHash(path), metainfo.infoHash);
  });

  for (const [text, complaint, exitCode] of [
    ['', /"" is no info-hash: name 40/, 2],
    [HASH.slice(1), /and this has 39 digits/, 2],
    [`${HASH}g`, /is no info-hash: name/, 2],
    ['film', /"film" is no info-hash/, 2],
    ['x\u001b[2J', /no info-hash/, 2],
  ] as const)
    it(`is told what is wrong with ${JSON.stringify(text)}`, async () => {
      await assert.rejects(readInfoHash(text), (error: Error & { exitCode: number }) => {
        assert.match(error.message, complaint);
        assert.ok(!error.message.includes('\u001b'));
        assert.equal(error.exitCode, exitCode);
        return true;
      });
    });

  it('is told that a file is not there', async () => {
    await assert.rejects(readInfoHash('none.torrent'), { code: 'ERR_FILE_MISSING' });
  });

  it('is told what is wrong with a magnet link', async () => {
    await assert.rejects(readInfoHash('magnet:?xt=urn:btmh:1220abcd'), { code: 'ERR_MAGNET' });
  });
});
