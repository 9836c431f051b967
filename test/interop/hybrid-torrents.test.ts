import assert from 'node:assert/strict';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { encodeMetainfo } from '../../src/bittorrent/metainfo/encode.ts';
import { parseMetainfo } from '../../src/bittorrent/metainfo/parse.ts';
import { startTestApp } from '../support/app.ts';
import { makeHybridTorrent } from '../support/clients/hybrid-torrent.ts';
import { startLibtorrent } from '../support/clients/libtorrent.ts';
import { checksums, writeRandomFile } from '../support/data.ts';
import { eventually } from '../support/eventually.ts';
import { scrape } from '../support/scrape.ts';
import { makeTempFolder } from '../support/temp-folder.ts';
import { requireTool } from '../support/tools.ts';

/** A running Seedbed that seeds a hybrid torrent. */
async function seedHybrid(t: TestContext) {
  const work = await makeTempFolder(t);
  const path = join(work, 'file.bin');
  await writeRandomFile(path, 1_000_000);
  const made = await makeHybridTorrent(path, join(work, 'made.torrent'));
  const app = await startTestApp(t);
  const metainfo = parseMetainfo(made.torrent);
  await app.catalogue.add({ torrent: made.torrent, dataPath: path, resume: null });
  await eventually(
    'the torrent is seeded',
    () => app.catalogue.get(metainfo.infoHash)?.seed?.state === 'seeding',
  );
  const folder = join(work, 'copy');
  await mkdir(folder);
  return { work, path, folder, made, app, metainfo };
}

describe('libtorrent and a hybrid torrent, which it announces by both info-hashes', {
  timeout: 180_000,
}, () => {
  for (const scheme of ['http', 'udp'] as const)
    it(`downloads from our seed and is one peer of one swarm: ${scheme}`, async (t) => {
      if (requireTool(t, 'libtorrent') === undefined) return;
      const { work, path, folder, made, app, metainfo } = await seedHybrid(t);
      const own = parseMetainfo(app.catalogue.torrentFile(metainfo.infoHash, app.origin) ?? new Uint8Array());
      const url = own.announceTiers.flat().find((candidate) => candidate.startsWith(`${scheme}:`)) ?? '';
      const torrent = join(work, 'own.torrent');
      await writeFile(torrent, encodeMetainfo({ ...own, announceTiers: [[url]] }));
      const client = await startLibtorrent(t, { torrent, folder });
      await client.finished(60_000);
      assert.deepEqual(await checksums(join(folder, 'file.bin')), await checksums(path));
      await eventually('the client counts as a seeder', async () => {
        return (await scrape(app.url, made.v1)).complete === 2;
      });
      const both = [await scrape(app.url, made.v1), await scrape(app.url, made.v2.slice(0, 40))];
      assert.deepEqual(both[1], both[0]);
      assert.deepEqual(both[0], { complete: 2, incomplete: 0, downloaded: 1 });
      assert.deepEqual(await scrape(app.url, made.v2), both[0], 'by all 32 bytes');
    });

  it('downloads by a magnet link that carries both', async (t) => {
    if (requireTool(t, 'libtorrent') === undefined) return;
    const { path, folder, made, app, metainfo } = await seedHybrid(t);
    const magnet = app.catalogue.magnet(metainfo.infoHash, app.origin) ?? '';
    assert.ok(magnet.includes(`xt=urn:btih:${made.v1}&xt=urn:btmh:1220${made.v2}`), magnet);
    const client = await startLibtorrent(t, { torrent: magnet, folder });
    await client.finished(60_000);
    assert.deepEqual(await checksums(join(folder, 'file.bin')), await checksums(path));
  });

  it('reads the .torrent file that we hand out as the same hybrid', async (t) => {
    if (requireTool(t, 'libtorrent') === undefined) return;
    const { made, app, metainfo } = await seedHybrid(t);
    const stored = parseMetainfo(await readFile(app.catalogue.torrentPath(metainfo.infoHash)));
    assert.deepEqual(stored.pieceLayers, parseMetainfo(made.torrent).pieceLayers);
    assert.equal(Buffer.from(stored.infoHashV2 ?? []).toString('hex'), made.v2);
    assert.deepEqual(app.catalogue.get(metainfo.infoHash)?.row.infoHashV2, stored.infoHashV2);
  });
});
