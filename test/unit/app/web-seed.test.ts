import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { get } from 'node:https';
import { describe, it, type TestContext } from 'node:test';
import { infoHashToHex } from '../../../src/bittorrent/info-hash.ts';
import { parseMagnet } from '../../../src/bittorrent/magnet.ts';
import type { Metainfo } from '../../../src/bittorrent/metainfo/metainfo.ts';
import { parseMetainfo } from '../../../src/bittorrent/metainfo/parse.ts';
import type { Config } from '../../../src/config/settings.ts';
import { makeFileTorrent, startTestApp } from '../../support/app.ts';
import { makeCertificateFiles } from '../../support/certificates.ts';
import { eventually } from '../../support/eventually.ts';
import { makeTempFolder } from '../../support/temp-folder.ts';
import { findTool } from '../../support/tools.ts';

const noOpenssl = findTool('openssl') === undefined && 'openssl is not installed';

type TestApp = Awaited<ReturnType<typeof startTestApp>>;

async function seeding(t: TestContext, flags: Partial<Config> = {}) {
  const app = await startTestApp(t, flags);
  const made = await makeFileTorrent(t);
  await app.catalogue.add({ torrent: made.torrent, dataPath: made.path, resume: made.resume });
  const { infoHash } = made.metainfo;
  await eventually('seeding', () => app.catalogue.get(infoHash)?.seed?.state === 'seeding');
  return { app, made, infoHash, hash: infoHashToHex(infoHash) };
}

function stored(app: TestApp, { infoHash }: Metainfo): Metainfo {
  return parseMetainfo(app.catalogue.get(infoHash)?.row.metainfo ?? new Uint8Array());
}

