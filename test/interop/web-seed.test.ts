import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it, type TestContext } from 'node:test';
import { aria2 } from '../support/clients/aria2.ts';
import { type Client, download } from '../support/clients/client.ts';
import { libtorrent } from '../support/clients/libtorrent.ts';
import { transmission } from '../support/clients/transmission.ts';
import { checksums, sampleFiles, writeRandomFile, writeSampleFolder } from '../support/data.ts';
import { eventually } from '../support/eventually.ts';
import { runProcess } from '../support/processes.ts';
import { Scope } from '../support/scope.ts';
import {
  type Published,
  publish,
  type RunningSeedbed,
  runSeedbed,
  startSeedbed,
} from '../support/seedbed.ts';
import { makeTempFolder } from '../support/temp-folder.ts';
import { requireTool, type ToolName } from '../support/tools.ts';

const fileBytes = 30_000_000;
const deadlineMs = 90_000;

/** Where nobody is (RFC 5737): clients are told that the seed node is there, so that our web seed alone has the data. */
const NOWHERE = ['--public-address', '192.0.2.1'];

const kinds: readonly { readonly client: Client; readonly tool: ToolName }[] = [
  { client: aria2, tool: 'aria2c' },
  { client: libtorrent, tool: 'libtorrent' },
  { client: transmission, tool: 'transmission-daemon' },
];

/** The sum of the values of a metric. */
async function metric({ origin }: RunningSeedbed, name: string): Promise<number> {
  const text = await (await fetch(`${origin}/metrics`)).text();
  const lines = text.split('\n').filter((line) => line.startsWith(`${name} `) || line.startsWith(`${name}{`));
  assert.notEqual(lines.length, 0, name);
  return lines.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0);
}

describe('real clients download from our web seed alone', { timeout: 10 * 60_000 }, () => {
  const scope = new Scope();
  const expected: Record<string, Record<string, string>> = {};
  const published: Record<string, Published> = {};
  let server: RunningSeedbed;

  before(async () => {
    const originals = await makeTempFolder(scope);
    await writeRandomFile(join(originals, 'a large file.bin'), fileBytes);
    await writeSampleFolder(join(originals, 'sample folder'));
    await writeSampleFolder(join(originals, 'hybrid folder'), 200);
    await writeSampleFolder(join(originals, 'v2 folder'), 300);
    const dataDir = join(await makeTempFolder(scope), 'data');
    server = await startSeedbed(scope, { dataDir, webSeed: true, args: NOWHERE });
    for (const [name, ...flags] of [
      ['a large file.bin'],
      ['sample folder'],
      ['hybrid folder', '--hybrid'],
      ['v2 folder', '--v2'],
    ] as const) {
      expected[name] = await checksums(join(originals, name));
      published[name] = await publish(dataDir, join(originals, name), flags);
    }
  });
  after(() => scope.end());

  async function downloadAndCompare(t: TestContext, client: Client, name: string): Promise<void> {
    const folder = await makeTempFolder(t);
    const torrent = published[name]?.torrentPath ?? '';
    await download(client, { torrent, folder, deadlineMs, signal: t.signal });
    const all = Object.entries(expected[name] ?? {});
    // Transmission 3.00 makes no file for an empty one.
    const wanted = all.filter(([path]) => client !== transmission || sampleFiles[path] !== 0);
    assert.deepEqual(await checksums(join(folder, name)), Object.fromEntries(wanted));
    assert.equal(await metric(server, 'seedbed_seed_accepted_connections_total'), 0);
  }

  for (const { client, tool } of kinds) {
    it(`${client.name}: a single file`, async (t) => {
      if (requireTool(t, tool) === undefined) return;
      const before = await metric(server, 'seedbed_web_seed_uploaded_bytes_total');
      await downloadAndCompare(t, client, 'a large file.bin');
      const after = await metric(server, 'seedbed_web_seed_uploaded_bytes_total');
      assert.ok(after - before >= fileBytes, `${after - before} bytes`);
    });

    it(`${client.name}: a folder with nested and Unicode names`, async (t) => {
      if (requireTool(t, tool) === undefined) return;
      await downloadAndCompare(t, client, 'sample folder');
    });

    it(`${client.name}: goes on in the middle`, async (t) => {
      if (requireTool(t, tool) === undefined) return;
      const torrent = published['a large file.bin']?.torrentPath ?? '';
      const folder = await makeTempFolder(t);
      const first = await client.start(t, { torrent, folder, downloadLimitKiB: 4096 });
      await first.reached(0.3, deadlineMs);
      await first.stop();
      const before = await metric(server, 'seedbed_web_seed_uploaded_bytes_total');
      await download(client, { torrent, folder, deadlineMs, signal: t.signal });
      const after = await metric(server, 'seedbed_web_seed_uploaded_bytes_total');
      assert.deepEqual(await checksums(join(folder, 'a large file.bin')), expected['a large file.bin']);
      assert.ok(after - before < 0.95 * fileBytes, `${after - before} of ${fileBytes} bytes were sent again`);
    });
  }

  for (const name of ['hybrid folder', 'v2 folder'])
    it(`libtorrent: a ${name} without its pad files`, async (t) => {
      if (requireTool(t, 'libtorrent') === undefined) return;
      await downloadAndCompare(t, libtorrent, name);
    });

  it('magnet links name it', () => {
    const { magnet = '' } = published['sample folder'] ?? {};
    assert.match(magnet, /&ws=http%3A%2F%2F127\.0\.0\.1%3A\d+%2Ffiles%2F[0-9a-f]{40}%2F/);
  });
});

