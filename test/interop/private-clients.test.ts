import assert from 'node:assert/strict';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import type { UserDetailView } from '../../src/api/user-view.ts';
import { encodeMetainfo } from '../../src/bittorrent/metainfo/encode.ts';
import { parseMetainfo } from '../../src/bittorrent/metainfo/parse.ts';
import { aria2 } from '../support/clients/aria2.ts';
import type { Client } from '../support/clients/client.ts';
import { libtorrent } from '../support/clients/libtorrent.ts';
import { checksums, writeRandomFile } from '../support/data.ts';
import { eventually } from '../support/eventually.ts';
import type { CleanupOwner } from '../support/scope.ts';
import {
  type Published,
  publish,
  type RunningSeedbed,
  runSeedbed,
  startSeedbed,
} from '../support/seedbed.ts';
import { makeTempFolder } from '../support/temp-folder.ts';
import { requireTool, type ToolName } from '../support/tools.ts';

const FILE_BYTES = 3_000_000;

const kinds: readonly {
  readonly client: Client;
  readonly tool: ToolName;
  readonly protocol: 'http' | 'udp';
}[] = [
  { client: aria2, tool: 'aria2c', protocol: 'http' },
  { client: libtorrent, tool: 'libtorrent', protocol: 'http' },
  { client: libtorrent, tool: 'libtorrent', protocol: 'udp' },
];

/** A private tracker with a file, and a user. */
async function startPrivate(owner: CleanupOwner) {
  const work = await makeTempFolder(owner);
  const path = join(work, 'file.bin');
  await writeRandomFile(path, FILE_BYTES);
  const server = await startSeedbed(owner, { dataDir: join(work, 'data'), args: ['--private-tracker'] });
  const published = await publish(server.dataDir, path);
  const text = await runSeedbed(['user', 'add', 'anna', '--json', '--data-dir', server.dataDir]);
  return { work, path, server, published, anna: JSON.parse(text) as UserDetailView };
}

/** The `.torrent` file as the page gives it to a user, with his announce URL of one protocol alone. */
async function torrentFor(
  server: RunningSeedbed,
  { infoHash }: Published,
  passkey: string,
  protocol: string,
): Promise<Uint8Array> {
  const response = await fetch(`${server.origin}/torrents/${infoHash}.torrent?passkey=${passkey}`);
  assert.equal(response.status, 200);
  const metainfo = parseMetainfo(new Uint8Array(await response.arrayBuffer()));
  const urls = metainfo.announceTiers.flat().filter((url) => url.startsWith(`${protocol}:`));
  assert.ok(urls.length > 0 && urls.every((url) => url.endsWith(`/announce/${passkey}`)));
  return encodeMetainfo({ ...metainfo, announceTiers: [urls] });
}

async function show(server: RunningSeedbed): Promise<UserDetailView> {
  return JSON.parse(
    await runSeedbed(['user', 'show', 'anna', '--json', '--data-dir', server.dataDir]),
  ) as UserDetailView;
}

describe('real clients of a private tracker', { timeout: 5 * 60_000 }, () => {
  for (const { client, tool, protocol } of kinds)
    it(`${client.name} downloads by a passkey over ${protocol}, and is credited with it`, async (t) => {
      if (requireTool(t, tool) === undefined) return;
      const { work, path, server, published, anna } = await startPrivate(t);
      const torrent = join(work, 'mine.torrent');
      await writeFile(torrent, await torrentFor(server, published, anna.passkey, protocol));
      const folder = join(work, 'copy');
      await mkdir(folder);
      const running = await client.start(t, { torrent, folder, speaksUdp: protocol === 'udp' });
      await running.finished(60_000);
      assert.deepEqual(await checksums(join(folder, 'file.bin')), await checksums(path));
      const { completed } = await eventually('the download to be counted', async () => {
        const user = await show(server);
        return user.downloadedBytes >= FILE_BYTES && user;
      });
      assert.equal(completed, 1);
    });

  it('libtorrent is told why it gets no peers, and finds none', async (t) => {
    if (requireTool(t, 'libtorrent') === undefined) return;
    const { work, server, published } = await startPrivate(t);
    const metainfo = parseMetainfo(await readFile(published.torrentPath));
    assert.equal(metainfo.info.isPrivate, true);
    const torrent = join(work, 'bare.torrent');
    await writeFile(torrent, encodeMetainfo(metainfo));
    const folder = join(work, 'copy');
    await mkdir(folder);
    const running = await libtorrent.start(t, { torrent, folder, speaksUdp: true });
    const token = (await readFile(join(server.dataDir, 'api-token'), 'utf8')).trim();
    await eventually('the client to be refused', async () => {
      const response = await fetch(`${server.origin}/api/v1/statistics`, {
        headers: { authorization: `Bearer ${token}` },
      });
      const { users } = (await response.json()) as { users: { unknownPasskey: number } };
      return users.unknownPasskey > 0;
    });
    assert.equal((await running.report()).haveBytes, 0);
  });
});
