import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { request as plainRequest, type RequestOptions } from 'node:http';
import { request } from 'node:https';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { WebSocket } from 'ws';
import { decodeTrackerReply } from '../../src/bittorrent/announce-response.ts';
import { formatAddress } from '../../src/bittorrent/endpoint.ts';
import { parseMetainfo } from '../../src/bittorrent/metainfo/parse.ts';
import { makeCertificateFiles } from '../support/certificates.ts';
import { codeBlocks } from '../support/code-blocks.ts';
import { writeRandomFile } from '../support/data.ts';
import { eventually } from '../support/eventually.ts';
import { freePort } from '../support/free-port.ts';
import { startProcess } from '../support/processes.ts';
import { publish, startSeedbed } from '../support/seedbed.ts';
import { makeTempFolder } from '../support/temp-folder.ts';
import { requireTool } from '../support/tools.ts';

const document = 'docs/reverse-proxy.md';
const query = `info_hash=${'%01'.repeat(20)}&peer_id=${'x'.repeat(20)}&port=7000&uploaded=0&downloaded=0&left=1`;
/** Where the clients come from; proxies and servers are at 127.0.0.1. */
const client = '127.0.0.9';

/** Puts what a test has in the place of what the document shows. */
function adapted(text: string, changes: Readonly<Record<string, string>>): string {
  return Object.entries(changes).reduce((current, [from, to]) => {
    assert.ok(current.includes(from), `the document shows no "${from}"`);
    return current.replaceAll(from, to);
  }, text);
}

/** Asks from the client's address. */
function get(url: string, options: RequestOptions & { ca?: Buffer } = {}): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const send = url.startsWith('https:') ? request : plainRequest;
    const asked = send(url, { localAddress: client, ...options }, (response) => {
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part));
      response.on('error', reject);
      response.on('end', () => {
        if (response.statusCode === 200) resolve(Buffer.concat(parts));
        else reject(new Error(`${response.statusCode} ${response.headers.location ?? ''}`));
      });
    });
    asked.on('error', reject).end();
  });
}

/** The address that the tracker saw (BEP 24). */
async function seenBy(url: string, options: RequestOptions & { ca?: Buffer } = {}): Promise<string> {
  const reply = decodeTrackerReply(await get(url, options));
  assert.ok('peers' in reply && reply.externalIp !== undefined, JSON.stringify(reply));
  return formatAddress(reply.externalIp);
}

async function startHaproxy(t: TestContext, program: string, config: string): Promise<void> {
  const path = join(await makeTempFolder(t), 'haproxy.cfg');
  await writeFile(
    path,
    `defaults\n    timeout connect 5s\n    timeout client 30s\n    timeout server 30s\n${config}`,
  );
  startProcess(t, program, ['-db', '-f', path], { name: 'haproxy' });
}

