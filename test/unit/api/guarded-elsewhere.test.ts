import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import type { Added, MirrorPlace, Publication } from '../../../src/api/catalogue-types.ts';
import { Overview } from '../../../src/api/overview.ts';
import { becomeMirror } from '../../../src/api/pending/become-mirror.ts';
import { PendingMagnet } from '../../../src/api/pending/pending-magnet.ts';
import { pendingRow } from '../../../src/api/pending/pending-row.ts';
import { infoHashFromHex, infoHashToHex } from '../../../src/bittorrent/info-hash.ts';
import type { PendingMagnetRow } from '../../../src/persistence/persistence.ts';
import { startTestApp } from '../../support/app.ts';
import { eventually } from '../../support/eventually.ts';
import { makeTorrentFixture } from '../../support/seeded-torrent.ts';
import { makeTempFolder } from '../../support/temp-folder.ts';

const FOREIGN = 'http://127.0.0.1:9/secret-passkey/announce';

describe('a private torrent that trackers of others guard', () => {
  it('is shown to the operator alone, and our tracker knows nothing of it', async (t) => {
    const fixture = await makeTorrentFixture(t, { isPrivate: true, announceTiers: [[FOREIGN]] });
    const key = infoHashToHex(fixture.metainfo.infoHash);
    const app = await startTestApp(t, {});
    const token = (await readFile(join(app.dataDir, 'api-token'), 'utf8')).trim();
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    const torrent = Buffer.from(fixture.torrent).toString('base64');
    const body = JSON.stringify({ torrent, target: await makeTempFolder(t) });
    const added = await fetch(`${app.url}/api/v1/torrents`, { method: 'POST', headers, body });
    const { magnet } = (await added.json()) as { magnet: string };
    assert.match(magnet, /secret-passkey/);
    for (const path of ['', `torrents/${key}`, `torrents/${key}.torrent`]) {
      const page = await (await fetch(`${app.url}/${path}`)).text();
      assert.doesNotMatch(page, new RegExp(`secret-passkey|${key}`), path);
    }
    await eventually('the torrent is fetched', async () => {
      const shown = await fetch(`${app.url}/api/v1/torrents/${key}`, { headers });
      return ((await shown.json()) as { state: string }).state === 'downloading';
    });
    const scrape = `${app.url}/scrape?info_hash=${encodeHash(key)}`;
    assert.match(await (await fetch(scrape)).text(), /completei0e.*incompletei0e/);
  });

  it('has no peers but those of its trackers, and none at all is no torrent', async (t) => {
    const { torrent } = await fixtureOf(t);
    const mirrors: (MirrorPlace | undefined)[] = [];
    const catalogue = {
      get: () => undefined,
      overview: new Overview(new Map(), () => assert.fail('nothing is published')),
      add: async ({ mirror }: Publication) => {
        mirrors.push(mirror);
        return {} as Added; // nobody looks at it
      },
    };
    const link = `magnet:?xt=urn:btih:${'0'.repeat(40)}&x.pe=192.0.2.1:6881`;
    const becomes = (text: string): Promise<Added> =>
      becomeMirror(new PendingMagnet(rowOf(text)), torrent, catalogue);
    await becomes(`${link}&tr=${encodeURIComponent(FOREIGN)}`);
    assert.deepEqual(mirrors[0]?.peers, []);
    await assert.rejects(becomes(link), { code: 'ERR_SOURCE', message: /private/ });
    assert.equal(mirrors.length, 1);
  });
});

function rowOf(link: string): PendingMagnetRow {
  const infoHash = infoHashFromHex('0'.repeat(40));
  return pendingRow({ link, target: '/srv', isPaused: false, preferences: {}, limits: {} }, infoHash, 0);
}

function fixtureOf(t: TestContext): ReturnType<typeof makeTorrentFixture> {
  return makeTorrentFixture(t, { isPrivate: true });
}

function encodeHash(hex: string): string {
  return hex.replace(/../g, '%$&');
}
