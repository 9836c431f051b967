import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { type InfoHash, infoHashToHex } from '../../src/bittorrent/info-hash.ts';
import { openTracker } from '../../src/seeder/tracker-client/open-tracker.ts';
import { startTestApp } from '../support/app.ts';
import { startOpentracker } from '../support/clients/opentracker.ts';
import { eventually } from '../support/eventually.ts';
import { runCommandHere } from '../support/run-command.ts';
import type { CleanupOwner } from '../support/scope.ts';
import { makeTorrentFixture, seedFixture } from '../support/seeded-torrent.ts';
import { makeTempFolder } from '../support/temp-folder.ts';
import { requireTool, type ToolName } from '../support/tools.ts';

/** A tracker of others, of which only the UDP port is named. */
interface UdpTracker {
  readonly name: string;
  readonly tool?: ToolName;
  readonly host: '127.0.0.1' | '::1';
  /** Starts it; it admits this torrent. Resolves with its UDP port. */
  start(owner: CleanupOwner, infoHash: InfoHash): Promise<number>;
}

const trackers: readonly UdpTracker[] = [
  {
    name: 'opentracker',
    tool: 'opentracker',
    host: '127.0.0.1',
    start: async (owner, infoHash) =>
      (await startOpentracker(owner, { infoHashes: [infoHashToHex(infoHash)] })).port,
  },
  ...(['127.0.0.1', '::1'] as const).map((host) => ({
    name: 'another Seedbed',
    host,
    start: async (owner: CleanupOwner) => (await startTestApp(owner, { open: true, host })).udpPort ?? 0,
  })),
];

describe('a mirror whose torrent names a UDP tracker and nothing else', { timeout: 120_000 }, () => {
  for (const { name, tool, host, start } of trackers)
    it(`connects to the seed that ${name} at ${host} names, and becomes a seeder there`, async (t) => {
      if (tool !== undefined && requireTool(t, tool) === undefined) return;
      const content = 3_000_000;
      const { metainfo } = await makeTorrentFixture(t, { content });
      const port = await start(t, metainfo.infoHash);
      const url = `udp://${host === '::1' ? '[::1]' : host}:${port}/announce`;
      const fixture = await makeTorrentFixture(t, { content, announceTiers: [[url]] });
      assert.deepEqual(fixture.metainfo.infoHash, metainfo.infoHash, 'the same data makes the same torrent');
      const seed = await seedFixture(t, fixture, { host });
      const seedTrackers = () => seed.node.trackers(seed.torrent.infoHash);
      await eventually('the tracker to know the seed', () => seedTrackers()[0]?.state === 'working');

      const app = await startTestApp(t, { host });
      const folder = await makeTempFolder(t);
      const torrent = join(await makeTempFolder(t), 'it.torrent');
      await writeFile(torrent, fixture.torrent);
      const run = (...args: string[]) => runCommandHere(t, [...args, '--data-dir', app.dataDir]);
      const { code, stderr } = await run('mirror', torrent, '--to', folder);
      assert.equal(code, 0, stderr);
      const mirror = app.catalogue.require(metainfo.infoHash).seed;
      await eventually('all of it', () => mirror?.state === 'seeding');
      assert.deepEqual(await readFile(join(folder, 'sample')), fixture.data);
      assert.equal(seed.torrent.uploadedBytes, content);
      const metrics = await (
        await fetch(`http://${url.slice(6, url.lastIndexOf(':'))}:${app.httpPort}/metrics`)
      ).text();
      assert.match(metrics, /^seedbed_seed_peers_found_total\{origin="tracker"\} [1-9]/m);
      assert.match(metrics, /^seedbed_seed_peers_found_total\{origin="pex"\} 0$/m);
      const asker = openTracker(url, { userAgent: 'Seedbed/test', timeoutMs: 20_000 });
      await eventually('two seeders at the tracker', async () => {
        const { reply } = await asker.scrape([metainfo.infoHash], new AbortController().signal);
        return 'swarms' in reply && reply.swarms[0]?.complete === 2;
      });
      const shown = await run('trackers', infoHashToHex(metainfo.infoHash));
      assert.ok(shown.stdout.includes(`udp://`) && shown.stdout.includes('working'), shown.stdout);
    });
});
