import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import request from 'supertest';
import { type BencodeDictionary, decodeBencode, isDictionary } from '../../../../src/bittorrent/bencode.ts';
import { type FrontEnd, type FrontEndOptions, query, startFast, startRouter } from './http-fixture.ts';

/** Both ways into one core give the same answers: every case runs against both. */
const frontEnds: Record<string, (t: TestContext, options?: FrontEndOptions) => Promise<FrontEnd>> = {
  'the fast path': startFast,
  'the Express router': startRouter,
};

async function get(
  port: number,
  path: string,
  headers: Record<string, string> = {},
): Promise<BencodeDictionary> {
  const response = await request(`http://127.0.0.1:${port}`)
    .get(path)
    .set(headers)
    .buffer(true)
    .parse(bytesOf);
  assert.equal(response.status, 200);
  assert.equal(response.headers['content-type'], 'text/plain');
  const value = decodeBencode(response.body as Buffer); // what bytesOf gives
  assert.ok(isDictionary(value));
  return value;
}

function bytesOf(response: request.Response, done: (error: Error | null, body: Buffer) => void): void {
  const stream = response as unknown as NodeJS.ReadableStream; // a parser of supertest gets the stream, whatever its type says
  const parts: Buffer[] = [];
  stream.on('data', (part: Buffer) => parts.push(part));
  stream.on('end', () => done(null, Buffer.concat(parts)));
}

const textOf = (value: unknown): string => Buffer.from(value as Uint8Array).toString('latin1'); // a byte string

