import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventually } from '../../../../support/eventually.ts';
import { startFileServer } from '../../../../support/file-server.ts';
import { mirrorFromWeb, webSeedFixture } from '../../../../support/web-seeded.ts';

for (const host of ['127.0.0.1', 'localhost'])
  for (const kind of ['webSeeds', 'httpSeeds'] as const)
    test(`${kind} with a query of the torrent's at ${host} are not asked: it could be a command to a device`, async (t) => {
      const { fixture, files } = await webSeedFixture(t);
      const server = await startFileServer(t, files);
      const url = `http://${host}:${server.port}/setup.cgi?action=reboot`;
      const { node, torrent } = await mirrorFromWeb(t, fixture.metainfo, { [kind]: [url] });
      await eventually('it to be left', () => node.counters.webSourceFailures > 0);
      const [source] = torrent.webSources;
      assert.equal(source?.error?.code, 'ERR_UNREACHABLE');
      assert.match(source?.error?.message ?? '', /network that is not public/);
      assert.deepEqual(server.requests, []);
    });
