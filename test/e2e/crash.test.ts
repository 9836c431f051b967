import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import { aria2 } from '../support/clients/aria2.ts';
import { libtorrent } from '../support/clients/libtorrent.ts';
import { checksums, writeRandomFile } from '../support/data.ts';
import { eventually } from '../support/eventually.ts';
import { readablePeers, storedCompleted } from '../support/readable-peers.ts';
import { Scope } from '../support/scope.ts';
import { scrape } from '../support/scrape.ts';
import { type Published, publish, type RunningSeedbed, startSeedbed } from '../support/seedbed.ts';
import { makeTempFolder } from '../support/temp-folder.ts';
import { requireTool } from '../support/tools.ts';

const fileBytes = 60_000_000;
const deadlineMs = 120_000;
/** What SIGTERM may take. */
const stopMs = 5_000;

describe('a server that ends in mid-swarm', { timeout: 10 * 60_000 }, () => {
  const files = new Scope();
  let scope = new Scope();
  let originals = '';
  let expected: Record<string, string> = {};
  let server: RunningSeedbed;
  let published: Published;

  before(async () => {
    originals = await makeTempFolder(files);
    await writeRandomFile(join(originals, 'data.bin'), fileBytes);
    expected = await checksums(join(originals, 'data.bin'));
  });
  after(() => files.end());
  beforeEach(async () => {
    scope = new Scope();
    const dataDir = join(await makeTempFolder(scope), 'data');
    server = await startSeedbed(scope, { dataDir });
    published = await publish(dataDir, join(originals, 'data.bin'));
  });
  afterEach(() => scope.end());

  /** Starts the server again with the same folder and ports. */
  async function startAgain(): Promise<void> {
    const { dataDir, httpPort, peerPort } = server;
    server = await startSeedbed(scope, { dataDir, httpPort, peerPort });
  }

  /** One client that has all and stays, and one that is held in the middle; all that the tracker heard is in the database. */
  async function fillSwarm() {
    const torrent = published.torrentPath;
    const folder = await makeTempFolder(scope);
    const seeder = await libtorrent.start(scope, { torrent, folder, address: '127.0.0.2' });
    await seeder.finished(deadlineMs);
    const slowFolder = await makeTempFolder(scope);
    const slow = { torrent, folder: slowFolder, address: '127.0.0.3', downloadLimitKiB: 4_000 };
    const leecher = await aria2.start(scope, slow);
    await leecher.reached(0.1, deadlineMs);
    await eventually('both peers and the completed count to be in the database', () => {
      const peers = readablePeers(server.dataDir, published.infoHash);
      return peers.length === 2 && storedCompleted(server.dataDir, published.infoHash) === 1;
    });
    return { seeder, leecher, slowFolder };
  }

  /** Downloads the file with a client that knows only our server's seed node, as a proof that it serves. */
  async function downloadAgain(address: string): Promise<void> {
    const folder = await makeTempFolder(scope);
    const fresh = await libtorrent.start(scope, { torrent: published.torrentPath, folder, address });
    await fresh.finished(deadlineMs);
    assert.deepEqual(await checksums(join(folder, 'data.bin')), expected);
  }

  it('kill -9: swarms and counts are as before, the clients finish, and the seed node seeds on', async (t) => {
    if (requireTool(t, 'aria2c') === undefined || requireTool(t, 'libtorrent') === undefined) return;
    const { seeder, leecher, slowFolder } = await fillSwarm();
    const counts = await scrape(server.origin, published.infoHash);
    assert.deepEqual(counts, { complete: 2, incomplete: 1, downloaded: 1 });
    server.process.kill('SIGKILL');
    await server.process.waitForExit();
    await startAgain();
    // Our own seed counts again once its data is found unchanged.
    await eventually('the counts of before', async () => {
      const now = await scrape(server.origin, published.infoHash);
      return now.complete === 2 && now.incomplete === 1 && now.downloaded === 1;
    });
    await leecher.finished(deadlineMs);
    assert.deepEqual(await checksums(join(slowFolder, 'data.bin')), expected);
    await Promise.all([seeder.stop(), leecher.stop()]);
    await downloadAgain('127.0.0.4');
  });

  it('SIGTERM: exit code 0 within 5 s in mid-transfer, and nothing is lost', async (t) => {
    if (requireTool(t, 'aria2c') === undefined || requireTool(t, 'libtorrent') === undefined) return;
    await fillSwarm();
    const counts = await scrape(server.origin, published.infoHash);
    server.process.kill('SIGTERM');
    assert.deepEqual(await server.process.waitForExit(stopMs), { code: 0, signal: null });
    await startAgain();
    await eventually('the counts of before', async () => {
      const now = await scrape(server.origin, published.infoHash);
      return (
        now.complete === counts.complete &&
        now.incomplete === counts.incomplete &&
        now.downloaded === counts.downloaded
      );
    });
  });

  it('SIGTERM right after publishing: exit code 0 within 5 s', async () => {
    server.process.kill('SIGTERM');
    assert.deepEqual(await server.process.waitForExit(stopMs), { code: 0, signal: null });
  });
});
