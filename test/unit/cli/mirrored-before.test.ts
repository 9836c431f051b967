import assert from 'node:assert/strict';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { infoHashToHex } from '../../../src/bittorrent/info-hash.ts';
import { startTestApp } from '../../support/app.ts';
import { eventually } from '../../support/eventually.ts';
import { runCommandHere } from '../../support/run-command.ts';
import { makeTorrentFixture } from '../../support/seeded-torrent.ts';
import { makeTempFolder } from '../../support/temp-folder.ts';

/** A mirror that has everything: what lies in its folder is all of it. */
async function mirrored(t: TestContext) {
  const app = await startTestApp(t);
  const { torrent, data, metainfo } = await makeTorrentFixture(t);
  const folder = await makeTempFolder(t);
  const source = join(await makeTempFolder(t), 'it.torrent');
  await writeFile(source, torrent);
  const dataPath = join(folder, metainfo.info.name);
  await writeFile(dataPath, data);
  const run = (...args: string[]) => runCommandHere(t, [...args, '--data-dir', app.dataDir]);
  const first = await run('mirror', source, '--to', folder);
  assert.equal(first.code, 0, first.stderr);
  const seed = () => app.catalogue.require(metainfo.infoHash).seed;
  await eventually('seeding', () => seed()?.state === 'seeding');
  return { run, source, folder, dataPath, seed, hash: infoHashToHex(metainfo.infoHash) };
}

describe('a torrent that is mirrored', () => {
  it('is not said to be mirrored to another folder', async (t) => {
    const { run, source, folder, dataPath, seed } = await mirrored(t);
    const again = await run('mirror', source, '--to', await makeTempFolder(t));
    assert.equal(again.code, 1);
    assert.equal(again.stdout, '');
    assert.match(again.stderr, /is here already, at .*, and stays as it is: seedbed move [0-9a-f]{8} FOLDER/);
    assert.equal(seed()?.dataPath, dataPath);
    assert.equal((await run('mirror', source, '--to', folder)).code, 0, 'the same folder');
  });

  it('is not said to be good by a recheck that finds nothing', async (t) => {
    const { run, hash, dataPath, seed } = await mirrored(t);
    const good = await run('recheck', hash);
    assert.deepEqual([good.code, good.stdout.includes('not here')], [0, false], good.stderr);
    await rm(dataPath);
    const lost = await run('recheck', hash);
    const count = seed()?.metainfo.info.pieceCount;
    assert.equal(lost.stdout, `${hash}: 0 pieces passed, 0 failed, ${count} not here\n`);
    assert.equal(lost.code, 1);
  });
});
