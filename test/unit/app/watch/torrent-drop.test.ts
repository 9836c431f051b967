import assert from 'node:assert/strict';
import { mkdir, readdir, symlink, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { pino } from 'pino';
import { CatalogueError } from '../../../../src/api/catalogue-error.ts';
import { TorrentDrop } from '../../../../src/app/watch/torrent-drop.ts';
import { parseMetainfo } from '../../../../src/bittorrent/metainfo/parse.ts';
import { makeTorrentFixture } from '../../../support/seeded-torrent.ts';
import { ManualClock } from '../../../support/seeder-clock.ts';
import { makeTempFolder } from '../../../support/temp-folder.ts';

interface Dropped {
  readonly folder: string;
  readonly taken: string[];
  readonly logged: string[];
  /** What a link ends with; unset: it is mirrored. */
  failure: Error | undefined;
  look(afterSeconds?: number): Promise<void>;
  names(): Promise<string[]>;
}

async function dropFolder(t: TestContext): Promise<Dropped> {
  const folder = await makeTempFolder(t);
  const clock = new ManualClock();
  const logged: string[] = [];
  const taken: string[] = [];
  const logger = pino({ level: 'info' }, { write: (line: string) => void logged.push(line) });
  const drop = new TorrentDrop({
    folder,
    settleMs: 10_000,
    nowMs: () => clock.nowMs(),
    mirror: async (source) => {
      if (typeof source !== 'string') taken.push(parseMetainfo(source).info.name);
      else if (dropped.failure !== undefined) throw dropped.failure;
      else taken.push(source);
    },
    logger,
  });
  const dropped: Dropped = {
    folder,
    taken,
    logged,
    failure: undefined,
    async look(afterSeconds = 0) {
      clock.advance(1000 * afterSeconds);
      await drop.look(t.signal);
      await drop.taken();
    },
    names: async () => (await readdir(folder)).toSorted(),
  };
  return dropped;
}

const LINK = `magnet:?xt=urn:btih:${'ab'.repeat(20)}&tr=http%3A%2F%2Ft.example%2Fsecret%2Fannounce`;

describe('a folder of torrents to be mirrored', () => {
  it('takes a .torrent file and a link when they are quiet, and names them .added', async (t) => {
    const { folder, taken, look, names, logged } = await dropFolder(t);
    const { torrent } = await makeTorrentFixture(t);
    await writeFile(join(folder, 'a.torrent'), torrent);
    await writeFile(join(folder, 'B.MAGNET'), `${LINK}\n`);
    await writeFile(join(folder, 'readme.txt'), 'x');
    await look();
    assert.deepEqual(taken, []);
    await look(10);
    assert.deepEqual(taken.toSorted(), [LINK, 'sample']);
    assert.deepEqual(await names(), ['B.MAGNET.added', 'a.torrent.added', 'readme.txt']);
    await look(100);
    assert.equal(taken.length, 2);
    assert.ok(!logged.join('').includes('secret'), 'no link stands in the log');
  });

  it('names what is none .invalid, tells why, and takes it no more', async (t) => {
    const { folder, look, names, logged } = await dropFolder(t);
    await writeFile(join(folder, 'bad.torrent'), 'hello');
    await writeFile(join(folder, 'bad.magnet'), 'see http://example.org/x');
    await writeFile(join(folder, 'large.magnet'), '');
    await truncate(join(folder, 'large.magnet'), 100_000);
    await look();
    await look(10);
    assert.deepEqual(await names(), ['bad.magnet.invalid', 'bad.torrent.invalid', 'large.magnet.invalid']);
    assert.equal(logged.length, 3);
    await look(100);
    assert.equal(logged.length, 3);
  });

  it('writes over no other file when it renames', async (t) => {
    const { folder, look, names } = await dropFolder(t);
    for (const name of ['a.torrent.added', 'a.torrent.added.1']) await writeFile(join(folder, name), 'x');
    await writeFile(join(folder, 'a.torrent'), (await makeTorrentFixture(t)).torrent);
    await look();
    await look(10);
    assert.deepEqual(await names(), ['a.torrent.added', 'a.torrent.added.1', 'a.torrent.added.2']);
  });

  it('tries again what fails for another reason, more and more seldom, and tells it once', async (t) => {
    const dropped = await dropFolder(t);
    dropped.failure = new CatalogueError('ERR_SOURCE', 'no peer gave the metadata');
    await writeFile(join(dropped.folder, 'a.magnet'), LINK);
    await dropped.look();
    for (let minute = 0; minute < 10; minute++) await dropped.look(60);
    assert.deepEqual(await dropped.names(), ['a.magnet']);
    assert.equal(dropped.logged.length, 1);
    dropped.failure = undefined;
    await dropped.look(3600);
    assert.deepEqual(await dropped.names(), ['a.magnet.added']);
  });

  it('follows no links and takes no folders', async (t) => {
    const { folder, look, names, taken } = await dropFolder(t);
    const elsewhere = join(await makeTempFolder(t), 'x.torrent');
    await writeFile(elsewhere, (await makeTorrentFixture(t)).torrent);
    await symlink(elsewhere, join(folder, 'x.torrent'));
    await mkdir(join(folder, 'y.torrent'));
    await look();
    await look(10);
    assert.deepEqual([await names(), taken], [['x.torrent', 'y.torrent'], []]);
  });
});
