import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { encodeUdpAnnounce } from '../../../src/bittorrent/udp-request.ts';
import type { AnnounceRule } from '../../../src/tracker/announce-rule.ts';
import { query, RawClient, startFast, startRouter } from './http/http-fixture.ts';
import { infoHash } from './tracker-fixture.ts';
import { announceOf, startUdp, UdpClient } from './udp/udp-fixture.ts';

const passkey = 'Abcdefgh_1234567-';

/** What a rule of the core saw: the protocol, and who asked. */
function spy(): { readonly rule: AnnounceRule; readonly seen: (string | undefined)[][] } {
  const seen: (string | undefined)[][] = [];
  const rule: AnnounceRule = {
    refusalOf(_request, { protocol, passkey: given, source }) {
      seen.push([protocol, given, source.join('.')]);
      return undefined;
    },
    scrapeRefusalOf({ protocol, passkey: given }) {
      seen.push([protocol, given]);
      return undefined;
    },
  };
  return { rule, seen };
}

async function get(port: number, path: string, headers: Record<string, string> = {}): Promise<number> {
  const response = await fetch(`http://127.0.0.1:${port}${path}`, { headers });
  await response.arrayBuffer();
  return response.status;
}

for (const [name, start] of [
  ['the fast path', startFast],
  ['the Express router', startRouter],
] as const)
  describe(`passkeys by ${name}`, () => {
    it('reach the rules with announces and scrapes', async (t: TestContext) => {
      const { rule, seen } = spy();
      const { port } = await start(t, { core: { rules: [rule] } });
      for (const path of [`/announce/${passkey}?${query()}`, `/announce?${query()}`])
        assert.equal(await get(port, path), 200);
      for (const path of [`/scrape/${passkey}?info_hash=${'%01'.repeat(20)}`, '/scrape'])
        assert.equal(await get(port, path), 200);
      assert.deepEqual(seen, [
        ['http', passkey, '127.0.0.1'],
        ['http', undefined, '127.0.0.1'],
        ['http', passkey],
        ['http', undefined],
      ]);
    });

    it('reach the rules from behind a trusted proxy', async (t: TestContext) => {
      const { rule, seen } = spy();
      const { port } = await start(t, {
        core: { rules: [rule] },
        server: { trustedProxies: ['127.0.0.1'] },
      });
      await get(port, `/announce/${passkey}?${query()}`, { 'X-Forwarded-For': '198.51.100.7' });
      assert.deepEqual(seen, [['http', passkey, '198.51.100.7']]);
    });

    it('are ignored by a public tracker', async (t: TestContext) => {
      const { port, core } = await start(t);
      assert.equal(await get(port, `/announce/${passkey}?${query()}`), 200);
      assert.equal(core.stats().peers4, 1);
    });
  });

describe('paths that are none of ours', () => {
  for (const path of [
    '/announce/',
    '/announce/short',
    `/announce/${'a'.repeat(65)}`,
    `/announce/${passkey}/`,
    `/announce/${passkey}%61`,
    `/announce/%41bcdefgh_1234567-`,
    `/${passkey}/announce`,
  ])
    it(`are not found: ${path}`, async (t) => {
      const { port, core } = await startRouter(t);
      assert.equal(await get(port, `${path}?${query()}`), 404);
      const fast = await startFast(t);
      await get(fast.port, `${path}?${query()}`);
      assert.deepEqual([fast.server.counters().handedOver, fast.core.stats().peers4], [1, 0]);
      assert.equal(core.stats().peers4, 0);
    });

  it('takes a passkey that comes byte by byte', async (t) => {
    const { port, core } = await startFast(t);
    const client = new RawClient(t, port);
    for (const letter of `GET /announce/${passkey}`) await client.send(letter);
    await client.send(`?${query()} HTTP/1.1\r\nHost: t\r\n\r\n`);
    assert.match(await client.until((text) => text.includes('8:complete')), /^HTTP\/1\.1 200 OK/);
    assert.equal(core.stats().peers4, 1);
  });
});

describe('passkeys over UDP (BEP 41)', () => {
  for (const [urlData, expected] of [
    [`/announce/${passkey}`, passkey],
    [`/announce/${passkey}?x=y`, passkey],
    ['/announce', undefined],
    ['', undefined],
    ['/somewhere', undefined],
    [`/announce/${passkey}/${'x'.repeat(300)}`, undefined],
  ] as const)
    it(`are read from ${JSON.stringify(urlData.slice(0, 40))}`, async (t) => {
      const { rule, seen } = spy();
      const { port } = await startUdp(t, { core: { rules: [rule] } });
      const client = await new UdpClient(t, port).connect();
      const reply = await client.ask(encodeUdpAnnounce(client.head(), announceOf(), urlData));
      assert.equal(reply.kind, 'announce');
      assert.deepEqual(seen, [['udp', expected, '127.0.0.1']]);
    });

  it('cannot come with a scrape, which says by what protocol it came', async (t) => {
    const { rule, seen } = spy();
    const { port } = await startUdp(t, { core: { rules: [rule] } });
    const client = await new UdpClient(t, port).connect();
    assert.equal((await client.scrape([infoHash(1)])).kind, 'scrape');
    assert.deepEqual(seen, [['udp', undefined]]);
  });
});
