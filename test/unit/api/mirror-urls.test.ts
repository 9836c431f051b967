import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { createServer, type RequestListener } from 'node:http';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import type { UrlBounds } from '../../../src/api/mirror-source.ts';
import { startTestApi } from '../../support/api-client.ts';
import { eventually } from '../../support/eventually.ts';
import { FakePeer } from '../../support/fake-peer.ts';
import { listenOn } from '../../support/listen-on.ts';
import { cleanup } from '../../support/scope.ts';
import { makeTorrentFixture } from '../../support/seeded-torrent.ts';
import { makeTempFolder } from '../../support/temp-folder.ts';

const FIVE_GIGABYTES = 5_000_000_000;

/** A web server that answers as it likes; the connections that are open. */
async function webServer(t: TestContext, answer: RequestListener) {
  const server = createServer(answer);
  const port = await listenOn(server, '127.0.0.1');
  cleanup(t, () => {
    server.close();
    server.closeAllConnections();
  });
  const open = (): Promise<number> =>
    new Promise((resolve, reject) =>
      server.getConnections((error, count) => (error === null ? resolve(count) : reject(error))),
    );
  return { server, url: `http://127.0.0.1:${port}/film.torrent?passkey=secret`, open };
}

/** A server that seeds a torrent; `assertUnharmed` holds that this is all that it has, and is served. */
async function seeding(t: TestContext, urlBounds: UrlBounds) {
  const { app, call } = await startTestApi(t, {}, { urlBounds });
  const fixture = await makeTorrentFixture(t);
  const { infoHash } = fixture.metainfo;
  await app.catalogue.add({ torrent: fixture.torrent, dataPath: fixture.dataPath, resume: null });
  await eventually('seeding', () => app.catalogue.get(infoHash)?.seed?.state === 'seeding');
  const target = await makeTempFolder(t);
  const assertUnharmed = async (): Promise<void> => {
    assert.equal(app.catalogue.list().length, 1);
    assert.deepEqual(await readdir(target), []);
    assert.equal((await readdir(join(app.dataDir, 'torrents'))).length, 1);
    const peer = await FakePeer.download(t, app.peerPort, infoHash);
    peer.request(0, 0, 16_384);
    assert.deepEqual((await peer.next(7)).subarray(9), fixture.data.subarray(0, 16_384));
    peer.socket.destroy();
  };
  return { call, target, assertUnharmed };
}

describe('the URL of a .torrent file', () => {
  it('that sends gigabytes is left at the bound, whatever it says of its length', async (t) => {
    const { call, target, assertUnharmed } = await seeding(t, { maxBytes: 1 << 20, timeoutMs: 30_000 });
    for (const headers of [{ 'Content-Length': FIVE_GIGABYTES }, {}]) {
      let sent = 0;
      const { url, open } = await webServer(t, (_request, response) => {
        response.writeHead(200, headers);
        const more = (): void => {
          while (sent < FIVE_GIGABYTES && !response.destroyed) {
            sent += 65_536;
            if (!response.write(Buffer.alloc(65_536, 'd'))) break;
          }
        };
        response.on('drain', more).on('error', () => {});
        more();
      });
      const { status, body } = await call('POST', '/torrents', { source: url, target });
      assert.deepEqual([status, body.error.code], [422, 'ERR_SOURCE']);
      assert.equal(
        body.error.message,
        'the URL of the .torrent file: its answer is larger than 1048576 bytes',
      );
      await eventually('its connection is closed', async () => (await open()) === 0);
      assert.ok(sent < 100 << 20, `${sent} bytes were sent`);
      await assertUnharmed();
    }
  });

  it('that never answers, or stops in the middle, is left in the end; others are asked meanwhile', async (t) => {
    const { call, target, assertUnharmed } = await seeding(t, { maxBytes: 1 << 20, timeoutMs: 1500 });
    for (const begin of [
      () => {},
      ((_request, response) => response.write('d8:announce')) as RequestListener,
    ]) {
      const { server, url, open } = await webServer(t, begin);
      const asked = once(server, 'request');
      const answer = call('POST', '/torrents', { source: url, target });
      await Promise.race([asked, answer]);
      await assertUnharmed();
      const { status, body } = await answer;
      assert.deepEqual([status, body.error.code], [422, 'ERR_SOURCE']);
      assert.equal(body.error.message, 'the URL of the .torrent file: it did not answer within 1.5 seconds');
      await eventually('its connection is closed', async () => (await open()) === 0);
    }
    await assertUnharmed();
  });
});
