import assert from 'node:assert/strict';
import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { type OpenedFile, OpenFiles, READ_FLAGS } from '../../../../src/seeder/disk/open-files.ts';
import { eventually } from '../../../support/eventually.ts';
import { FaultyDisk } from '../../../support/faulty-disk.ts';
import { makeTempFolder } from '../../../support/temp-folder.ts';

/** A disk that writes down what is opened and closed, by the names of files. */
class WatchedDisk extends FaultyDisk {
  readonly log: string[] = [];
  readonly #names = new Map<number, string>();

  override open(path: string, flags: number, callback: Parameters<FaultyDisk['open']>[2]): void {
    super.open(path, flags, (error, fd) => {
      const name = path.slice(-1);
      this.log.push(error === null ? `open ${name}` : `${error.code} ${name}`);
      if (error === null) this.#names.set(fd, name);
      callback(error, fd);
    });
  }

  override close(fd: number, callback: Parameters<FaultyDisk['close']>[1]): void {
    this.log.push(`close ${this.#names.get(fd)}`);
    super.close(fd, callback);
  }
}

/** Files `a` to `e`, of which at most so many stay open. */
async function fixture(t: TestContext, bound: number) {
  const folder = await makeTempFolder(t);
  for (const name of 'abcde') await writeFile(join(folder, name), name);
  const disk = new WatchedDisk();
  const files = new OpenFiles(bound, READ_FLAGS, disk);
  t.after(() => files.close());
  const acquire = (name: string): Promise<OpenedFile> =>
    new Promise((resolve, reject) =>
      files.acquire(join(folder, name), (error, file) =>
        file === undefined ? reject(error) : resolve(file),
      ),
    );
  const release = (name: string, file: OpenedFile): void => files.release(join(folder, name), file);
  const use = async (...names: readonly string[]): Promise<void> => {
    for (const name of names) release(name, await acquire(name));
  };
  return { folder, disk, files, acquire, release, use };
}

test('a file that is open is not opened again', async (t) => {
  const { disk, files, use } = await fixture(t, 3);
  await use('a', 'b', 'a', 'a', 'b');
  assert.deepEqual(disk.log, ['open a', 'open b']);
  assert.equal(files.size, 2);
});

test('the file that was not used for longest makes room, not the one that was opened first', async (t) => {
  const { disk, files, use } = await fixture(t, 3);
  await use('a', 'b', 'c');
  await use('a');
  await use('d');
  assert.deepEqual(disk.log, ['open a', 'open b', 'open c', 'close b', 'open d']);
  await use('c', 'e');
  assert.deepEqual(disk.log.slice(5), ['close a', 'open e']);
  assert.equal(files.size, 3);
  await use('d', 'c', 'e');
  assert.equal(disk.log.length, 7, 'all three are open yet');
});

test('a file in use is not closed, however long ago it was asked for; those that are idle are', async (t) => {
  const { disk, files, acquire, release, use } = await fixture(t, 2);
  const a = await acquire('a');
  await use('b', 'c', 'd');
  assert.deepEqual(disk.log, ['open a', 'open b', 'close b', 'open c', 'close c', 'open d']);
  const [b, e] = [await acquire('b'), await acquire('e')];
  assert.equal(files.size, 3, 'more than the bound while all are in use');
  release('a', a);
  assert.equal(disk.log.at(-1), 'close a');
  release('b', b);
  release('e', e);
  assert.equal(files.size, 2);
});

test('those who ask while it is being opened share one opening, and all have to give it back', async (t) => {
  const { disk, files, acquire, release, use } = await fixture(t, 1);
  disk.fault = (operation) => (operation === 'open' ? 'hold' : undefined);
  const both = Promise.all([acquire('a'), acquire('a')]);
  await eventually('it is being opened', () => disk.heldCount === 1);
  disk.fault = () => undefined;
  disk.answer();
  const [one, other] = await both;
  assert.equal(one, other);
  await use('b');
  release('a', one);
  assert.ok(!disk.log.includes('close a'), 'the other reads it yet');
  release('a', other);
  await use('c');
  assert.ok(disk.log.includes('close a'));
  assert.equal(files.size, 1);
});

test('without descriptors the idle ones are given up, and it is tried once more', async (t) => {
  const { disk, files, acquire, use } = await fixture(t, 5);
  await use('a', 'b');
  let isFull = true;
  disk.fault = (operation) => {
    if (operation !== 'open' || !isFull) return undefined;
    isFull = false;
    return 'EMFILE';
  };
  await use('c');
  assert.deepEqual(disk.log, ['open a', 'open b', 'EMFILE c', 'close a', 'close b', 'open c']);
  disk.fault = (operation) => (operation === 'open' ? 'EMFILE' : undefined);
  await assert.rejects(acquire('d'), { code: 'EMFILE' });
  assert.equal(files.size, 0);
});

test('a path that is forgotten is opened anew, and what was lent of it closes when it comes back', async (t) => {
  const { folder, disk, files, acquire, release } = await fixture(t, 3);
  const before = await acquire('a');
  await rename(join(folder, 'b'), join(folder, 'a'));
  files.forget(join(folder, 'a'));
  const after = await acquire('a');
  assert.notEqual(after.fd, before.fd);
  assert.deepEqual(disk.log, ['open a', 'open a']);
  release('a', before);
  assert.deepEqual(disk.log.slice(2), ['close a']);
  release('a', after);
  assert.equal(files.size, 1);
  files.close();
  assert.equal(disk.log.length, 4);
});

test('one that cannot be opened takes no place', async (t) => {
  const { files, acquire, use } = await fixture(t, 1);
  await use('a');
  await assert.rejects(acquire('x'), { code: 'ENOENT' });
  assert.ok(files.size <= 1);
  await use('a', 'b');
  assert.equal(files.size, 1);
});
