import assert from 'node:assert/strict';
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { HashPool } from '../../../../src/builder/hashing/pool.ts';
import { systemDisk } from '../../../../src/seeder/disk/disk.ts';
import { storedFiles } from '../../../../src/seeder/disk/storage-layout.ts';
import { type MirrorPlan, planMirror, runMirrorCheck } from '../../../../src/seeder/torrents/mirror-check.ts';
import type { ResumeRecord } from '../../../../src/seeder/torrents/resume.ts';
import { makeTorrentFixture } from '../../../support/seeded-torrent.ts';
import { makeTempFolder } from '../../../support/temp-folder.ts';

const LENGTH = 100_000;
const OCCUPIED = { code: 'ERR_TARGET_OCCUPIED' };

interface Place {
  /** The file of the torrent. */
  readonly path: string;
  plan(remembered?: ResumeRecord): Promise<MirrorPlan>;
  run(plan: MirrorPlan): Promise<ResumeRecord>;
}

async function makePlace(t: TestContext): Promise<Place> {
  const { metainfo } = await makeTorrentFixture(t, { content: { 'a.bin': LENGTH } });
  const dataPath = join(await makeTempFolder(t), 'sample');
  await mkdir(dataPath);
  const pool = new HashPool({ threads: 1 });
  t.after(() => pool.stop());
  const mirrored = { metainfo, dataPath, files: storedFiles(metainfo.info, dataPath) };
  const options = { pool, signal: new AbortController().signal, disk: systemDisk, onProgress: () => {} };
  return {
    path: join(dataPath, 'a.bin'),
    plan: (remembered) => planMirror({ ...mirrored, hasBegun: false }, remembered),
    run: (plan) => runMirrorCheck(mirrored, plan, options),
  };
}

test('a file that comes after the places were looked at is left alone', async (t) => {
  const { path, plan, run } = await makePlace(t);
  const early = await plan();
  await writeFile(path, 'my diary');
  await assert.rejects(run(early), OCCUPIED);
  assert.equal(await readFile(path, 'utf8'), 'my diary');
});

test('so is one that is written to after that', async (t) => {
  const { path, plan, run } = await makePlace(t);
  await writeFile(path, '');
  const early = await plan();
  await writeFile(path, 'my diary');
  await assert.rejects(run(early), OCCUPIED);
  assert.equal(await readFile(path, 'utf8'), 'my diary');
});

test('so is one that has taken the place of ours', async (t) => {
  const { path, plan, run } = await makePlace(t);
  const record = await run(await plan());
  await writeFile(path, 'my diary');
  await assert.rejects(plan(record).then(run), OCCUPIED);
  assert.equal(await readFile(path, 'utf8'), 'my diary');
});

test('what holds nothing is taken, whatever its file system says of holes', async (t) => {
  const { path, plan, run } = await makePlace(t);
  await writeFile(path, Buffer.alloc(5000));
  await run(await plan());
  assert.equal((await stat(path)).size, LENGTH);
  const foreign = await makePlace(t);
  await writeFile(foreign.path, 'x'.repeat(5000));
  const { found, ...rest } = await foreign.plan();
  assert.deepEqual(rest.strangers, [0]);
  assert.equal(found[0]?.isHollow, false);
});
