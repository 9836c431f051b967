import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { readToken } from '../../src/api/token.ts';
import { infoHashToHex } from '../../src/bittorrent/info-hash.ts';
import { makeFileTorrent, startTestApp } from '../support/app.ts';
import { aria2 } from '../support/clients/aria2.ts';
import type { Client } from '../support/clients/client.ts';
import { libtorrent } from '../support/clients/libtorrent.ts';
import { checksums } from '../support/data.ts';
import { makeTempFolder } from '../support/temp-folder.ts';
import { requireTool, type ToolName } from '../support/tools.ts';

const BYTES = 16 << 20;
const DEADLINE_MS = 60_000;
/** One and a tenth of what it takes at least; without super-seeding these clients take 1.3 to 1.8. */
const MOST_COPIES = 1.1;

/** Has as many clients download a torrent at once as there are; copies of it that our node sent for them. */
async function copiesSent(
  t: TestContext,
  clients: readonly Client[],
  superSeeding: 'auto' | 'off',
): Promise<number> {
  const app = await startTestApp(t, {
    superSeeding,
    ownWebSeed: false,
    uploadLimit: 4 << 20,
    limitLocal: true,
  });
  const made = await makeFileTorrent(t, `${superSeeding}.bin`, BYTES);
  await app.catalogue.add({ torrent: made.torrent, dataPath: made.path, resume: made.resume });
  const infoHash = infoHashToHex(made.metainfo.infoHash);
  const headers = { authorization: `Bearer ${await readToken(app.dataDir)}` };
  const torrent = `${app.url}/torrents/${infoHash}.torrent`;
  const path = join(await makeTempFolder(t), 'it.torrent');
  await writeFile(path, Buffer.from(await (await fetch(torrent, { headers })).arrayBuffer()));
  const running = await Promise.all(
    clients.map(async (client) => {
      const folder = await makeTempFolder(t);
      return { folder, client: await client.start(t, { torrent: path, folder }) };
    }),
  );
  await Promise.all(running.map(({ client }) => client.finished(DEADLINE_MS)));
  const [expected] = Object.values(await checksums(made.path));
  for (const { folder } of running)
    assert.ok(Object.values(await checksums(folder)).includes(expected as string));
  for (const { client } of running) await client.stop();
  const metrics = await (await fetch(`${app.url}/metrics`, { headers })).text();
  return Number(/^seedbed_seed_uploaded_bytes_total (\d+)$/m.exec(metrics)?.[1]) / BYTES;
}

for (const [name, tools, clients] of [
  ['three of libtorrent', ['libtorrent'], [libtorrent, libtorrent, libtorrent]],
  ['two of libtorrent and two of aria2', ['libtorrent', 'aria2c'], [libtorrent, aria2, libtorrent, aria2]],
] satisfies [string, ToolName[], Client[]][])
  test(`super-seeding: ${name} get all, and less of it from us`, { timeout: 200_000 }, async (t) => {
    for (const tool of tools) if (requireTool(t, tool) === undefined) return;
    const [without, copies] = [await copiesSent(t, clients, 'off'), await copiesSent(t, clients, 'auto')];
    t.diagnostic(`${copies.toFixed(2)} copies sent, ${without.toFixed(2)} without super-seeding`);
    assert.ok(copies >= 1 && copies <= MOST_COPIES, `${copies} copies`);
    assert.ok(copies - 1 <= (without - 1) / 2, `${copies} copies, ${without} without super-seeding`);
  });
