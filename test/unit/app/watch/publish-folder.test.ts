import assert from 'node:assert/strict';
import { appendFile, mkdir, open, rename, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { pino } from 'pino';
import {
  PublishedElsewhere,
  PublishFolder,
  type WatchedTorrent,
} from '../../../../src/app/watch/publish-folder.ts';
import { infoHashFromHex, infoHashToHex } from '../../../../src/bittorrent/info-hash.ts';
import { ManualClock } from '../../../support/seeder-clock.ts';
import { makeTempFolder } from '../../../support/temp-folder.ts';

interface Watched {
  readonly folder: string;
  readonly clock: ManualClock;
  readonly torrents: WatchedTorrent[];
  readonly told: string[];
  /** Publishing these names fails. */
  readonly bad: Set<string>;
  /** Looks once, after so many seconds, and waits until what is ready is published. */
  look(afterSeconds?: number): Promise<void>;
  change(name: string, change: Partial<WatchedTorrent>): void;
}

/** A folder that settles within ten seconds, and a list in the place of a catalogue. */
async function watched(t: TestContext): Promise<Watched> {
  const folder = await makeTempFolder(t);
  const clock = new ManualClock();
  const torrents: WatchedTorrent[] = [];
  const told: string[] = [];
  const bad = new Set<string>();
  const elsewhere = infoHashFromHex('cd'.repeat(20));
  let made = 0;
  const nameOf = (infoHash: Uint8Array): string | undefined =>
    torrents.find((torrent) => torrent.infoHash === infoHash)?.name;
  const watch = new PublishFolder({
    folder,
    settleMs: 10_000,
    nowMs: () => clock.nowMs(),
    torrents: () => torrents,
    publish: async (path) => {
      const name = basename(path);
      told.push(`publish ${name}`);
      if (name === 'double') throw new PublishedElsewhere(elsewhere, '/other/double');
      if (bad.has(name)) throw new Error('it is bad');
      const infoHash = infoHashFromHex((++made).toString(16).padStart(40, '0'));
      const facts = { isFailed: false, isMissing: false, isFetched: false, addedAtSeconds: 0 };
      torrents.push({ infoHash, name, ...facts });
      return infoHash;
    },
    isPublished: (infoHash) => elsewhere === infoHash,
    recheck: (infoHash) => void told.push(`recheck ${nameOf(infoHash)}`),
    remove: async (infoHash) => {
      told.push(`remove ${nameOf(infoHash)} ${Number.parseInt(infoHashToHex(infoHash), 16)}`);
      const at = torrents.findIndex((torrent) => torrent.infoHash === infoHash);
      torrents.splice(at, 1);
    },
    logger: pino({ level: 'silent' }),
  });
  return {
    folder,
    clock,
    torrents,
    told,
    bad,
    async look(afterSeconds = 0) {
      clock.advance(1000 * afterSeconds);
      await watch.look(t.signal);
      await watch.published();
    },
    change(name, change) {
      const at = torrents.findIndex((torrent) => torrent.name === name);
      torrents[at] = { ...(torrents[at] as WatchedTorrent), ...change };
    },
  };
}

describe('a folder whose contents are published', () => {
  it('a file is published when it has been the same for long enough, once', async (t) => {
    const { folder, told, look } = await watched(t);
    await writeFile(join(folder, 'film.mkv'), 'a');
    await look();
    await look(9);
    assert.deepEqual(told, []);
    await appendFile(join(folder, 'film.mkv'), 'b');
    await look(5);
    await look(9);
    assert.deepEqual(told, []);
    await look(1);
    assert.deepEqual(told, ['publish film.mkv']);
    await look(100);
    assert.deepEqual(told, ['publish film.mkv']);
  });

  it('a folder grows as long as any file in it does', async (t) => {
    const { folder, told, look } = await watched(t);
    await mkdir(join(folder, 'album/cd1'), { recursive: true });
    await look();
    await look(20);
    assert.deepEqual(told, [], 'there is nothing in it yet');
    await writeFile(join(folder, 'album/cd1/one.flac'), 'a');
    await look(1);
    await writeFile(join(folder, 'album/cd1/two.flac'), 'a');
    await look(10);
    await writeFile(join(folder, 'album/cd1/two.flac.part'), 'a');
    await look(10);
    await look(10);
    assert.deepEqual(told, [], 'a part is being fetched');
    await rm(join(folder, 'album/cd1/two.flac.part'));
    await look(10);
    await look(10);
    assert.deepEqual(told, ['publish album']);
  });

  it('what is unfinished, hidden, empty, a link or nothing to publish is passed over', async (t) => {
    const { folder, told, look } = await watched(t);
    const names = ['a.part', 'b.crdownload', 'c~', '.d', 'Thumbs.db', 'e.tmp', 'f.iso', 'f.iso.aria2'];
    for (const name of names) await writeFile(join(folder, name), 'x');
    await writeFile(join(folder, 'empty'), '');
    await symlink('/etc/hostname', join(folder, 'link'));
    await look();
    await look(10);
    assert.deepEqual(told, []);
    await rm(join(folder, 'f.iso.aria2'));
    await rename(join(folder, 'a.part'), join(folder, 'a'));
    await look(1);
    await look(10);
    assert.deepEqual(told.toSorted(), ['publish a', 'publish f.iso']);
  });

  it('a file that is open for writing is not taken', { skip: process.platform !== 'linux' }, async (t) => {
    const { folder, told, look } = await watched(t);
    const file = await open(join(folder, 'film.mkv'), 'w');
    try {
      await file.write('a');
      await look();
      await look(10);
      assert.deepEqual(told, []);
    } finally {
      await file.close();
    }
    await look(1);
    assert.deepEqual(told, ['publish film.mkv']);
  });

  it('what is removed is published no more', async (t) => {
    const { folder, told, look } = await watched(t);
    for (const name of ['a', 'b']) await writeFile(join(folder, name), 'x');
    await look();
    await look(10);
    await rm(join(folder, 'a'));
    told.length = 0;
    await look(1);
    assert.equal(told.length, 1);
    assert.match(told[0] ?? '', /^remove a/);
  });

  it('a folder that is empty since long before is that of a disk which is not mounted: nothing is removed', async (t) => {
    const { folder, told, look, change } = await watched(t);
    await writeFile(join(folder, 'a'), 'x');
    await look();
    await look(10);
    await rm(join(folder, 'a'));
    await utimes(folder, 1_000_000, 1_000_000);
    change('a', { addedAtSeconds: 1_000_001, isFailed: true, isMissing: true });
    told.length = 0;
    await look(1);
    assert.deepEqual(told, []);
  });

  it('a folder that is missing is an error, and nothing is removed', async (t) => {
    const { folder, told, look } = await watched(t);
    await writeFile(join(folder, 'a'), 'x');
    await look();
    await look(10);
    await rename(folder, `${folder}-away`);
    told.length = 0;
    await assert.rejects(look(1), { code: 'ENOENT' });
    assert.deepEqual(told, []);
    await rename(`${folder}-away`, folder);
  });

  it('what has changed is published anew when it is quiet, and takes the place of the old', async (t) => {
    const { folder, told, look, change } = await watched(t);
    await writeFile(join(folder, 'a'), 'x');
    await look();
    await look(10);
    told.length = 0;
    await writeFile(join(folder, 'a'), 'another');
    change('a', { isFailed: true });
    await look(1);
    await look(5);
    assert.deepEqual(told, []);
    await look(5);
    assert.deepEqual(told, ['publish a', 'remove a 1']);
  });

  it('what was missing and is back is looked at again, not published anew', async (t) => {
    const { folder, told, look, change } = await watched(t);
    await writeFile(join(folder, 'a'), 'x');
    await look();
    await look(10);
    told.length = 0;
    change('a', { isFailed: true, isMissing: true });
    await look(1);
    await look(10);
    assert.deepEqual(told, ['recheck a']);
  });

  it('what is being fetched into the folder is left alone', async (t) => {
    const { folder, told, look, torrents } = await watched(t);
    await writeFile(join(folder, 'a'), 'x');
    const facts = { isFailed: true, isMissing: false, isFetched: true, addedAtSeconds: 0 };
    for (const name of ['a', 'b'])
      torrents.push({ infoHash: infoHashFromHex('ab'.repeat(20)), name, ...facts });
    await look();
    await look(10);
    assert.deepEqual(told, []);
  });

  it('what is published from another place already is hashed once, and left there', async (t) => {
    const { folder, told, look } = await watched(t);
    await writeFile(join(folder, 'double'), 'x');
    await look();
    for (let hour = 0; hour < 5; hour++) await look(3600);
    assert.deepEqual(told, ['publish double']);
  });

  it('what cannot be published is tried again more and more seldom, and at once when it changes', async (t) => {
    const { folder, told, look, bad } = await watched(t);
    bad.add('a');
    for (const name of ['a', 'b']) await writeFile(join(folder, name), 'x');
    await look();
    for (let second = 0; second < 600; second += 10) await look(10);
    const tries = told.filter((line) => line === 'publish a').length;
    assert.ok(tries >= 3 && tries <= 5, `${tries} tries in ten minutes`);
    assert.equal(told.filter((line) => line === 'publish b').length, 1, 'another is not in its way');
    await appendFile(join(folder, 'a'), 'y');
    bad.delete('a');
    told.length = 0;
    await look(1);
    await look(10);
    assert.deepEqual(told, ['publish a']);
  });
});
