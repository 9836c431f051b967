import assert from 'node:assert/strict';
import { mkdir, open, readFile, rename, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { Metainfo } from '../../../../src/bittorrent/metainfo/metainfo.ts';
import { HashPool } from '../../../../src/builder/hashing/pool.ts';
import { countBits } from '../../../../src/seeder/bits.ts';
import { systemDisk } from '../../../../src/seeder/disk/disk.ts';
import { FileSelection } from '../../../../src/seeder/torrents/file-selection.ts';
import { runMirrorCheck } from '../../../../src/seeder/torrents/mirror-check.ts';
import { type MirrorPlan, planMirror } from '../../../../src/seeder/torrents/mirror-plan.ts';
import { decodeResume, encodeResume, type ResumeRecord } from '../../../../src/seeder/torrents/resume.ts';
import { makeTorrentFixture } from '../../../support/seeded-torrent.ts';
import { makeTempFolder } from '../../../support/temp-folder.ts';

const LENGTH = 100_000;
const OCCUPIED = { code: 'ERR_TARGET_OCCUPIED' };

interface Place {
  /** The file of the torrent. */
  readonly path: string;
  readonly metainfo: Metainfo;
  readonly data: Buffer;
  plan(remembered?: ResumeRecord): Promise<MirrorPlan>;
  run(plan: MirrorPlan): Promise<ResumeRecord>;
}

async function makePlace(t: TestContext): Promise<Place> {
  const { metainfo, data } = await makeTorrentFixture(t, { content: { 'a.bin': LENGTH } });
  const dataPath = join(await makeTempFolder(t), 'sample');
  await mkdir(dataPath);
  const pool = new HashPool({ threads: 1 });
  t.after(() => pool.stop());
  const selection = new FileSelection(metainfo.info, []);
  const mirrored = {
    metainfo,
    dataPath,
    selection,
    hasBegun: false,
    usesPartNames: false,
    isAllocated: false,
  };
  const options = { pool, signal: new AbortController().signal, disk: systemDisk, onProgress: () => {} };
  return {
    path: join(dataPath, 'a.bin'),
    metainfo,
    data,
    plan: (remembered) => planMirror(mirrored, remembered),
    run: async (plan) => (await runMirrorCheck(mirrored, plan, options)).record,
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

test('so is one of the same length that has taken the place of ours', async (t) => {
  const { path, plan, run } = await makePlace(t);
  const record = await run(await plan());
  await writeFile(`${path}.new`, 'x'.repeat(LENGTH));
  await utimes(`${path}.new`, 1, 1); // a clock may give two files the same time
  await rename(`${path}.new`, path);
  await assert.rejects(plan(record).then(run), OCCUPIED);
  assert.equal(await readFile(path, 'utf8'), 'x'.repeat(LENGTH));
});

test('ours is known again though none of what was written to it since is good, and so is a copy of it', async (t) => {
  const { path, plan, run, data } = await makePlace(t);
  const record = await run(await plan());
  const handle = await open(path, 'r+');
  await handle.write('half a piece');
  await handle.utimes(2, 2);
  await handle.close();
  assert.equal(countBits((await plan(record).then(run)).bits), 0);
  await writeFile(path, data);
  await utimes(path, 4, 4);
  const written = await run(await plan(record));
  await writeFile(`${path}.copy`, data);
  await utimes(`${path}.copy`, 3, 3);
  await rename(`${path}.copy`, path);
  assert.equal(countBits((await plan(written).then(run)).bits), 4);
});

test('a record of an older version, without the numbers of files, is read', async (t) => {
  const { plan, run, metainfo } = await makePlace(t);
  const { bits, stamps } = await run(await plan());
  const older = encodeResume(metainfo, {
    bits,
    stamps: stamps.map(({ size, mtimeNs }) => ({ size, mtimeNs })),
  });
  assert.equal((await run(await plan(decodeResume(older, metainfo)))).stamps.length, 1);
  const read = decodeResume(encodeResume(metainfo, { bits, stamps }), metainfo);
  assert.deepEqual([read?.bits, read?.stamps], [bits, stamps]);
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
