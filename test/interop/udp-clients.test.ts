import assert from 'node:assert/strict';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { encodeMetainfo } from '../../src/bittorrent/metainfo/encode.ts';
import { parseMetainfo } from '../../src/bittorrent/metainfo/parse.ts';
import { aria2 } from '../support/clients/aria2.ts';
import { type Client, download } from '../support/clients/client.ts';
import { libtorrent } from '../support/clients/libtorrent.ts';
import { checksums, writeRandomFile } from '../support/data.ts';
import { publish, startSeedbed } from '../support/seedbed.ts';
import { makeTempFolder } from '../support/temp-folder.ts';
import { requireTool, type ToolName } from '../support/tools.ts';

const kinds: readonly { readonly client: Client; readonly tool: ToolName; readonly host: string }[] = [
  { client: aria2, tool: 'aria2c', host: '127.0.0.1' },
  { client: libtorrent, tool: 'libtorrent', host: '127.0.0.1' },
  { client: libtorrent, tool: 'libtorrent', host: '::1' },
];

/** A URL has brackets around IPv6. */
const urlHost = (host: string): string => (host.includes(':') ? `[${host}]` : host);

describe('real clients find the seed node over UDP alone', { timeout: 5 * 60_000 }, () => {
  for (const { client, tool, host } of kinds)
    it(`${client.name} over ${host}`, async (t) => {
      if (requireTool(t, tool) === undefined) return;
      const work = await makeTempFolder(t);
      const path = join(work, 'file.bin');
      await writeRandomFile(path, 5_000_000);
      const server = await startSeedbed(t, { dataDir: join(work, 'data'), host });
      const { torrentPath } = await publish(server.dataDir, path);
      const metainfo = parseMetainfo(await readFile(torrentPath));
      const overUdp = `udp://${urlHost(host)}:${server.httpPort}/announce`;
      assert.ok(metainfo.announceTiers.flat().includes(overUdp));
      const torrent = join(work, 'udp.torrent');
      await writeFile(torrent, encodeMetainfo({ ...metainfo, announceTiers: [[overUdp]] }));
      const folder = join(work, 'copy');
      await mkdir(folder);
      const options = { torrent, folder, address: host, speaksUdp: true };
      await download(client, { ...options, deadlineMs: 40_000, signal: t.signal });
      assert.deepEqual(await checksums(join(folder, 'file.bin')), await checksums(path));
    });
});
