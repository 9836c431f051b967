import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { parseMagnet } from '../../../../src/bittorrent/magnet.ts';
import { encodeMetainfo } from '../../../../src/bittorrent/metainfo/encode.ts';
import type { TorrentVersion } from '../../../../src/bittorrent/metainfo/metainfo.ts';
import { randomBytesOf } from '../../../support/data.ts';
import { runCommandHere } from '../../../support/run-command.ts';
import { makeTempFolder } from '../../../support/temp-folder.ts';
import { make } from '../../bittorrent/metainfo/v2-fixtures.ts';

/** A `.torrent` file with a tracker and a web seed. */
async function makeFile(t: TestContext, version: TorrentVersion): Promise<string> {
  const path = join(await makeTempFolder(t), `${version}.torrent`);
  const made = make(
    { a: randomBytesOf(1, 60), b: randomBytesOf(2, 40) },
    { name: 'x y', pieceLength: 16_384, version },
  );
  const { infoBytes, pieceLayers } = made;
  const more = { announceTiers: [['http://a.example/announce']], webSeeds: ['http://w.example/'] };
  await writeFile(path, encodeMetainfo({ infoBytes, pieceLayers, ...more }));
  return path;
}

describe('seedbed magnet', () => {
  for (const [version, hash, topics] of [
    ['v1', 'both', ['btih']],
    ['v2', 'both', ['btmh']],
    ['hybrid', 'both', ['btih', 'btmh']],
    ['hybrid', 'v1', ['btih']],
    ['hybrid', 'v2', ['btmh']],
  ] as const)
    it(`names of a ${version} torrent, for ${hash}: ${topics.join(' and ')}`, async (t) => {
      const { code, stdout } = await runCommandHere(t, [
        'magnet',
        '--hash',
        hash,
        await makeFile(t, version),
      ]);
      assert.equal(code, 0);
      assert.deepEqual(
        [...stdout.matchAll(/xt=urn:(\w+):/g)].map(([, urn]) => urn),
        topics,
      );
      assert.match(stdout, /&dn=x%20y&xl=100&tr=http%3A%2F%2Fa\.example%2Fannounce&ws=[^&]+\n$/);
    });

  it('leaves out what is not wanted, and adds peers and a choice of files', async (t) => {
    const path = await makeFile(t, 'v1');
    const flags = ['--no-trackers', '--no-web-seeds', '--peer', '[::1]:6881', '--peer', 'h.example:1'];
    const { stdout } = await runCommandHere(t, ['magnet', path, ...flags, '--select-only', '0']);
    assert.match(stdout, /&xl=100&x\.pe=\[::1\]:6881&x\.pe=h\.example:1&so=0\n$/);
  });

  it('prints a line each, or a JSON array', async (t) => {
    const [a, b] = [await makeFile(t, 'v1'), await makeFile(t, 'hybrid')];
    const lines = (await runCommandHere(t, ['magnet', a, b])).stdout.trimEnd().split('\n');
    assert.equal(lines.length, 2);
    assert.deepEqual(JSON.parse((await runCommandHere(t, ['magnet', '--json', a, b])).stdout), lines);
  });

  it('spells a magnet link anew', async (t) => {
    const spelled = `MAGNET:?dn=a+b&xt=urn:btih:${'A'.repeat(32)}&foo=bar`;
    const { stdout } = await runCommandHere(t, ['magnet', spelled]);
    assert.equal(stdout, `magnet:?xt=urn:btih:${'0'.repeat(40)}&dn=a%20b\n`);
    assert.deepEqual(parseMagnet(stdout).name, 'a b');
  });

  for (const [args, complaint] of [
    [['--hash', 'v2'], /has no v2 info-hash: leave --hash out/],
    [['--hash', 'v3'], /Allowed choices are v1, v2, both/],
    [['--peer', 'nowhere'], /It must look like 203\.0\.113\.9:6881/],
    [['--peer', '1.2.3.4:0'], /It must look like/],
    [['--select-only', '1-'], /It must look like 0,2,4-6/],
    [['--select-only', '2'], /names file 2, but the torrent has files 0 to 1/],
  ] as const)
    it(`is told what is wrong with ${args.join(' ')}`, async (t) => {
      const { code, stdout, stderr } = await runCommandHere(t, ['magnet', await makeFile(t, 'v1'), ...args]);
      assert.deepEqual([code, stdout], [2, '']);
      assert.match(stderr, complaint);
    });
});
