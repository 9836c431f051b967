import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { percentEncode } from '../../../src/bittorrent/query.ts';
import { startTestApp } from '../../support/app.ts';
import { scrape } from '../../support/scrape.ts';

const TORRENT = 'ab'.repeat(20);

/** One announce of a torrent that nobody registered; it must not be refused. */
async function announce(url: string, port: number, rest: string): Promise<void> {
  const id = percentEncode(Buffer.from(`-XX0001-${String(port).padStart(12, '0')}`));
  const infoHash = TORRENT.replace(/../g, '%$&');
  const response = await fetch(
    `${url}/announce?info_hash=${infoHash}&peer_id=${id}&port=${port}&uploaded=0&downloaded=9&compact=1&${rest}`,
  );
  assert.doesNotMatch(await response.text(), /failure/);
}

describe('an open tracker that starts again', () => {
  it('has the counts of completed downloads of torrents that nobody registered', async (t) => {
    const first = await startTestApp(t, { open: true });
    for (const port of [7001, 7002]) await announce(first.url, port, 'left=0&event=completed');
    await first.stop();
    const second = await startTestApp(t, { open: true, dataDir: first.dataDir });
    assert.deepEqual(await scrape(second.url, TORRENT), { complete: 2, incomplete: 0, downloaded: 2 });
  });

  it('has them also of swarms that had emptied, and goes on counting from there', async (t) => {
    const first = await startTestApp(t, { open: true });
    for (const port of [7001, 7002, 7003]) {
      await announce(first.url, port, 'left=0&event=completed');
      await announce(first.url, port, 'left=0&event=stopped');
    }
    assert.equal((await scrape(first.url, TORRENT)).downloaded, 3);
    await first.stop();
    const second = await startTestApp(t, { open: true, dataDir: first.dataDir });
    assert.deepEqual(await scrape(second.url, TORRENT), { complete: 0, incomplete: 0, downloaded: 3 });
    await announce(second.url, 7004, 'left=0&event=completed');
    assert.equal((await scrape(second.url, TORRENT)).downloaded, 4);
    await second.stop();
    const third = await startTestApp(t, { open: true, dataDir: first.dataDir });
    assert.equal((await scrape(third.url, TORRENT)).downloaded, 4);
  });
});
