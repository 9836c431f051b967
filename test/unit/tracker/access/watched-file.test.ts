import assert from 'node:assert/strict';
import {
  appendFile,
  mkdir,
  readFile,
  rename,
  rm,
  symlink,
  truncate,
  unlink,
  writeFile,
} from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { AccessFileError } from '../../../../src/tracker/access/access-file-error.ts';
import { WatchedFile, type WatchedFileOptions } from '../../../../src/tracker/access/watched-file.ts';
import { eventually } from '../../../support/eventually.ts';
import { makeTempFolder } from '../../../support/temp-folder.ts';

/** A watched file, what it was read as, and what was logged. */
class Watched {
  readonly path: string;
  readonly contents: string[] = [];
  readonly logged: string[] = [];
  readonly file: WatchedFile<string>;
  readonly folder: string;

  constructor(t: TestContext, folder: string, options: Partial<WatchedFileOptions<string>> = {}) {
    this.folder = folder;
    this.path = join(folder, 'list.txt');
    const log = (_object: unknown, message: string): void => void this.logged.push(message);
    this.file = new WatchedFile({
      path: this.path,
      read: (path) => readFile(path, 'utf8'),
      use: (content) => this.contents.push(content),
      logger: { info: log, warn: log } as never, // the two that are used
      pollMs: 50,
      settleMs: 10,
      ...options,
    });
    t.after(() => this.file.stop());
  }

  /** Waits until this was read last. */
  async reads(content: string): Promise<void> {
    await eventually(
      `"${content}" to be read, not "${this.contents.at(-1)}"`,
      () => this.contents.at(-1) === content,
      {
        intervalMs: 5,
      },
    );
  }
}

async function watched(t: TestContext, options: Partial<WatchedFileOptions<string>> = {}): Promise<Watched> {
  const one = new Watched(t, await makeTempFolder(t), options);
  await writeFile(one.path, 'first');
  await one.file.start();
  return one;
}

describe('a watched file', () => {
  it('is read at the start', async (t) => {
    assert.deepEqual((await watched(t)).contents, ['first']);
  });

  it('is an error when it is missing at the start, or is a folder', async (t) => {
    const missing = new Watched(t, await makeTempFolder(t));
    await assert.rejects(missing.file.start(), (error: Error) => {
      assert.ok(error instanceof AccessFileError);
      assert.equal(error.message, `the access list ${missing.path} does not exist`);
      return true;
    });
    const folder = new Watched(t, await makeTempFolder(t));
    await mkdir(folder.path);
    await assert.rejects(folder.file.start(), /is a folder/);
    const lost = new Watched(t, join(await makeTempFolder(t), 'nowhere'));
    await assert.rejects(lost.file.start(), /does not exist/);
  });

  for (const [how, options] of [
    ['told by the system', { pollMs: 600_000 }],
    ['found by looking', { settleMs: 10 }],
  ] as const)
    it(`is read again when it is written, appended to, or replaced by renaming, ${how}`, async (t) => {
      const one = await watched(t, options);
      await writeFile(one.path, 'second');
      await one.reads('second');
      await appendFile(one.path, ' and more');
      await one.reads('second and more');
      await writeFile(join(one.folder, 'new'), 'third');
      await rename(join(one.folder, 'new'), one.path);
      await one.reads('third');
      await writeFile(one.path, 'fourth');
      await one.reads('fourth');
    });

  it('is read again when a link in its place points elsewhere', async (t) => {
    const folder = await makeTempFolder(t);
    await writeFile(join(folder, 'one'), 'one');
    await writeFile(join(folder, 'two'), 'two');
    const one = new Watched(t, folder);
    await symlink('one', one.path);
    await one.file.start();
    await symlink('two', join(folder, 'new'));
    await rename(join(folder, 'new'), one.path);
    await one.reads('two');
  });

  it('keeps what it last said when it vanishes, logs it once, and is read again when it is back', async (t) => {
    const one = await watched(t);
    await unlink(one.path);
    await eventually('the trouble', () => one.file.trouble !== undefined);
    assert.match(one.file.trouble ?? '', /does not exist/);
    let looks = 0;
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setInterval(() => ++looks > 5 && resolve(), 20);
    await promise; // several more looks
    clearInterval(timer);
    assert.deepEqual(one.contents, ['first']);
    assert.deepEqual(one.logged, ['an access list cannot be read: what it last said holds']);
    await writeFile(one.path, 'back');
    await one.reads('back');
    assert.equal(one.file.trouble, undefined);
    assert.equal(one.logged.at(-1), 'an access list can be read again');
  });

  it('is not read as empty while it is about to be filled', async (t) => {
    const one = await watched(t, { settleMs: 1_000 });
    await truncate(one.path);
    await new Promise((resolve) => setImmediate(resolve));
    await writeFile(one.path, 'full');
    await one.reads('full');
    assert.deepEqual(one.contents, ['first', 'full']);
  });

  it('is read as empty when it stays so', async (t) => {
    const one = await watched(t);
    await truncate(one.path);
    await one.reads('');
  });

  it('is read once more when it changes while it is read', async (t) => {
    let during: (() => Promise<void>) | undefined;
    const one = await watched(t, {
      read: async (path) => {
        const content = await readFile(path, 'utf8');
        await during?.();
        return content;
      },
    });
    during = async () => {
      during = undefined;
      await writeFile(one.path, 'third, and longer');
    };
    await writeFile(one.path, 'second');
    await one.reads('third, and longer');
    assert.deepEqual(one.contents, ['first', 'third, and longer'], 'half of a change is not used');
  });

  it('with content that cannot be used is read again only when it changes', async (t) => {
    let reads = 0;
    const one = await watched(t, {
      read: async (path) => {
        reads++;
        const content = await readFile(path, 'utf8');
        if (content === 'bad') throw new AccessFileError('too much');
        return content;
      },
    });
    await writeFile(one.path, 'bad');
    await eventually('the trouble', () => one.file.trouble === 'too much');
    const before = reads;
    let looks = 0;
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setInterval(() => ++looks > 8 && resolve(), 20);
    await promise;
    clearInterval(timer);
    assert.equal(reads, before);
    await writeFile(one.path, 'good');
    await one.reads('good');
  });

  it('goes on being looked at when its folder is made anew', async (t) => {
    const folder = join(await makeTempFolder(t), 'lists');
    await mkdir(folder);
    const one = new Watched(t, folder);
    await writeFile(one.path, 'first');
    await one.file.start();
    await rm(folder, { recursive: true });
    await eventually('the trouble', () => one.file.trouble !== undefined);
    await mkdir(folder);
    await writeFile(one.path, 'again');
    await one.reads('again');
  });
});
