import assert from 'node:assert/strict';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { infoHashToHex } from '../../../src/bittorrent/info-hash.ts';
import { startTestApp } from '../../support/app.ts';
import { randomBytesOf } from '../../support/data.ts';
import { eventually } from '../../support/eventually.ts';
import { startFileServer } from '../../support/file-server.ts';
import { peerAnswer, startFixedTracker } from '../../support/fixed-tracker.ts';
import { runCommandHere } from '../../support/run-command.ts';
import { makeTorrentFixture, seedFixture } from '../../support/seeded-torrent.ts';
import { makeTempFolder } from '../../support/temp-folder.ts';

/** A running server, and a `.torrent` file whose tracker names a seed. */
async function serving(t: TestContext) {
  const app = await startTestApp(t);
  let port = 0;
  const tracker = await startFixedTracker(t, (...exchange) => peerAnswer(port)(...exchange));
  const fixture = await makeTorrentFixture(t, { content: 300_000, announceTiers: [[tracker.url]] });
  ({ port } = await seedFixture(t, fixture));
  const folder = await makeTempFolder(t);
  const source = join(await makeTempFolder(t), 'it.torrent');
  await writeFile(source, fixture.torrent);
  const run = (...args: string[]) => runCommandHere(t, [...args, '--data-dir', app.dataDir]);
  const { infoHash } = fixture.metainfo;
  const seed = () => app.catalogue.get(infoHash)?.seed;
  const isSeeded = (): boolean => seed()?.state === 'seeding';
  return { app, fixture, folder, source, run, seed, isSeeded, infoHash, hash: infoHashToHex(infoHash) };
}

