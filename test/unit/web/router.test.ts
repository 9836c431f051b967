import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import express from 'express';
import request from 'supertest';
import { type InfoHash, infoHashFromBytes, infoHashToHex } from '../../../src/bittorrent/info-hash.ts';
import type { ListedFile, ListedStatus, ListedTorrent, Listing } from '../../../src/web/listing.ts';
import { webRouter } from '../../../src/web/router.ts';

function torrent(number: number, more: Partial<ListedTorrent> = {}): ListedTorrent {
  const infoHash = infoHashFromBytes(new Uint8Array(20).fill(number % 256));
  return {
    infoHash,
    name: `file ${number}`,
    lengthBytes: 2048,
    fileCount: 1,
    availability: 'seeding',
    progress: 1,
    rates: undefined,
    seeders: 1,
    leechers: 0,
    completed: 0,
    downloadedBytes: 0,
    savedBytes: 0,
    hasFileList: true,
    ...more,
  };
}

const STATUS: ListedStatus = {
  availability: 'downloading',
  progress: 0.42,
  rates: { uploadBytesPerSecond: 2048, downloadBytesPerSecond: 0 },
};

const FILES: readonly ListedFile[] = Array.from({ length: 700 }, (_, number) => ({
  path: number === 0 ? 'd/<i>.txt' : `f${number}`,
  lengthBytes: 2048,
  url: number === 1 ? undefined : `files/${'0'.repeat(40)}/a/${number}`,
}));

function app(
  torrents: readonly ListedTorrent[],
  trustProxy: string[] = [],
  publicUrl?: string,
): express.Express {
  const has = (infoHash: InfoHash): boolean =>
    torrents.some((entry) => infoHashToHex(entry.infoHash) === infoHashToHex(infoHash));
  const listing: Listing = {
    size: torrents.length,
    pending: 0,
    page: (skip, count) => torrents.slice(skip, skip + count),
    files: (infoHash, skip, count) =>
      has(infoHash)
        ? { name: 'a <b>', fileCount: FILES.length, files: FILES.slice(skip, skip + count), status: STATUS }
        : undefined,
    magnet: (infoHash, origin) => `magnet:?xt=urn:btih:${infoHashToHex(infoHash)}&tr=${origin}`,
    torrentFile: (infoHash, origin) =>
      has(infoHash) ? { name: 'ä "film"', bytes: Buffer.from(origin) } : undefined,
  };
  const server = express();
  server.set('trust proxy', trustProxy);
  server.use(webRouter({ listing, publicUrl, fallbackOrigin: () => publicUrl ?? 'http://fallback:1' }));
  return server;
}

describe('the pages', () => {
  it('tell on the list and on the page of a torrent what is done with it here', async () => {
    const server = app([torrent(1, STATUS)]);
    for (const path of ['/', `/torrents/${'01'.repeat(20)}`]) {
      const { text } = await request(server).get(path).expect(200);
      assert.match(text, /being fetched, 42 % is here<\/span> · ↑ 2 KiB\/s/, path);
    }
  });

  it('list torrents with names escaped', async () => {
    const { text } = await request(app([torrent(1, { name: '<script>alert("x")</script>' })]))
      .get('/')
      .expect(200);
    assert.ok(text.includes('&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt;'));
    assert.ok(!text.includes('<script>'));
  });

  it('let no name turn the direction of text', async () => {
    const { text } = await request(app([torrent(1, { name: 'x\u202egpj.exe' })])).get('/');
    assert.ok(!text.includes('\u202e'));
  });

  it('say how to publish where nothing is published', async () => {
    assert.match((await request(app([])).get('/')).text, /seedbed publish FILE/);
  });

  it('let nothing run and nobody frame them', async () => {
    const { headers } = await request(app([])).get('/');
    assert.match(String(headers['content-security-policy']), /default-src 'none'.*frame-ancestors 'none'/);
    assert.equal(headers['x-content-type-options'], 'nosniff');
  });

  it('show a hundred at a time, and bear any page number', async () => {
    const server = app(Array.from({ length: 250 }, (_, number) => torrent(number)));
    const count = async (query: string): Promise<number> =>
      (await request(server).get(`/${query}`).expect(200)).text.split('<li>').length - 1;
    assert.equal(await count(''), 100);
    assert.equal(await count('?page=3'), 50);
    for (const query of ['?page=99', '?page=-1', '?page=x', '?page=1&page=2', '?page=1e9'])
      assert.ok((await count(query)) > 0, query);
  });

  it('give the .torrent file a name that every browser takes', async () => {
    const one = torrent(5);
    const { headers } = await request(app([one]))
      .get(`/torrents/${infoHashToHex(one.infoHash)}.torrent`)
      .expect(200);
    assert.equal(headers['content-type'], 'application/x-bittorrent');
    assert.match(
      String(headers['content-disposition']),
      /^attachment; filename=".*"; filename\*=UTF-8''%C3%A4%20%22film%22\.torrent$/,
    );
  });

  for (const path of [
    '/torrents/xyz.torrent',
    '/torrents/..%2f..%2fetc%2fpasswd',
    `/torrents/${'0'.repeat(40)}.torrent`,
    `/torrents/${'0'.repeat(40)}`,
  ]) {
    it(`have nothing at ${path}`, async () => {
      await request(app([torrent(5)]))
        .get(path)
        .expect(404);
    });
  }
});