describe('curl downloads from our web seed', () => {
  it('a range, and the rest of what is there', async (t) => {
    const folder = await makeTempFolder(t);
    await writeRandomFile(join(folder, 'ä b.bin'), 1_000_000);
    const server = await startSeedbed(t, { dataDir: join(folder, 'data'), webSeed: true });
    const { infoHash } = await publish(server.dataDir, join(folder, 'ä b.bin'));
    const url = `${server.origin}/files/${infoHash}/%C3%A4%20b.bin`;
    await mkdir(join(folder, 'out'));
    const target = join(folder, 'out', 'ä b.bin');
    const curl = (...args: string[]) =>
      runProcess('curl', ['-sSf', ...args, url], { name: 'curl', deadlineMs });
    await curl('-r', '0-399999', '-o', target);
    await curl('-C', '-', '-o', target);
    const [got, wanted] = [await checksums(target), await checksums(join(folder, 'ä b.bin'))];
    assert.deepEqual(got, wanted);
  });
});

describe('a private tracker', () => {
  it('serves its users by HTTP, and nobody else', async (t) => {
    if (requireTool(t, 'libtorrent') === undefined) return;
    const folder = await makeTempFolder(t);
    await writeSampleFolder(join(folder, 'sample'));
    const dataDir = join(folder, 'data');
    const server = await startSeedbed(t, {
      dataDir,
      webSeed: true,
      args: ['--private-tracker', ...NOWHERE],
    });
    const { infoHash } = await publish(dataDir, join(folder, 'sample'), ['--private']);
    const added = await runSeedbed(['user', 'add', 'anna', '--data-dir', dataDir, '--json']);
    const { passkey } = JSON.parse(added) as { readonly passkey: string };
    const page = await fetch(`${server.origin}/torrents/${infoHash}.torrent?passkey=${passkey}`);
    const torrent = join(folder, 'annas.torrent');
    await writeFile(torrent, new Uint8Array(await page.arrayBuffer()));
    const target = await makeTempFolder(t);
    await download(libtorrent, { torrent, folder: target, deadlineMs, signal: t.signal });
    assert.deepEqual(await checksums(join(target, 'sample')), await checksums(join(folder, 'sample')));
    for (const path of [`files/${infoHash}/sample`, `files/${'x'.repeat(32)}/${infoHash}/sample`])
      assert.ok((await fetch(`${server.origin}/${path}`)).status >= 400, path);
    await runSeedbed(['user', 'disable', 'anna', '--data-dir', dataDir]);
    const [name = ''] = Object.keys(sampleFiles);
    const url = `${server.origin}/files/${passkey}/${infoHash}/sample/${name.split('/').map(encodeURIComponent).join('/')}`;
    await eventually('anna to be shut out', async () => (await fetch(url)).status === 403);
  });
});
