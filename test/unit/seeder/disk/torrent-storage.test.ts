import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, rm, truncate, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { OpenFiles } from '../../../../src/seeder/disk/open-files.ts';
import { type StoredFile, spansOf } from '../../../../src/seeder/disk/storage-layout.ts';
import { TorrentStorage } from '../../../../src/seeder/disk/torrent-storage.ts';
import type { SeederError } from '../../../../src/seeder/errors.ts';
import { stampFiles } from '../../../../src/seeder/torrents/file-stamps.ts';
import { type CleanupOwner, cleanup } from '../../../support/scope.ts';
import { makeTempFolder } from '../../../support/temp-folder.ts';

const LENGTHS = [100, 0, 50, 1, 0, 0, 1000];
const PADDING = 2;

interface Fixture {
  readonly storage: TorrentStorage;
  readonly openFiles: OpenFiles;
  readonly data: Buffer;
  readonly files: readonly StoredFile[];
}

/** Files of the lengths above; the third is padding. */
async function makeStorage(owner: CleanupOwner, bound = 10): Promise<Fixture> {
  const folder = await makeTempFolder(owner);
  await mkdir(join(folder, 'd'));
  const files: StoredFile[] = [];
  const parts: Buffer[] = [];
  let offset = 0;
  for (const [index, length] of LENGTHS.entries()) {
    const isPadding = index === PADDING;
    const path = join(folder, 'd', `file${index}`);
    const bytes = Buffer.alloc(length, isPadding ? 0 : index + 1);
    if (!isPadding) await writeFile(path, bytes);
    files.push({ path, length, offset, isPadding });
    parts.push(bytes);
    offset += length;
  }
  const openFiles = new OpenFiles(bound);
  cleanup(owner, () => openFiles.close());
  const storage = new TorrentStorage({ files, length: offset, pieceLength: 64, openFiles });
  return { storage, openFiles, data: Buffer.concat(parts), files };
}

function read(storage: TorrentStorage, offset: number, length: number): Promise<Buffer | SeederError> {
  const buffer = Buffer.alloc(length, 0xee);
  return new Promise((resolve) => storage.read(buffer, offset, length, (error) => resolve(error ?? buffer)));
}

test('reads any part of the data, across files, empty files and padding', async (t) => {
  const { storage, data } = await makeStorage(t);
  for (const [from, to] of [
    [0, 1151],
    [0, 1],
    [99, 101],
    [100, 150],
    [149, 152],
    [151, 1151],
    [1150, 1151],
  ] as const)
    assert.deepEqual(await read(storage, from, to - from), data.subarray(from, to), `${from} to ${to}`);
});

test('leaves out what a part does not touch', async (t) => {
  const { files } = await makeStorage(t);
  const names = (offset: number, length: number): number[] =>
    spansOf(files, offset, length).map(({ index }) => index);
  assert.deepEqual(names(0, 100), [0]);
  assert.deepEqual(names(100, 50), [2]);
  assert.deepEqual(names(99, 53), [0, 2, 3, 6]);
  assert.deepEqual(names(1151, 10), []);
});

test('names the file that is missing', async (t) => {
  const { storage, files } = await makeStorage(t);
  const path = files[6]?.path ?? '';
  await rm(path);
  const error = await read(storage, 0, 1151);
  assert.ok(error instanceof Error && error.code === 'ERR_STORAGE_MISSING' && error.path === path);
});

test('names the file that is shorter, before and after it was opened', async (t) => {
  const { storage, files } = await makeStorage(t);
  const path = files[6]?.path ?? '';
  await read(storage, 151, 10);
  await truncate(path, 500);
  for (let round = 0; round < 2; round++) {
    const error = await read(storage, 151, 1000);
    assert.ok(error instanceof Error && error.code === 'ERR_STORAGE_CHANGED' && error.path === path);
  }
});

test('a pipe in the place of a file is an error, and holds nobody up', {
  skip: process.platform === 'win32',
}, async (t) => {
  const { storage, files } = await makeStorage(t);
  const path = files[0]?.path ?? '';
  await rm(path);
  await promisify(execFile)('mkfifo', [path]);
  const error = (await Promise.race([
    read(storage, 0, 100),
    delay(5000, 'it hangs', { ref: false }),
  ])) as SeederError;
  await writeFile(path, '', { flag: 'r+' }); // lets go of a reader that waits
  assert.equal(error.code, 'ERR_STORAGE_CHANGED', String(error));
});

test('a file that was changed after its check is not read from', async (t) => {
  const { storage, files } = await makeStorage(t);
  storage.setStamps(files.map(({ length }) => ({ size: length, mtimeNs: 5n })));
  const error = await read(storage, 0, 10);
  assert.ok(error instanceof Error && error.code === 'ERR_STORAGE_CHANGED');
  await utimes(files[0]?.path ?? '', 1, 1);
  storage.setStamps(files.map(({ length }) => ({ size: length, mtimeNs: 1_000_000_000n })));
  assert.ok(Buffer.isBuffer(await read(storage, 0, 10)));
});

test('keeps no more files open than it may', async (t) => {
  const { storage, openFiles, data } = await makeStorage(t, 1);
  for (let round = 0; round < 5; round++) assert.deepEqual(await read(storage, 0, 1151), data);
  assert.ok(openFiles.size <= 2, `${openFiles.size} are open`);
  const all = await Promise.all(Array.from({ length: 20 }, () => read(storage, 0, 1151)));
  for (const bytes of all) assert.deepEqual(bytes, data);
});

test('a closed storage holds no file open and is read from no more until it was checked', async (t) => {
  const { storage, openFiles, data, files } = await makeStorage(t);
  const underway = read(storage, 0, 1151);
  storage.close();
  await underway;
  assert.equal(openFiles.size, 0);
  const error = await read(storage, 0, 10);
  assert.ok(error instanceof Error && error.code === 'ERR_STOPPED');
  await utimes(files[0]?.path ?? '', 1, 1);
  storage.setStamps(files.map(({ length }) => ({ size: length, mtimeNs: 1_000_000_000n })));
  assert.deepEqual(await read(storage, 0, 100), data.subarray(0, 100));
});

function readFile(storage: TorrentStorage, index: number, start: number, length: number) {
  const buffer = Buffer.alloc(length, 0xee);
  return new Promise<Buffer | SeederError>((resolve) =>
    storage.readFile(buffer, { index, start, length }, (error) => resolve(error ?? buffer)),
  );
}

test('reads a part of one file, wherever that lies in the torrent', async (t) => {
  const { storage } = await makeStorage(t);
  assert.deepEqual(await readFile(storage, 6, 999, 1), Buffer.from([7]));
  assert.deepEqual(await readFile(storage, 0, 0, 100), Buffer.alloc(100, 1));
  assert.throws(
    () => storage.readFile(Buffer.alloc(2), { index: 6, start: 999, length: 2 }, () => {}),
    RangeError,
  );
  assert.throws(
    () => storage.readFile(Buffer.alloc(2), { index: 7, start: 0, length: 0 }, () => {}),
    RangeError,
  );
});

test('a part of a file that was changed while it is open is an error', async (t) => {
  const { storage, files } = await makeStorage(t);
  storage.setStamps(await stampFiles(files));
  assert.ok((await readFile(storage, 0, 0, 10)) instanceof Buffer);
  await utimes((files[0] as StoredFile).path, 1, 1);
  const result = await readFile(storage, 0, 0, 10);
  assert.equal((result as SeederError).code, 'ERR_STORAGE_CHANGED');
});
