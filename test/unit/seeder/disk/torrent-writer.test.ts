import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { createRequire, syncBuiltinESMExports } from 'node:module';
import { join } from 'node:path';
import { test } from 'node:test';
import { OpenFiles, WRITE_FLAGS } from '../../../../src/seeder/disk/open-files.ts';
import { TorrentWriter } from '../../../../src/seeder/disk/torrent-writer.ts';
import { makeTempFolder } from '../../../support/temp-folder.ts';

const fs = createRequire(import.meta.url)('node:fs') as typeof import('node:fs');

test('once the disk lost something, no flush says that all is there', async (t) => {
  const path = join(await makeTempFolder(t), 'file');
  await writeFile(path, Buffer.alloc(100));
  let isBroken = true;
  const flush = fs.fdatasync;
  t.after(() => {
    fs.fdatasync = flush;
    syncBuiltinESMExports();
  });
  fs.fdatasync = ((fd: number, done: (error: Error | null) => void) => {
    if (!isBroken) return flush(fd, done);
    isBroken = false;
    setImmediate(() => done(Object.assign(new Error('EIO'), { code: 'EIO' })));
  }) as typeof fs.fdatasync;
  syncBuiltinESMExports();
  const files = [{ path, length: 100, offset: 0, isPadding: false }];
  const writer = new TorrentWriter(files, new OpenFiles(5, WRITE_FLAGS));
  t.after(() => writer.close());
  await writer.write(new Uint8Array(100), 0);
  await assert.rejects(writer.sync(), { code: 'ERR_STORAGE_UNWRITABLE' });
  await writer.write(new Uint8Array(100), 0);
  await assert.rejects(writer.sync(), { code: 'ERR_STORAGE_UNWRITABLE' });
});
