import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import type { TorrentView } from '../../../src/api/torrent-view.ts';
import { infoHashToHex } from '../../../src/bittorrent/info-hash.ts';
import { startTestApi } from '../../support/api-client.ts';
import { eventually } from '../../support/eventually.ts';
import { peerAnswer, startFixedTracker } from '../../support/fixed-tracker.ts';
import { mountDisk, NO_MOUNT, remount } from '../../support/mounted.ts';
import { makeTorrentFixture, seedFixture } from '../../support/seeded-torrent.ts';
import { makeTempFolder } from '../../support/temp-folder.ts';

const CONTENT = 4 << 20;

/** A torrent that a seed has, which our server mirrors into the folders that it is told; its state there. */
async function mirroring(t: TestContext) {
  const { call } = await startTestApi(t);
  const add = async (content: number, target: string) => {
    let port = 0;
    const tracker = await startFixedTracker(t, (...exchange) => peerAnswer(port)(...exchange));
    const fixture = await makeTorrentFixture(t, { content, announceTiers: [[tracker.url]] });
    ({ port } = await seedFixture(t, fixture));
    const torrent = Buffer.from(fixture.torrent).toString('base64');
    assert.equal((await call('POST', '/torrents', { torrent, target })).status, 201);
    const path = `/torrents/${infoHashToHex(fixture.metainfo.infoHash)}`;
    const view = async (): Promise<TorrentView> => (await call<TorrentView>('GET', path)).body;
    return {
      fixture,
      view,
      start: () => call('PATCH', path, { state: 'started' }),
      becomes: (state: string) =>
        eventually(`the state ${state}`, async () => (await view()).state === state),
    };
  };
  return { add };
}

describe('the target of a mirror', () => {
  it('on a file system that is read-only fails the torrent with the reason, and no other; it goes on when it is writable', async (t) => {
    const target = await mountDisk(t, 'ro');
    if (target === undefined) return t.skip(NO_MOUNT);
    const { add } = await mirroring(t);
    const mirror = await add(CONTENT, target);
    await mirror.becomes('failed');
    const { reason } = await mirror.view();
    assert.equal(reason, `${join(target, 'sample.part')} cannot be written to (EROFS)`);
    assert.deepEqual(await readdir(target), []);
    const other = await add(300_000, await makeTempFolder(t));
    await other.becomes('seeding');
    assert.equal((await mirror.view()).state, 'failed');
    await remount(target, 'rw');
    await mirror.start();
    await mirror.becomes('seeding');
    assert.deepEqual(await readFile(join(target, 'sample')), mirror.fixture.data);
  });

  it('on a disk that is full fails the torrent before anything is written, and no other; it goes on when there is room', async (t) => {
    const target = await mountDisk(t, 'size=2m');
    if (target === undefined) return t.skip(NO_MOUNT);
    const { add } = await mirroring(t);
    const mirror = await add(CONTENT, target);
    await mirror.becomes('failed');
    const { reason } = await mirror.view();
    assert.equal(
      reason,
      `the disk of ${target} has ${2 << 20} bytes left, and the torrent needs ${CONTENT} more`,
    );
    assert.deepEqual(await readdir(target), []);
    const other = await add(300_000, await makeTempFolder(t));
    await other.becomes('seeding');
    await remount(target, 'size=16m');
    await mirror.start();
    await mirror.becomes('seeding');
    assert.deepEqual(await readFile(join(target, 'sample')), mirror.fixture.data);
  });
});