for (const [name, start] of Object.entries(frontEnds)) {
  const announce = async (
    t: TestContext,
    changes: Record<string, string | undefined>,
    options?: FrontEndOptions,
  ): Promise<BencodeDictionary> => {
    const { port } = await start(t, options);
    return get(port, `/announce?${query(changes)}`);
  };

  describe(`${name}: announce`, () => {
    it('answers with everything that a client expects', async (t) => {
      const reply = await announce(t, {});
      assert.deepEqual(Object.keys(reply), [
        'complete',
        'downloaded',
        'external ip',
        'incomplete',
        'interval',
        'min interval',
        'peers',
      ]);
      assert.deepEqual([reply['complete'], reply['incomplete'], reply['interval']], [0, 1, 315]);
      assert.equal(textOf(reply['external ip']), '\x7f\x00\x00\x01');
      assert.equal(textOf(reply['peers']), '');
    });

    it('lists nobody who wants the head of an answer only', async (t) => {
      const { core, port } = await start(t);
      for (const path of ['/announce', `/announce/${'a'.repeat(32)}`]) {
        const { status, headers } = await request(`http://127.0.0.1:${port}`).head(`${path}?${query()}`);
        if (start === startRouter) assert.deepEqual([status, headers['allow']], [405, 'GET']);
        assert.equal(core.stats().peers4, 0);
      }
    });

    it('hands out the peers that came before', async (t) => {
      const { port } = await start(t);
      await get(port, `/announce?${query({ port: '258' })}`);
      const reply = await get(port, `/announce?${query({ port: '259' })}`);
      assert.equal(textOf(reply['peers']), '\x7f\x00\x00\x01\x01\x02');
    });

    it('gives dictionaries for compact=0', async (t) => {
      const { port } = await start(t);
      await get(port, `/announce?${query({ port: '258' })}`);
      const reply = await get(port, `/announce?${query({ port: '259', compact: '0', no_peer_id: '1' })}`);
      const [peer] = reply['peers'] as BencodeDictionary[]; // a list, for it is not compact
      assert.deepEqual(
        [textOf(peer?.['ip']), peer?.['port'], peer?.['peer id']],
        ['127.0.0.1', 258, undefined],
      );
    });

    it('takes a peer out that stops', async (t) => {
      const { port, core } = await start(t);
      await get(port, `/announce?${query()}`);
      await get(port, `/announce?${query({ event: 'stopped' })}`);
      assert.equal(core.stats().peers4, 0);
    });

    it('ignores parameters that it does not know', async (t) => {
      const reply = await announce(t, { trackerid: 'x', supportcrypto: '1', event: 'paused', corrupt: '-1' });
      assert.equal(reply['incomplete'], 1);
    });

    it('refuses an unregistered torrent with a time to ask again', async (t) => {
      const reply = await announce(t, { info_hash: '%09'.repeat(20) });
      assert.equal(textOf(reply['failure reason']), 'unregistered torrent');
      assert.deepEqual([reply['retry in'], reply['interval']], [30, 1800]);
    });

    for (const [what, changes, reason] of [
      ['no info_hash', { info_hash: undefined }, 'info_hash is missing'],
      ['no peer_id', { peer_id: undefined }, 'peer_id is missing'],
      ['no port', { port: undefined }, 'port is missing'],
      ['no uploaded', { uploaded: undefined }, 'uploaded is missing'],
      ['no downloaded', { downloaded: undefined }, 'downloaded is missing'],
      ['no left', { left: undefined }, 'left is missing'],
      ['a short info_hash', { info_hash: 'abc' }, 'info_hash must have 20 bytes'],
      ['a long info_hash', { info_hash: 'a'.repeat(21) }, 'info_hash must have 20 bytes'],
      ['a broken escape', { info_hash: `%zz${'a'.repeat(19)}` }, 'info_hash must have 20 bytes'],
      ['a short peer_id', { peer_id: 'abc' }, 'peer_id must have 20 bytes'],
      ['port 0', { port: '0' }, 'port must lie between 1 and 65535'],
      ['a large port', { port: '65536' }, 'port must lie between 1 and 65535'],
      ['a port that is no number', { port: '1e3' }, 'port must lie between 1 and 65535'],
      ['a negative left', { left: '-1' }, 'left must be a number that is not negative'],
      ['an uploaded that is no number', { uploaded: 'x' }, 'uploaded must be a number that is not negative'],
      ['an empty downloaded', { downloaded: '' }, 'downloaded must be a number that is not negative'],
      ['a numwant that is no number', { numwant: 'many' }, 'numwant must be a number'],
      ['a doubled port', { left: '1&port=2' }, 'port is given twice'],
      ['a doubled info_hash', { left: `1&info_hash=${'%01'.repeat(20)}` }, 'info_hash is given twice'],
    ] as const)
      it(`names the parameter for ${what}`, async (t) => {
        const reply = await announce(t, changes);
        assert.equal(textOf(reply['failure reason']), reason);
        assert.equal(textOf(reply['retry in']), 'never');
      });

    it('names a parameter when there is no query at all', async (t) => {
      const { port } = await start(t);
      assert.equal(textOf((await get(port, '/announce'))['failure reason']), 'info_hash is missing');
      assert.equal(textOf((await get(port, '/announce?'))['failure reason']), 'info_hash is missing');
    });

    it('believes X-Forwarded-For from a trusted proxy', async (t) => {
      const { port } = await start(t, { server: { trustedProxies: ['127.0.0.1'] } });
      const headers = { 'X-Forwarded-For': '1.1.1.1, 198.51.100.7' };
      const reply = await get(port, `/announce?${query()}`, headers);
      assert.equal(textOf(reply['external ip']), '\xc6\x33\x64\x07');
    });

    for (const client of ['unknown', '', '0.0.0.0', '224.0.0.1', 'fe80::1'])
      it(`answers whoever X-Forwarded-For calls "${client}", and lists neither him nor the proxy`, async (t) => {
        const { core, port } = await start(t, { server: { trustedProxies: ['127.0.0.1'] } });
        const reply = await get(port, `/announce?${query()}`, { 'X-Forwarded-For': client });
        assert.match(textOf(reply['warning message']), /you are not listed/);
        assert.notEqual(reply['external ip'] && textOf(reply['external ip']), '\x7f\x00\x00\x01');
        assert.deepEqual([core.stats().peers4, core.stats().peers6], [0, 0]);
      });

    it('does not believe X-Forwarded-For from anybody else', async (t) => {
      const { port } = await start(t, { server: { trustedProxies: ['10.0.0.0/8'] } });
      const reply = await get(port, `/announce?${query()}`, { 'X-Forwarded-For': '198.51.100.7' });
      assert.equal(textOf(reply['external ip']), '\x7f\x00\x00\x01');
    });
  });

  describe(`${name}: scrape`, () => {
    it('counts the swarms that are asked for', async (t) => {
      const { port } = await start(t);
      await get(port, `/announce?${query({ left: '0', event: 'completed' })}`);
      const reply = await get(port, `/scrape?info_hash=${'%01'.repeat(20)}&info_hash=${'%02'.repeat(20)}`);
      assert.deepEqual(JSON.parse(JSON.stringify(reply['files'])), {
        ['\x01'.repeat(20)]: { complete: 1, downloaded: 1, downloaders: 0, incomplete: 0 },
        ['\x02'.repeat(20)]: { complete: 0, downloaded: 0, downloaders: 0, incomplete: 0 },
      });
    });

    it('answers a scrape of everything where that is allowed, the second from memory', async (t) => {
      const { port } = await start(t, { core: { isFullScrapeAllowed: true } });
      const [first, second] = [await get(port, '/scrape'), await get(port, '/scrape')];
      assert.deepEqual(first, second);
      assert.equal(Object.keys(first['files'] ?? {}).length, 1);
    });

    it('refuses a scrape of everything', async (t) => {
      const { port } = await start(t);
      assert.match(textOf((await get(port, '/scrape'))['failure reason']), /not allowed/);
    });

    it('names the parameter that is wrong', async (t) => {
      const { port } = await start(t);
      const reply = await get(port, '/scrape?info_hash=abc');
      assert.equal(textOf(reply['failure reason']), 'info_hash must have 20 bytes');
    });
  });
}
