import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { pino } from 'pino';
import { encodeUdpAnnounce } from '../../../../src/bittorrent/udp-request.ts';
import { TrackerUdpServer } from '../../../../src/tracker/udp/server.ts';
import { infoHash } from '../tracker-fixture.ts';
import { announceOf, UdpClient } from '../udp/udp-fixture.ts';
import { connectWs, startWs } from '../ws/ws-fixture.ts';
import { PrivateFixture, passkeyOf } from './private-fixture.ts';

describe('a private tracker over WebSocket', () => {
  it('takes the passkey from the path, refuses others, and counts', async (t) => {
    const fixture = new PrivateFixture();
    const { port } = await startWs(t, { core: fixture.core });
    const stranger = await connectWs(t, port);
    assert.match(await stranger.refused({ event: 'started' }), /needs your passkey/);
    const client = await connectWs(t, port, `/announce/${passkeyOf(1)}`);
    await client.announce({ event: 'started' });
    fixture.now += 60;
    await client.announce({ uploaded: 5_000 });
    assert.equal(fixture.counted()[0], 5_000);
    assert.equal((await client.scrape())[0]?.incomplete, 1);
  });
});

describe('a private tracker over UDP', () => {
  it('takes the passkey from the URL data, refuses others and scrapes, and counts', async (t) => {
    const fixture = new PrivateFixture();
    const server = new TrackerUdpServer({
      core: fixture.core,
      host: '127.0.0.1',
      port: 0,
      key: new Uint8Array(16),
      logger: pino({ level: 'silent' }),
    });
    const { port } = await server.start();
    t.after(() => server.stop());
    const client = await new UdpClient(t, port).connect();
    const announce = (uploaded: number, path: string) =>
      client.ask(encodeUdpAnnounce(client.head(), announceOf({ uploaded }), path));
    const refused = await announce(0, '/announce');
    assert.match(refused.kind === 'error' ? refused.failure : '', /needs your passkey/);
    assert.equal((await announce(0, `/announce/${passkeyOf(1)}`)).kind, 'announce');
    fixture.now += 60;
    assert.equal((await announce(7_000, `/announce/${passkeyOf(1)}?x=y`)).kind, 'announce');
    assert.equal(fixture.counted()[0], 7_000);
    const scraped = await client.scrape([infoHash(1)]);
    assert.match(scraped.kind === 'error' ? scraped.failure : '', /use HTTP/);
  });
});
