import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { startTestApp } from '../../support/app.ts';

type TestApp = Awaited<ReturnType<typeof startTestApp>>;

const TORRENT = 'info_hash=%01%01%01%01%01%01%01%01%01%01%01%01%01%01%01%01%01%01%01%01';

/** Announces as a client behind the proxy that the test is. Returns whether it was shed. */
async function isShed(app: TestApp, client: string, port: number): Promise<boolean> {
  const query = `${TORRENT}&peer_id=-XX0001-000000000001&port=${port}&uploaded=0&downloaded=0&left=1`;
  const response = await fetch(`${app.url}/announce?${query}`, { headers: { 'X-Forwarded-For': client } });
  return (await response.text()).includes('too many announces');
}

/** Announces until one is shed; undefined when none of many is. */
async function untilShed(app: TestApp, client: string): Promise<number | undefined> {
  for (let count = 1; count <= 200; count++) if (await isShed(app, client, count)) return count;
  return undefined;
}

describe('--announce-rate', () => {
  it('sheds what one address sends beyond it, and nobody else', async (t) => {
    const app = await startTestApp(t, { announceRate: 1, trustedProxies: ['127.0.0.1'], access: 'open' });
    const count = await untilShed(app, '203.0.113.5');
    assert.ok(count !== undefined && count > 20, `the burst was taken, and announce ${count} shed`);
    assert.equal(await isShed(app, '203.0.113.6', 1), false);
    assert.equal(await isShed(app, '192.168.1.6', 1), false);
  });

  it('sheds nothing at 0', async (t) => {
    const app = await startTestApp(t, { announceRate: 0, trustedProxies: ['127.0.0.1'], access: 'open' });
    assert.equal(await untilShed(app, '203.0.113.5'), undefined);
  });
});
