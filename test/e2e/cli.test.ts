import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, open, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, it, type TestContext } from 'node:test';
import { writeRandomFile } from '../support/data.ts';
import { startProcess } from '../support/processes.ts';
import { projectRoot } from '../support/source-tree.ts';
import { makeTempFolder } from '../support/temp-folder.ts';

interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const PROGRAM = join(projectRoot, 'src/cli/seedbed.ts');

/** Runs `seedbed` to its end, with a data folder of its own and free ports. */
async function seedbed(t: TestContext, args: readonly string[], folder: string): Promise<Outcome> {
  const env = {
    SEEDBED_DATA_DIR: join(folder, 'data'),
    SEEDBED_HOST: '127.0.0.1',
    SEEDBED_HTTP_PORT: '0',
    SEEDBED_PEER_PORT: '0',
  };
  const child = startProcess(t, process.execPath, [PROGRAM, ...args], { env, cwd: folder, name: 'seedbed' });
  const { code } = await child.waitForExit();
  return { code, stdout: child.stdout, stderr: child.stderr };
}

/** Runs `seedbed` with its output going to somebody who has closed it. */
async function seedbedUnread(args: readonly string[]): Promise<Outcome> {
  const child = spawn(process.execPath, [PROGRAM, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  child.stdout.destroy();
  const [stderr, [code]] = await Promise.all([text(child.stderr), once(child, 'exit')]);
  return { code, stdout: '', stderr };
}

describe('seedbed, unread', () => {
  for (const args of [['--help'], ['show', `magnet:?xt=urn:btih:${'ab'.repeat(20)}`]])
    it(`ends as it would have: ${args[0]}`, async () => {
      const { code, stderr } = await seedbedUnread(args);
      assert.equal(code, 0, stderr);
      assert.equal(stderr, '');
    });
});

describe('seedbed, writing to a full disk', {
  skip: !existsSync('/dev/full') && 'there is no /dev/full',
}, () => {
  it('says so in one line', async () => {
    await using full = await open('/dev/full', 'w');
    const args = [PROGRAM, 'show', `magnet:?xt=urn:btih:${'ab'.repeat(20)}`];
    const child = spawn(process.execPath, args, { stdio: ['ignore', full.fd, 'pipe'] });
    assert.ok(child.stderr);
    const [stderr, [code]] = await Promise.all([text(child.stderr), once(child, 'exit')]);
    assert.equal(code, 1);
    assert.match(stderr, /^seedbed: standard output cannot be written: .*no space.*\n$/);
  });
});

describe('seedbed, used wrongly', () => {
  for (const [args, code, complaint] of [
    [['publsh', 'x'], 2, /unknown command 'publsh'[\s\S]*publish/],
    [['publish', 'none.bin'], 1, /none\.bin does not exist/],
    [['serve', '--data-dir', 'file.bin'], 1, /file\.bin cannot be used: it is no folder/],
  ] as const) {
    it(`says what is wrong with: ${args.join(' ')}`, async (t) => {
      const folder = await makeTempFolder(t);
      await writeRandomFile(join(folder, 'file.bin'), 40_000);
      const outcome = await seedbed(t, args, folder);
      assert.equal(outcome.code, code, outcome.stderr);
      assert.match(outcome.stderr, complaint);
      assert.doesNotMatch(outcome.stderr, /\n\s+at /, 'no stack');
      assert.equal(outcome.stdout, '');
    });
  }
});

describe('seedbed', () => {
  it('explains itself', async (t) => {
    const { code, stdout } = await seedbed(t, ['serve', '--help'], await makeTempFolder(t));
    assert.equal(code, 0);
    assert.match(stdout, /^Usage: seedbed serve[\s\S]*\nExamples:\n {2}seedbed serve\n/);
  });

  it('shows merged settings and their origins, and does not start', async (t) => {
    const folder = await makeTempFolder(t);
    await writeFile(join(folder, 'my.toml'), 'interval = 900\n');
    const { code, stdout } = await seedbed(
      t,
      ['serve', '--config', 'my.toml', '--open', '--print-config'],
      folder,
    );
    assert.equal(code, 0);
    assert.match(stdout, /^interval = 900 +# file$/m);
    assert.match(stdout, /^open = true +# flag$/m);
    assert.match(stdout, /^http-port = 0 +# environment$/m);
  });

  it('lists nothing where nothing was published, and makes nothing', async (t) => {
    const folder = await makeTempFolder(t);
    const { code, stdout, stderr } = await seedbed(t, ['list'], folder);
    assert.deepEqual([code, stdout], [0, '']);
    assert.match(stderr, /Nothing is published yet/);
    await assert.rejects(readFile(join(folder, 'data')), { code: 'ENOENT' });
  });

  it('shows a torrent as text and as JSON, with control characters taken out of the text', async (t) => {
    const folder = await makeTempFolder(t);
    await mkdir(join(folder, 'album'));
    await writeRandomFile(join(folder, 'album', 'one.bin'), 40_000);
    const { createTorrent } = await import('../../src/builder/create-torrent.ts');
    const { torrent, metainfo } = await createTorrent(join(folder, 'album'), {
      comment: 'a\u001b[31mb',
      isPrivate: true,
    });
    await writeFile(join(folder, 'album.torrent'), torrent);
    const text = await seedbed(t, ['show', 'album.torrent'], folder);
    assert.match(text.stdout, /Private: +yes/);
    assert.match(text.stdout, /^ +39\.1 KiB {2}album\/\n +39\.1 KiB {4}one\.bin$/m);
    assert.ok(!text.stdout.includes('\u001b'));
    const json = JSON.parse((await seedbed(t, ['show', '--json', 'album.torrent'], folder)).stdout);
    assert.equal(json.infoHash, Buffer.from(metainfo.infoHash).toString('hex'));
    assert.deepEqual(json.files, [{ path: 'album/one.bin', lengthBytes: 40_000 }]);
  });
});
