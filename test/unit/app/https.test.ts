import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { get } from 'node:https';
import { join } from 'node:path';
import { after, before, describe, it, type TestContext } from 'node:test';
import { pino } from 'pino';
import { WebSocket } from 'ws';
import { adviseOn } from '../../../src/app/advice.ts';
import { httpsPlace } from '../../../src/app/https-place.ts';
import type { StartedHttps } from '../../../src/app/start-https.ts';
import { parseMetainfo } from '../../../src/bittorrent/metainfo/parse.ts';
import type { Config } from '../../../src/config/settings.ts';
import { makeFileTorrent, startTestApp, testConfig } from '../../support/app.ts';
import { type MadeCertificate, makeCertificateFiles } from '../../support/certificates.ts';
import { Scope } from '../../support/scope.ts';
import { makeTempFolder } from '../../support/temp-folder.ts';
import { findTool } from '../../support/tools.ts';

const skip = findTool('openssl') === undefined && 'openssl is not installed';

describe('a server with a certificate', { skip }, () => {
  const scope = new Scope();
  let made: MadeCertificate;
  let named: MadeCertificate;
  before(async () => {
    const folder = await makeTempFolder(scope);
    made = await makeCertificateFiles(folder, 'loopback');
    named = await makeCertificateFiles(folder, 'named', {
      hosts: 'DNS:*.example.org,DNS:tracker.example.org',
    });
  });
  after(() => scope.end());

  const start = (t: TestContext, { cert, key }: MadeCertificate, flags: Partial<Config> = {}) =>
    startTestApp(t, { tlsCert: cert, tlsKey: key, httpsPort: 0, ...flags });

  it('shows its page, tracks over HTTPS and WebSockets, and goes on over HTTP', async (t) => {
    const app = await start(t, made, { access: 'open' });
    const origin = `https://127.0.0.1:${app.httpsPort}`;
    const ca = await readFile(made.cert);
    const fetchText = (path: string) =>
      new Promise<string>((resolve, reject) => {
        get(`${origin}${path}`, { ca }, (response) => {
          let text = '';
          response.setEncoding('latin1').on('data', (part) => {
            text += part;
          });
          response.on('end', () => resolve(text));
        }).on('error', reject);
      });
    assert.ok((await fetchText('/')).includes(`<code>${origin}/announce</code>`));
    const query = `info_hash=${'%01'.repeat(20)}&peer_id=${'x'.repeat(20)}&port=7000&uploaded=0&downloaded=0&left=1`;
    assert.match(await fetchText(`/announce?${query}`), /10:incompletei1e/);
    assert.match(await (await fetch(`${app.url}/announce?${query}`)).text(), /10:incompletei1e/);

    const socket = new WebSocket(`${origin.replace('https', 'wss')}/announce`, { ca });
    t.after(() => socket.terminate());
    await new Promise<void>((resolve, reject) => socket.once('open', resolve).once('error', reject));
    const answer = new Promise<string>((resolve) => socket.once('message', (data) => resolve(String(data))));
    socket.send(JSON.stringify({ action: 'scrape', info_hash: '\x01'.repeat(20) }));
    assert.match(await answer, /"incomplete":1/);
  });

  it('writes the host of its certificate into torrents, and the public URL where there is one', async (t) => {
    for (const [files, publicUrl, expected] of [
      [made, undefined, (port: number) => `https://127.0.0.1:${port}/announce`],
      [named, undefined, (port: number) => `https://tracker.example.org:${port}/announce`],
      [named, 'http://other.example', () => 'http://other.example/announce'],
    ] as const) {
      const app = await start(t, files, { publicUrl, udp: false });
      const { torrent, path, resume } = await makeFileTorrent(t);
      await app.catalogue.add({ torrent, dataPath: path, resume });
      const infoHash = parseMetainfo(torrent).infoHash;
      const file = await readFile(
        join(app.dataDir, 'torrents', `${Buffer.from(infoHash).toString('hex')}.torrent`),
      );
      assert.deepEqual(parseMetainfo(file).announceTiers, [[expected(app.httpsPort ?? 0)]]);
    }
  });

  it('does not start with a port that is taken, and says which', async (t) => {
    const first = await start(t, made);
    await assert.rejects(
      start(t, made, { httpsPort: first.httpsPort ?? 0 }),
      /\(for HTTPS\) is in use.*--https-port/,
    );
  });
});

describe('where HTTPS is reached', () => {
  const config = testConfig('/nowhere', { host: '192.0.2.7' });
  const place = (...hosts: string[]) =>
    httpsPlace(config, { hosts, port: 1 } as unknown as StartedHttps)?.host;

  it('is at the first name of the certificate, else at our address when it holds for it', () => {
    assert.equal(place('192.0.2.7', 'localhost', 'example.org', 'other.example'), 'example.org');
    assert.equal(place('192.0.2.9', '192.0.2.7'), '192.0.2.7');
    assert.equal(place('localhost', '192.0.2.9'), undefined);
    assert.equal(httpsPlace(config, undefined), undefined);
  });
});

describe('advice at the start', () => {
  const advice = (flags: Partial<Config>, https?: { host: string | undefined; port: number }): string[] => {
    const lines: string[] = [];
    const logger = pino({ base: null }, { write: (line: string) => void lines.push(JSON.parse(line).msg) });
    adviseOn(testConfig('/nowhere', flags), https, logger);
    return lines;
  };

  it('is given where clients come through a proxy and no public address is known', () => {
    for (const flags of [{ trustedProxies: ['10.0.0.0/8'] }, { proxyProtocol: ['10.0.0.1'] }]) {
      assert.match(advice(flags)[0] ?? '', /--public-address/);
      assert.deepEqual(advice({ ...flags, host: '::', publicAddress: ['203.0.113.9'] }), []);
    }
    assert.deepEqual(advice({}), []);
  });

  it('is given where strangers are told of a seed node or UDP that listen on loopback', () => {
    const publicUrl = 'https://example.org/tracker';
    for (const host of ['127.0.0.1', '127.0.0.2', '::1'])
      for (const flags of [{ publicAddress: ['203.0.113.9'], udp: false }, { publicUrl }])
        assert.match(advice({ host, ...flags })[0] ?? '', /leave --host out/);
    assert.deepEqual(advice({ publicUrl, udp: false }), []);
    assert.deepEqual(advice({ publicUrl: 'http://localhost:6969' }), []);
    assert.deepEqual(advice({ host: '0.0.0.0', publicUrl, publicAddress: ['203.0.113.9'] }), []);
  });

  it('is given where the certificate names no host, unless there is a public URL', () => {
    assert.match(advice({}, { host: undefined, port: 1 })[0] ?? '', /--public-url/);
    assert.deepEqual(advice({}, { host: 'example.org', port: 1 }), []);
    assert.deepEqual(
      advice({ host: '::', publicUrl: 'https://example.org' }, { host: undefined, port: 1 }),
      [],
    );
  });
});