describe('seedbed mirror, with a running server', () => {
  it('gives the torrent limits of its own, and leaves those of the server', async (t) => {
    const { run, source, folder, hash } = await serving(t);
    const rates = ['--torrent-download', '2M', '--torrent-upload', '800K'];
    const { code, stderr } = await run('mirror', source, '--to', folder, '--paused', ...rates);
    assert.deepEqual([code, stderr], [0, '']);
    const { stdout } = await run('limit', hash);
    assert.match(stdout, /^Upload limit: +800 KiB\/s\n[\s\S]*^Download limit: +2 MiB\/s\n/m);
    assert.match((await run('limit')).stdout, /^Download limit: +no limit\n/m);
  });

  it('refuses limits that are those of the server, says what to use, and adds nothing', async (t) => {
    const { run, source, folder, app } = await serving(t);
    for (const [flag, said] of [
      [
        '--download-limit',
        '--torrent-download RATE limits this torrent alone, seedbed limit --download RATE',
      ],
      ['--download-limit-per-torrent', 'seedbed limit --download-per-torrent RATE the server'],
      ['--upload-limit', '--torrent-upload RATE limits this torrent alone, seedbed limit --upload RATE'],
    ] as const)
      for (const quiet of [[], ['--quiet']]) {
        const { code, stderr } = await run('mirror', source, '--to', folder, flag, '1M', ...quiet);
        assert.equal(code, 2);
        assert.ok(
          stderr.startsWith(`seedbed: ${flag} is a setting of the server, which runs already: `),
          stderr,
        );
        assert.ok(stderr.includes(said), stderr);
      }
    assert.deepEqual(app.catalogue.list(), []);
  });

  it('leaves a magnet link to the server before its metadata is there, and says so when it is here for another folder', async (t) => {
    const { run, folder, hash, app } = await serving(t);
    const link = `magnet:?xt=urn:btih:${hash}&dn=It&tr=${encodeURIComponent('http://127.0.0.1:9/secret/announce')}`;
    const { code, stdout, stderr } = await run('mirror', link, '--to', folder, '--no-wait');
    assert.deepEqual([code, stderr], [0, '']);
    assert.match(stdout, new RegExp(`^The server fetches the metadata of It, [^]*Info-hash: ${hash}\\n$`));
    assert.equal(app.mirrors.pending.size, 1);
    const json = await run('mirror', link, '--to', folder, '--no-wait', '--json');
    assert.equal((JSON.parse(json.stdout) as { state: string }).state, 'fetching metadata');
    const elsewhere = await run('mirror', link, '--to', await makeTempFolder(t), '--no-wait');
    assert.equal(elsewhere.code, 1);
    assert.match(
      elsewhere.stderr,
      /is here already, to become files in .*seedbed remove [0-9a-f]{8} forgets it/,
    );
    assert.doesNotMatch(stdout + json.stdout + elsewhere.stderr, /secret/);
  });

  it('tells why nothing comes of a magnet link, and how to try again', async (t) => {
    const { run, folder, app } = await serving(t);
    const fixture = await makeTorrentFixture(t, { isPrivate: true });
    const { port } = await seedFixture(t, fixture);
    const hash = infoHashToHex(fixture.metainfo.infoHash);
    const link = `magnet:?xt=urn:btih:${hash}&x.pe=127.0.0.1:${port}`;
    const { code, stderr } = await run('mirror', link, '--to', folder, '--quiet');
    assert.equal(code, 1);
    assert.match(stderr, /is private and .*the link is kept: seedbed start [0-9a-f]{8} tries again/);
    assert.equal(app.mirrors.pending.list()[0]?.row.failure?.code, 'ERR_SOURCE');
    assert.match((await run('list')).stdout, /failed: the torrent is private/);
  });

  it('refuses a rate that can be none', async (t) => {
    const { run, source, folder } = await serving(t);
    for (const rate of ['fast', '12', 'default']) {
      const { code, stderr } = await run('mirror', source, '--to', folder, '--torrent-download', rate);
      assert.deepEqual([code, /It takes (bytes a second|a rate)/.test(stderr)], [2, true], stderr);
    }
  });

  it('takes the URL of a .torrent file, and fetches what that names', async (t) => {
    const { run, fixture, folder, isSeeded } = await serving(t);
    const { url } = await startFileServer(t, { '/x.torrent': fixture.torrent });
    const { code, stdout, stderr } = await run('mirror', `${url}x.torrent`, '--to', folder);
    assert.equal(code, 0, stderr);
    assert.match(stdout, /^Mirroring sample/);
    await eventually('all of it', isSeeded);
    assert.deepEqual(await readFile(join(folder, 'sample')), fixture.data);
  });

  it('fetches nothing with --paused until it is resumed', async (t) => {
    const { run, source, folder, hash, seed, isSeeded } = await serving(t);
    const { code } = await run('mirror', source, '--to', folder, '--paused');
    assert.equal(code, 0);
    await eventually('paused', () => seed()?.state === 'paused');
    await eventually('its peer is connected all the same', () => seed()?.peers.size === 1);
    assert.equal(seed()?.downloadedBytes, 0);
    assert.equal((await run('resume', hash)).stdout, `Resumed ${hash}\n`);
    await eventually('all of it', isSeeded);
  });

  it('says what is wrong with a file or URL that is no .torrent file, or ends too soon, and adds nothing', async (t) => {
    const { run, fixture, folder, source, app } = await serving(t);
    const bad = {
      'cut.torrent': fixture.torrent.subarray(0, -10),
      'bare.torrent': Buffer.from('d8:announce10:http://x/ye'),
      'empty.torrent': new Uint8Array(0),
      'film.mkv': randomBytesOf(1, 100_000),
    };
    const files = Object.entries(bad).map(([name, bytes]) => [`/${name}`, bytes] as const);
    const { url } = await startFileServer(t, Object.fromEntries(files));
    for (const [name, bytes] of Object.entries(bad)) {
      const path = join(await makeTempFolder(t), name);
      await writeFile(path, bytes);
      const byFile = await run('mirror', path, '--to', folder);
      assert.deepEqual([byFile.code, byFile.stdout], [1, ''], name);
      assert.ok(byFile.stderr.startsWith('seedbed: ') && byFile.stderr.includes(name), byFile.stderr);
      const byUrl = await run('mirror', `${url}${name}`, '--to', folder);
      assert.deepEqual([byUrl.code, byUrl.stdout], [1, ''], name);
      assert.match(byUrl.stderr, /^seedbed: \S.*\n$/);
      assert.ok(!byUrl.stderr.includes(url), 'no URL in a message');
    }
    assert.match((await run('mirror', `${source}.none`, '--to', folder)).stderr, /it\.torrent\.none.* exist/);
    assert.deepEqual(app.catalogue.list(), []);
    assert.deepEqual(await readdir(folder), []);
  });
});

describe('seedbed pause', () => {
  it('has a torrent fetch and serve nothing until it is started, also after a restart', async (t) => {
    const { run, app, source, folder, hash, seed, isSeeded, infoHash } = await serving(t);
    await run('mirror', source, '--to', folder);
    await eventually('all of it', isSeeded);
    const { code, stdout } = await run('pause', hash.slice(0, 8));
    assert.deepEqual([code, stdout], [0, `Paused ${hash}\n`]);
    assert.equal(seed()?.state, 'paused');
    await app.stop();
    const again = await startTestApp(t, { dataDir: app.dataDir });
    const now = () => again.catalogue.get(infoHash)?.seed;
    await eventually('paused again', () => now()?.state === 'paused');
    assert.equal((await run('start', hash)).code, 0);
    assert.equal(now()?.state, 'seeding');
    const unknown = await run('pause', 'cc'.repeat(20));
    assert.deepEqual([unknown.code, /no torrent c+ is published/.test(unknown.stderr)], [1, true]);
  });
});
