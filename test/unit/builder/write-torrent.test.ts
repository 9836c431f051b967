import assert from 'node:assert/strict';
import { once } from 'node:events';
import { lstat, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { BuilderError } from '../../../src/builder/hashing/errors.ts';
import { writeTorrentFile } from '../../../src/builder/write-torrent.ts';
import { makeTempFolder } from '../../support/temp-folder.ts';

const bytes = Buffer.from('d4:infodee');

function hasCode(code: string): (error: unknown) => boolean {
  return (error) => error instanceof BuilderError && error.code === code;
}

describe('writeTorrentFile', () => {
  it('writes the file and leaves nothing beside it', async (test) => {
    const folder = await makeTempFolder(test);
    await writeTorrentFile(join(folder, 'x.torrent'), bytes);
    assert.deepEqual(await readFile(join(folder, 'x.torrent')), bytes);
    assert.deepEqual(await readdir(folder), ['x.torrent']);
  });

  it('overwrites only when told to', async (test) => {
    const folder = await makeTempFolder(test);
    const path = join(folder, 'x.torrent');
    await writeFile(path, 'old');
    await assert.rejects(writeTorrentFile(path, bytes), hasCode('ERR_OUTPUT_EXISTS'));
    assert.equal(await readFile(path, 'utf8'), 'old');
    await writeTorrentFile(path, bytes, { overwrite: true });
    assert.deepEqual(await readFile(path), bytes);
    assert.deepEqual(await readdir(folder), ['x.torrent']);
  });

  it('says that the folder is missing, and never replaces a folder', async (test) => {
    const folder = await makeTempFolder(test);
    await assert.rejects(
      writeTorrentFile(join(folder, 'no/x.torrent'), bytes),
      (error) => hasCode('ERR_OUTPUT')(error) && /folder .* does not exist/.test(String(error)),
    );
    await mkdir(join(folder, 'taken'));
    await assert.rejects(
      writeTorrentFile(join(folder, 'taken'), bytes, { overwrite: true }),
      hasCode('ERR_OUTPUT'),
    );
    assert.deepEqual(await readdir(folder), ['taken']);
  });

  it('writes names that are as long as the file system takes, in any script', async (test) => {
    const folder = await makeTempFolder(test);
    for (const name of [`${'x'.repeat(247)}.torrent`, `${'\u6f22'.repeat(82)}.torrent`]) {
      await writeTorrentFile(join(folder, name), bytes);
      await writeTorrentFile(join(folder, name), bytes, { overwrite: true });
      assert.ok((await readdir(folder)).includes(name));
    }
    assert.equal((await readdir(folder)).length, 2);
  });

  it('takes the place of files only', async (test) => {
    const folder = await makeTempFolder(test);
    const path = join(folder, 'socket');
    const server = createServer().listen(path);
    test.after(() => server.close());
    await once(server, 'listening');
    await assert.rejects(writeTorrentFile(path, bytes, { overwrite: true }), hasCode('ERR_OUTPUT'));
    assert.ok((await lstat(path)).isSocket());
    assert.deepEqual(await readdir(folder), ['socket']);
  });

  it('says why when the system refuses', async () => {
    await assert.rejects(
      writeTorrentFile('/proc/x.torrent', bytes), // where nobody can write, root included
      hasCode('ERR_OUTPUT'),
    );
  });

  it('says so when the folder is a file', async (test) => {
    const folder = await makeTempFolder(test);
    await writeFile(join(folder, 'file'), '');
    await assert.rejects(writeTorrentFile(join(folder, 'file', 'x.torrent'), bytes), hasCode('ERR_OUTPUT'));
  });
});
