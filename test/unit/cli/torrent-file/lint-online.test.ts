import assert from 'node:assert/strict';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, it } from 'node:test';
import { encodeBencode } from '../../../../src/bittorrent/bencode.ts';
import type { Metainfo } from '../../../../src/bittorrent/metainfo/metainfo.ts';
import { webSeedFileUrl } from '../../../../src/bittorrent/web-seed-url.ts';
import { lintTrackers } from '../../../../src/cli/torrent-file/online/trackers.ts';
import { lintWebSeeds } from '../../../../src/cli/torrent-file/online/web-seeds.ts';
import { startTestApp } from '../../../support/app.ts';
import { startFixedTracker } from '../../../support/fixed-tracker.ts';
import { freePort } from '../../../support/free-port.ts';
import { type CleanupOwner, cleanup } from '../../../support/scope.ts';
import { parse, parseFolder } from '../../bittorrent/metainfo/fixtures.ts';

const how = () => ({ userAgent: 'Test/1', timeoutMs: 5000, signal: new AbortController().signal });
const withTrackers = (...urls: readonly string[]): Metainfo => parse({}, { 'announce-list': [urls] });

describe('lint of trackers', () => {
  it('finds no fault with those that answer, and is listed nowhere', async (t) => {
    const app = await startTestApp(t, { open: true });
    const udp = `udp://127.0.0.1:${app.udpPort}/announce`;
    assert.deepEqual(await lintTrackers(withTrackers(`${app.url}/announce`, udp), how()), []);
  });

  it('announces that it has stopped where there is no scrape', async (t) => {
    const tracker = await startFixedTracker(t, (request, response) => {
      if (request.url?.startsWith('/announce') !== true) response.statusCode = 404;
      response.end(encodeBencode({ interval: 1800, peers: '' }));
    });
    assert.deepEqual(await lintTrackers(withTrackers(tracker.url), how()), []);
    assert.equal((await tracker.announced(1)).get('event'), 'stopped');
  });

  it('tells of those that refuse, in their words', async (t) => {
    const tracker = await startFixedTracker(t, (_request, response) =>
      response.end(encodeBencode({ 'failure reason': 'unregistered torrent' })),
    );
    const findings = await lintTrackers(withTrackers(tracker.url), how());
    assert.deepEqual(
      findings.map(({ code, what, examples }) => [code, what, examples]),
      [['trackers.refuses', 'a tracker refuses the torrent: unregistered torrent', [tracker.url]]],
    );
  });

  it('tells of those that are not there, each once', async () => {
    const url = `http://127.0.0.1:${await freePort()}/announce`;
    const findings = await lintTrackers(withTrackers(url, url, 'udp://127.0.0.1/no-port'), how());
    assert.deepEqual(
      findings.map(({ code }) => code),
      ['trackers.unreachable', 'trackers.unreachable'],
    );
    assert.match(findings[0]?.what ?? '', /cannot be asked: the connection was refused/);
  });

  it('asks fifty at most', async () => {
    const port = await freePort();
    const urls = Array.from({ length: 53 }, (_, i) => `http://127.0.0.1:${port}/${i}/announce`);
    const findings = await lintTrackers(withTrackers(...urls), how());
    assert.equal(findings.length, 51);
    assert.deepEqual(
      [findings[50]?.code, findings[50]?.what],
      ['trackers.not-asked', '3 more URLs were not asked'],
    );
  });

  it('ends when it is told to', async (t) => {
    const tracker = await startFixedTracker(t, () => {});
    const options = { ...how(), signal: AbortSignal.timeout(50) };
    await assert.rejects(lintTrackers(withTrackers(tracker.url), options), { name: 'TimeoutError' });
  });
});

/** A web server that answers as told; returns its URL and what was asked for. */
async function startServer(
  owner: CleanupOwner,
  answer: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<{ url: string; asked: string[] }> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(`${request.url} ${request.headers.range}`);
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanup(owner, () => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}

describe('lint of web seeds', () => {
  it('asks for one byte, where the file is', async (t) => {
    const { url, asked } = await startServer(t, (_request, response) => {
      response.writeHead(206, { 'Content-Range': 'bytes 0-0/100' }).end('x');
    });
    const single = parse({}, { 'url-list': [`${url}/file`, `${url}/below/`] });
    assert.deepEqual(await lintWebSeeds(single, how()), []);
    assert.deepEqual(asked.sort(), ['/below/a.bin bytes=0-0', '/file bytes=0-0']);
    const files = [
      { length: 0, path: ['empty'] },
      { length: 100, path: ['b ä', 'c?'] },
    ];
    const folder = parseFolder(files);
    const file = folder.info.files[1];
    assert.ok(file);
    for (const base of ['http://w.example/x', 'http://w.example/x/'])
      assert.equal(webSeedFileUrl(base, folder.info, file), 'http://w.example/x/a.bin/b%20%C3%A4/c%3F');
  });

  for (const [what, code, answer] of [
    ['has not the file', 'urls.unreachable', (response) => response.writeHead(404).end('no')],
    ['knows no ranges', 'urls.no-ranges', (response) => response.end('x'.repeat(100))],
    ['sends too much', 'urls.no-ranges', (response) => response.end('x'.repeat(200_000))],
    [
      'has a file of another length',
      'urls.other-length',
      (response) => response.writeHead(206, { 'Content-Range': 'bytes 0-0/101' }).end('x'),
    ],
  ] as const satisfies readonly (readonly [string, string, (response: ServerResponse) => unknown])[])
    it(`tells of one that ${what}`, async (t) => {
      const { url } = await startServer(t, (_request, response) => void answer(response));
      const findings = await lintWebSeeds(parse({}, { 'url-list': `${url}/file` }), how());
      assert.deepEqual(
        findings.map((finding) => [finding.code, finding.examples]),
        [[code, [`${url}/file`]]],
      );
    });

  it('follows redirects, and tells of a server that is not there', async (t) => {
    const { url } = await startServer(t, (request, response) => {
      if (request.url === '/file') response.writeHead(302, { Location: '/there' }).end();
      else response.writeHead(206, { 'Content-Range': 'bytes 0-0/100' }).end('x');
    });
    assert.deepEqual(await lintWebSeeds(parse({}, { 'url-list': `${url}/file` }), how()), []);
    const gone = `http://127.0.0.1:${await freePort()}/file`;
    const findings = await lintWebSeeds(parse({}, { 'url-list': [gone, 'ftp://127.0.0.1/x'] }), how());
    assert.deepEqual(
      findings.map(({ code }) => code),
      ['urls.unreachable'],
    );
  });
});
