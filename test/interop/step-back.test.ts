import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { readToken } from '../../src/api/token.ts';
import type { TorrentView } from '../../src/api/torrent-view.ts';
import { infoHashToHex } from '../../src/bittorrent/info-hash.ts';
import type { Config } from '../../src/config/settings.ts';
import { makeFileTorrent, startTestApp } from '../support/app.ts';
import { aria2 } from '../support/clients/aria2.ts';
import type { Client, RunningClient } from '../support/clients/client.ts';
import { libtorrent } from '../support/clients/libtorrent.ts';
import { checksums } from '../support/data.ts';
import { eventually } from '../support/eventually.ts';
import { makeTempFolder } from '../support/temp-folder.ts';
import { requireTool } from '../support/tools.ts';

const BYTES = 8 << 20;
const DEADLINE_MS = 60_000;

/** A server that seeds one torrent, and clients that download it. */
async function seeding(t: TestContext, flags: Partial<Config>) {
  // libtorrent that ends takes leave of HTTP trackers only.
  const app = await startTestApp(t, { udp: false, ...flags });
  const made = await makeFileTorrent(t, 'film.bin', BYTES);
  await app.catalogue.add({ torrent: made.torrent, dataPath: made.path, resume: made.resume });
  const infoHash = infoHashToHex(made.metainfo.infoHash);
  const torrent = join(await makeTempFolder(t), 'it.torrent');
  const answer = await fetch(`${app.url}/torrents/${infoHash}.torrent`);
  await writeFile(torrent, Buffer.from(await answer.arrayBuffer()));
  const headers = { authorization: `Bearer ${await readToken(app.dataDir)}` };
  const view = async (): Promise<TorrentView> =>
    (await (await fetch(`${app.url}/api/v1/torrents/${infoHash}`, { headers })).json()) as TorrentView;
  return {
    app,
    view,
    role: (role: TorrentView['role']) => eventually(role ?? '', async () => (await view()).role === role),
    /** Downloads all with a client, which seeds on. */
    download: async (client: Client): Promise<RunningClient> => {
      const folder = await makeTempFolder(t);
      const running = await client.start(t, { torrent, folder });
      await running.finished(DEADLINE_MS);
      const [expected] = Object.values(await checksums(made.path));
      assert.ok(Object.values(await checksums(folder)).includes(expected as string));
      return running;
    },
  };
}

/** A server that has stepped back for a client which has all of its torrent. */
async function standingBy(t: TestContext) {
  const served = await seeding(t, { stepBack: 1, stepBackDelay: 1 });
  const first = await served.download(libtorrent);
  await served.role('standing by');
  const { uploadedBytes } = await served.view();
  assert.ok(uploadedBytes >= BYTES, 'the first had it from us');
  return { ...served, first, uploadedBytes };
}

for (const second of [libtorrent, aria2])
  test(`while a client seeds, ${second.name} downloads from it and not from us`, {
    timeout: 120_000,
  }, async (t) => {
    if (requireTool(t, 'libtorrent') === undefined || requireTool(t, 'aria2c') === undefined) return;
    const { app, download, view, uploadedBytes } = await standingBy(t);
    await download(second);
    await eventually('the swarm to tell', async () => (await view()).swarmDownloadedBytes === 2 * BYTES);
    const after = await view();
    assert.equal(after.uploadedBytes, uploadedBytes, 'the second had nothing from us');
    assert.equal(after.swarmSavedBytes, 2 * BYTES - uploadedBytes);
    assert.match(await (await fetch(app.url)).text(), /peers served \S+ MiB of 16 MiB.*left to its seeders/);
  });

test('when the client leaves that we stepped back for we are back, and the next has it from us', {
  timeout: 120_000,
}, async (t) => {
  if (requireTool(t, 'libtorrent') === undefined) return;
  const { first, role, download, view, uploadedBytes } = await standingBy(t);
  await first.stop();
  await role('seeding');
  await download(libtorrent);
  assert.ok((await view()).uploadedBytes >= uploadedBytes + BYTES);
});

test('a budget that is spent ends what is served, and clients find nobody', {
  timeout: 200_000,
}, async (t) => {
  if (requireTool(t, 'libtorrent') === undefined) return;
  const flags = { monthlyUpload: BYTES, budgetDay: new Date().getUTCDate() === 1 ? 2 : 1 };
  const { app, download, role, view } = await seeding(t, flags);
  const first = await download(libtorrent);
  await role('budget spent');
  await first.stop();
  await eventually('nobody to seed', async () => (await view()).seeders === 0);
  const { infoHash } = await view();
  assert.equal((await fetch(`${app.url}/files/${infoHash}/film.bin`)).status, 503);
  await app.stop();
  const again = await startTestApp(t, { ...flags, dataDir: app.dataDir });
  await eventually('the torrent', () => again.catalogue.list()[0]?.seed?.serving === 'nobody');
});