describe('the proxies of docs/reverse-proxy.md', { timeout: 120_000 }, () => {
  for (const keepsPath of [false, true])
    it(`nginx over TLS, below a path that it ${keepsPath ? 'passes on' : 'takes off'}`, async (t) => {
      const program = requireTool(t, 'nginx');
      if (program === undefined || requireTool(t, 'openssl') === undefined) return;
      const folder = await makeTempFolder(t);
      const port = await freePort();
      const origin = `https://localhost:${port}`;
      const server = await startSeedbed(t, {
        dataDir: join(folder, 'data'),
        webSeed: true,
        args: [
          '--trusted-proxies',
          '127.0.0.1',
          '--public-url',
          `${origin}/tracker/`,
          '--public-address',
          '203.0.113.9',
        ],
      });
      const { cert, key } = await makeCertificateFiles(folder, 'nginx');
      const [snippet = ''] = await codeBlocks(document, 'nginx');
      const site = adapted(snippet, {
        '127.0.0.1:6969': `127.0.0.1:${server.httpPort}`,
        'listen 443 ssl;': `listen 127.0.0.1:${port} ssl;`,
        '/etc/letsencrypt/live/example.org/fullchain.pem': cert,
        '/etc/letsencrypt/live/example.org/privkey.pem': key,
        'server_name example.org;': 'server_name localhost;',
        ...(keepsPath && { 'proxy_pass http://seedbed/;': 'proxy_pass http://seedbed;' }),
      });
      const config = join(folder, 'nginx.conf');
      const temp = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
        (name) => `${name}_temp_path ${folder}/${name};`,
      );
      await writeFile(
        config,
        `daemon off; master_process off; pid ${folder}/pid; error_log stderr;\nevents {}\nhttp {\naccess_log off; ${temp.join(' ')}\n${site}}\n`,
      );
      startProcess(t, program, ['-p', folder, '-e', 'stderr', '-c', config], { name: 'nginx' });
      const ca = await readFile(cert);
      await eventually('nginx', () => get(`${origin}/tracker/`, { ca }).then(Boolean, () => false));
      await writeRandomFile(join(folder, 'file.bin'), 100_000);
      const { announceUrl, infoHash } = await publish(server.dataDir, join(folder, 'file.bin'));
      assert.equal(announceUrl, `${origin}/tracker/announce`);

      const hash = infoHash.replace(/../g, '%$&');
      const url = `${origin}/tracker/announce?${query.replace('%01'.repeat(20), hash)}`;
      const announced = () => get(url, { ca }).then(decodeTrackerReply);
      const reply = await eventually('the seed node', async () => {
        const answer = await announced();
        return 'peers' in answer && answer.peers.length > 0 && answer;
      });
      assert.deepEqual(
        reply.peers.map(({ address }) => formatAddress(address)),
        ['203.0.113.9'],
      );
      assert.equal(await seenBy(url, { ca }), client);
      assert.equal(
        await seenBy(url, { ca, headers: { 'X-Forwarded-For': '8.8.8.8' } }),
        client,
        'what a client writes counts for nothing',
      );

      const page = (await get(`${origin}/tracker/`, { ca })).toString();
      assert.ok(page.includes(`<code>${origin}/tracker/announce</code>`));
      const links = [...page.matchAll(/href="([^"]+)"/g)]
        .map(([, link = '']) => link)
        .filter((link) => !link.startsWith('magnet:'));
      assert.equal(links.length, 3, 'the style sheet, the page of the torrent, and its file');
      for (const link of links) await get(new URL(link, `${origin}/tracker/`).href, { ca });
      const { webSeeds } = parseMetainfo(await get(`${origin}/tracker/torrents/${infoHash}.torrent`, { ca }));
      assert.deepEqual(webSeeds, [`${origin}/tracker/files/${infoHash}/`]);
      const file = await get(`${webSeeds[0]}file.bin`, { ca });
      assert.deepEqual(file, await readFile(join(folder, 'file.bin')));
      await assert.rejects(get(`${origin}/tracker`, { ca }), /30[18] .*\/tracker\/$/);

      const socket = new WebSocket(`${origin.replace('https', 'wss')}/tracker/announce`, { ca });
      await new Promise<void>((resolve, reject) => socket.once('open', resolve).once('error', reject));
      socket.terminate();
    });

  it('HAProxy that reads the requests', async (t) => {
    const program = requireTool(t, 'haproxy');
    if (program === undefined || requireTool(t, 'openssl') === undefined) return;
    const folder = await makeTempFolder(t);
    const server = await startSeedbed(t, {
      dataDir: join(folder, 'data'),
      open: true,
      args: ['--trusted-proxies', '127.0.0.1'],
    });
    const { cert, key } = await makeCertificateFiles(folder, 'haproxy');
    const both = join(folder, 'both.pem');
    await writeFile(both, (await readFile(cert, 'utf8')) + (await readFile(key, 'utf8')));
    const port = await freePort();
    const [snippet = ''] = await codeBlocks(document, 'haproxy');
    await startHaproxy(
      t,
      program,
      adapted(snippet, {
        ':443': `127.0.0.1:${port}`,
        '/etc/haproxy/example.org.pem': both,
        '127.0.0.1:6969': `127.0.0.1:${server.httpPort}`,
      }),
    );
    const ca = await readFile(cert);
    const url = `https://localhost:${port}/announce?${query}`;
    await eventually('haproxy', () => get(url, { ca }).then(Boolean, () => false));
    assert.equal(await seenBy(url, { ca }), client);
    const page = (await get(`https://localhost:${port}/`, { ca })).toString();
    assert.ok(page.includes(`<code>https://localhost:${port}/announce</code>`));
  });

  for (const version of ['send-proxy', 'send-proxy-v2'])
    for (const scheme of ['http', 'https'])
      it(`HAProxy that passes TCP on, with ${version}, to the ${scheme} port`, async (t) => {
        const program = requireTool(t, 'haproxy');
        if (program === undefined || requireTool(t, 'openssl') === undefined) return;
        const folder = await makeTempFolder(t);
        const { cert, key } = await makeCertificateFiles(folder, 'own');
        const httpPort = await freePort();
        const httpsPort = await freePort();
        const port = await freePort();
        const [, snippet = ''] = await codeBlocks(document, 'haproxy');
        await startHaproxy(
          t,
          program,
          adapted(snippet, {
            ':6969\n    default': `127.0.0.1:${port}\n    default`,
            '192.0.2.10:6969': `127.0.0.1:${scheme === 'http' ? httpPort : httpsPort}`,
            'send-proxy-v2 check': `${version} check inter 50ms source 127.0.0.3`,
          }),
        );
        const args = [
          '--proxy-protocol',
          '127.0.0.3',
          '--tls-cert',
          cert,
          '--tls-key',
          key,
          '--https-port',
          String(httpsPort),
        ];
        const server = await startSeedbed(t, { dataDir: join(folder, 'data'), httpPort, open: true, args });
        const ca = await readFile(cert);
        const url = `${scheme}://localhost:${port}/announce?${query}`;
        await eventually('haproxy to find the server', () =>
          get(url, { ca, family: 4 }).then(Boolean, () => false),
        );
        assert.equal(await seenBy(url, { ca, family: 4 }), client);
        const page = (await get(url.replace(/announce.*/, ''), { ca, family: 4 })).toString();
        assert.ok(page.includes(`<code>${scheme}://localhost:${port}/announce</code>`));
        assert.doesNotMatch(
          server.process.stderr,
          /did not begin with a PROXY header/,
          'its health checks are understood',
        );
      });
});
