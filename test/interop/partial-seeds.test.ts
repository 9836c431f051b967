import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { encodeMetainfo } from '../../src/bittorrent/metainfo/encode.ts';
import { percentEncode } from '../../src/bittorrent/query.ts';
import { decodeScrapeReply } from '../../src/bittorrent/scrape.ts';
import { createTorrent } from '../../src/builder/create-torrent.ts';
import { startTestApp } from '../support/app.ts';
import { startLibtorrent } from '../support/clients/libtorrent.ts';
import { writeRandomFile } from '../support/data.ts';
import { eventually } from '../support/eventually.ts';
import { makeTempFolder } from '../support/temp-folder.ts';
import { requireTool } from '../support/tools.ts';

describe('libtorrent with all files that it wants', { timeout: 120_000 }, () => {
  for (const scheme of ['http', 'udp'] as const)
    it(`counts as a partial seed (BEP 21): ${scheme}`, async (t) => {
      if (requireTool(t, 'libtorrent') === undefined) return;
      const work = await makeTempFolder(t);
      const path = join(work, 'data');
      for (const [i, name] of ['a.bin', 'b.bin'].entries())
        await writeRandomFile(join(path, name), 500_000, i + 1);
      const { torrent: made, metainfo } = await createTorrent(path, { creationDate: 'none' });
      const app = await startTestApp(t);
      await app.catalogue.add({ torrent: made, dataPath: path, resume: null });
      await eventually(
        'the torrent is seeded',
        () => app.catalogue.get(metainfo.infoHash)?.seed?.state === 'seeding',
      );
      const url = app.announceUrls.find((candidate) => candidate.startsWith(`${scheme}:`)) ?? '';
      const torrent = join(work, 'own.torrent');
      await writeFile(torrent, encodeMetainfo({ ...metainfo, announceTiers: [[url]] }));
      const folder = join(work, 'copy');
      await mkdir(folder);
      await startLibtorrent(t, { torrent, folder, filePriorities: [4, 0] });
      const counts = await eventually('it tells that it wants no more', async () => {
        const response = await fetch(`${app.url}/scrape?info_hash=${percentEncode(metainfo.infoHash)}`);
        const [swarm] = decodeScrapeReply(new Uint8Array(await response.arrayBuffer()));
        return swarm?.incomplete === 1 && swarm.downloaders === 0 ? swarm : undefined;
      });
      assert.deepEqual([counts.complete, counts.downloaded], [1, 0]);
    });
});