describe('the origin of a request', () => {
  const one = torrent(9);
  async function originFor(
    headers: Record<string, string>,
    trustProxy?: string[],
    publicUrl?: string,
  ): Promise<string> {
    const answer = await request(app([one], trustProxy, publicUrl))
      .get(`/torrents/${infoHashToHex(one.infoHash)}.torrent`)
      .set(headers)
      .buffer(true)
      .parse((response, done) => {
        const parts: Buffer[] = [];
        response.on('data', (part: Buffer) => parts.push(part));
        response.on('end', () => done(null, Buffer.concat(parts).toString()));
      });
    return String(answer.body);
  }

  it('is the host and port that were asked for', async () => {
    assert.equal(await originFor({ host: 'example.org:6969' }), 'http://example.org:6969');
    assert.equal(await originFor({ host: '[2001:db8::1]:6969' }), 'http://[2001:db8::1]:6969');
  });

  it('is the fallback for a Host header that is no host', async () => {
    for (const host of ['a b', '"><script>', 'x/y', 'user@host', 'host:port', '%00', 'a:99999999']) {
      assert.equal(await originFor({ host }), 'http://fallback:1', host);
    }
  });

  it('follows a trusted proxy in scheme and host, and nobody else', async () => {
    const forwarded = { host: 'inner:1', 'x-forwarded-proto': 'https', 'x-forwarded-host': 'outer.example' };
    assert.equal(await originFor(forwarded, ['loopback']), 'https://outer.example');
    assert.equal(await originFor(forwarded), 'http://inner:1');
  });

  it('is the public URL, with its scheme and path, for a request for its host', async () => {
    const publicUrl = 'https://example.org/tracker';
    for (const host of ['example.org', 'EXAMPLE.org', 'example.org:443'])
      assert.equal(await originFor({ host }, [], publicUrl), publicUrl, host);
    assert.equal(await originFor({ host: 'example.org:6969' }, [], publicUrl), 'http://example.org:6969');
    assert.equal(await originFor({ host: 'other.example' }, [], publicUrl), 'http://other.example');
    assert.equal(
      await originFor({ host: 'example.org' }, [], 'https://example.org:8443'),
      'https://example.org:8443',
    );
  });
});

describe('the links of the pages', () => {
  it('are relative, so that they hold below whatever path a proxy shows the pages', async () => {
    const { text } = await request(app(Array.from({ length: 250 }, (_, number) => torrent(number)))).get(
      '/?page=2',
    );
    const links = [...text.matchAll(/href="([^"]*)"/g)].map(([, link = '']) => link);
    const local = links.filter((link) => !link.startsWith('magnet:'));
    assert.ok(local.includes('style.css') && local.includes('?page=1') && local.includes('?page=3'));
    for (const link of local)
      assert.match(link, /^(style\.css|torrents\/[0-9a-f]{40}(\.torrent)?|\?page=\d+)$/);
  });
});

describe('the page of a torrent', () => {
  const one = torrent(5);
  const path = `/torrents/${infoHashToHex(one.infoHash)}`;

  it('lists its files, with links to those that are to be had over HTTP', async () => {
    const { text, headers } = await request(app([one]))
      .get(path)
      .expect(200);
    assert.match(String(headers['content-security-policy']), /default-src 'none'/);
    assert.ok(text.includes('a &lt;b&gt;') && text.includes('d/&lt;i&gt;.txt') && !text.includes('<i>'));
    assert.ok(text.includes(`<a href="../files/${'0'.repeat(40)}/a/0" rel="nofollow" download>`));
    assert.match(text, /<th scope="row"><bdi>f1<\/bdi>/);
    assert.ok(text.includes('href="../style.css"'));
  });

  it('shows five hundred at a time, and bears any page number', async () => {
    const rows = async (query: string): Promise<number> =>
      (
        await request(app([one]))
          .get(`${path}${query}`)
          .expect(200)
      ).text.split('<tr>').length - 1;
    assert.equal(await rows(''), 500);
    assert.equal(await rows('?page=2'), 200);
    assert.equal(await rows('?page=99'), 0);
    for (const query of ['?page=-1', '?page=x', '?page=1&page=2', '?page=1e300'])
      assert.equal(await rows(query), 500, query);
  });
});