describe('a running Seedbed as a web seed', () => {
  it('names itself in what it hands out, by the address that was asked, and not in what it keeps', async (t) => {
    const { app, made, infoHash, hash } = await seeding(t);
    const url = `${app.url}/files/${hash}/`;
    const page = await (await fetch(`${app.url}/torrents/${hash}.torrent`)).bytes();
    assert.deepEqual(parseMetainfo(page).webSeeds, [url]);
    assert.deepEqual(parseMagnet(app.catalogue.magnet(infoHash, app.url) ?? '').webSeeds, [url]);
    assert.deepEqual(stored(app, made.metainfo).webSeeds, []);
    const onDisk = parseMetainfo(await readFile(app.catalogue.torrentPath(infoHash)));
    assert.deepEqual(onDisk.webSeeds, [`${app.origin}/files/${hash}/`]);
    const body = await (await fetch(`${url}film.mkv`)).bytes();
    assert.deepEqual(Buffer.from(body), await readFile(made.path));
    await app.catalogue.add({ torrent: page, dataPath: null, resume: null });
    assert.deepEqual(stored(app, made.metainfo).webSeeds, []);
  });

  it('names none for a torrent that it only tracks', async (t) => {
    const app = await startTestApp(t);
    const { torrent, metainfo } = await makeFileTorrent(t);
    await app.catalogue.add({ torrent, dataPath: null, resume: null });
    const file = app.catalogue.torrentFile(metainfo.infoHash, app.url) ?? new Uint8Array();
    assert.deepEqual(parseMetainfo(file).webSeeds, []);
  });

  it('is none when it is switched off', async (t) => {
    const { app, infoHash, hash } = await seeding(t, { ownWebSeed: false });
    const file = app.catalogue.torrentFile(infoHash, app.url) ?? new Uint8Array();
    assert.deepEqual(parseMetainfo(file).webSeeds, []);
    assert.equal((await fetch(`${app.url}/files/${hash}/film.mkv`)).status, 404);
  });

  it('answers below the path of the public URL, and names that behind the address that was asked', async (t) => {
    const { app, infoHash, hash } = await seeding(t, { publicUrl: 'https://example.org/tracker/' });
    const file = app.catalogue.torrentFile(infoHash, app.url) ?? new Uint8Array();
    assert.deepEqual(parseMetainfo(file).webSeeds, [
      `${app.url}/files/${hash}/`,
      `https://example.org/tracker/files/${hash}/`,
    ]);
    for (const path of ['files', 'tracker/files'])
      assert.equal((await fetch(`${app.url}/${path}/${hash}/film.mkv`)).status, 200, path);
  });

  it('lists the files of a torrent on a page, with links that lead to them', async (t) => {
    const { app, hash } = await seeding(t);
    assert.match(await (await fetch(app.url)).text(), new RegExp(`href="torrents/${hash}"`));
    const page = new URL(`${app.url}/torrents/${hash}`);
    const [, link = ''] = /href="([^"]*film\.mkv)"/.exec(await (await fetch(page)).text()) ?? [];
    assert.equal((await fetch(new URL(link, page))).status, 200, link);
    const off = await seeding(t, { ownWebSeed: false });
    assert.doesNotMatch(
      await (await fetch(`${off.app.url}/torrents/${off.hash}`)).text(),
      /href="\.\.\/files/,
    );
  });

  it('shows the page of a torrent to users alone on a private tracker', async (t) => {
    const { app, hash } = await seeding(t, { privateTracker: true });
    const response = await fetch(`${app.url}/torrents/${hash}`);
    assert.equal(response.status, 403);
    assert.doesNotMatch(await response.text(), /film/);
  });

  it('serves over HTTPS as well', { skip: noOpenssl }, async (t) => {
    const { cert, key } = await makeCertificateFiles(await makeTempFolder(t), 'loopback');
    const app = await startTestApp(t, { tlsCert: cert, tlsKey: key, httpsPort: 0 });
    const made = await makeFileTorrent(t, 'large.bin', 5_000_000);
    const { infoHash } = made.metainfo;
    await app.catalogue.add({ torrent: made.torrent, dataPath: made.path, resume: made.resume });
    await eventually('seeding', () => app.catalogue.get(infoHash)?.seed?.state === 'seeding');
    const url = `https://127.0.0.1:${app.httpsPort}/files/${infoHashToHex(infoHash)}/large.bin`;
    const [response] = (await once(get(url, { ca: await readFile(cert) }), 'response')) as [IncomingMessage];
    const parts: Buffer[] = [];
    for await (const part of response) parts.push(part as Buffer);
    assert.ok(Buffer.concat(parts).equals(await readFile(made.path)));
  });

  it('is measured', async (t) => {
    const { app, hash } = await seeding(t);
    await (await fetch(`${app.url}/files/${hash}/film.mkv`)).bytes();
    await (await fetch(`${app.url}/files/${hash}/other`)).bytes();
    const metrics = await (await fetch(`${app.url}/metrics`)).text();
    assert.match(metrics, /^seedbed_web_seed_uploaded_bytes_total 100000$/m);
    assert.match(metrics, /^seedbed_seed_uploaded_bytes_total 100000$/m);
    assert.match(metrics, /^seedbed_web_seed_downloads_total\{outcome="served"\} 1$/m);
    assert.match(metrics, /^seedbed_web_seed_downloads_total\{outcome="not-found"\} 1$/m);
    assert.match(metrics, /^seedbed_web_seed_active_downloads 0$/m);
  });

  it('ends downloads when it stops, within its few seconds', async (t) => {
    const app = await startTestApp(t);
    const made = await makeFileTorrent(t, 'large.bin', 64_000_000);
    await app.catalogue.add({ torrent: made.torrent, dataPath: made.path, resume: made.resume });
    const hash = infoHashToHex(made.metainfo.infoHash);
    await eventually('seeding', () => app.catalogue.get(made.metainfo.infoHash)?.seed?.state === 'seeding');
    const response = await fetch(`${app.url}/files/${hash}/large.bin`);
    const reading = assert.rejects(response.bytes());
    await app.stop();
    await reading;
  });
});
