import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { OpenFiles, WRITE_FLAGS } from '../../../../src/seeder/disk/open-files.ts';
import { TorrentWriter } from '../../../../src/seeder/disk/torrent-writer.ts';
import { FaultyDisk } from '../../../support/faulty-disk.ts';
import { makeTempFolder } from '../../../support/temp-folder.ts';

/** A writer of one file of 100 bytes, whose first flush is lost. */
async function losingWriter(t: TestContext): Promise<{ writer: TorrentWriter; path: string }> {
  const path = join(await makeTempFolder(t), 'file');
  await writeFile(path, Buffer.alloc(100));
  let isBroken = true;
  const disk = new FaultyDisk();
  disk.fault = (operation) => {
    if (operation !== 'flush' || !isBroken) return undefined;
    isBroken = false;
    return 'EIO';
  };
  const files = [{ path, length: 100, offset: 0, isPadding: false }];
  const writer = new TorrentWriter(files, new OpenFiles(5, WRITE_FLAGS, disk));
  t.after(() => writer.close());
  return { writer, path };
}

test('once the disk lost something, no flush says that all is there', async (t) => {
  const { writer } = await losingWriter(t);
  await writer.write(new Uint8Array(100), 0);
  await assert.rejects(writer.sync(), { code: 'ERR_STORAGE_UNWRITABLE' });
  await writer.write(new Uint8Array(100), 0);
  await assert.rejects(writer.sync(), { code: 'ERR_STORAGE_UNWRITABLE' });
});

test('what is lost when a file is complete is no disk that comes back', async (t) => {
  const { writer, path } = await losingWriter(t);
  await writer.write(new Uint8Array(100), 0);
  await assert.rejects(writer.settle(path), { code: 'ERR_STORAGE_UNWRITABLE' });
  await assert.rejects(writer.sync(), { code: 'ERR_STORAGE_UNWRITABLE' });
});
