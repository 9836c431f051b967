import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readServerUrl } from '../../../src/api/server-file.ts';
import { lookAtOwn } from '../../../src/cli/doctor/own/look-at-own.ts';
import { requireServer } from '../../../src/cli/server-client.ts';
import { makeFileTorrent, startTestApp } from '../../support/app.ts';

describe('the commands of this machine', () => {
  for (const proxyProtocol of [['127.0.0.1'], ['0.0.0.0/0', '::/0']])
    it(`reach a server that expects PROXY headers from ${proxyProtocol}`, async (t) => {
      const app = await startTestApp(t, { proxyProtocol, database: 'memory' });
      await assert.rejects(fetch(`${app.url}/livez`), 'the HTTP port still wants the header');
      const client = await requireServer(app.dataDir);
      const { torrent, path, resume } = await makeFileTorrent(t);
      const { infoHash } = await client.publish({ torrent, dataPath: path, resume });
      assert.deepEqual(
        (await client.list()).map((listed) => listed.infoHash),
        [infoHash],
      );
      const { server } = await lookAtOwn({
        client,
        dataDir: app.dataDir,
        infoHash: undefined,
        timeoutMs: 2_000,
        userAgent: 'test',
        signal: AbortSignal.timeout(30_000),
      });
      assert.ok(server?.localPeerPort, 'the doctor announces itself');
      await app.stop();
      await assert.rejects(fetch(client.url), 'the port of the commands is closed too');
    });

  it('use the HTTP port where nobody is to send a PROXY header', async (t) => {
    const app = await startTestApp(t, { database: 'memory' });
    assert.equal(await readServerUrl(app.dataDir), app.url);
  });
});
