import assert from 'node:assert/strict';
import { open, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { toHex } from '../../../src/bittorrent/hex.ts';
import { MAX_METAINFO_BYTES } from '../../../src/bittorrent/metainfo/parse.ts';
import { readMetainfo } from '../../../src/builder/read-metainfo.ts';
import { randomBytesOf } from '../../support/data.ts';
import { runProcess } from '../../support/processes.ts';
import { makeTempFolder } from '../../support/temp-folder.ts';
import { makeBytes } from '../bittorrent/metainfo/v2-fixtures.ts';

/** Refuses with this code, in one sentence that names the path. */
async function refuses(path: string, code: string, message: RegExp): Promise<void> {
  await assert.rejects(readMetainfo(path), (error: Error & { code?: string; path?: string }) => {
    assert.deepEqual([error.code, error.path], [code, path]);
    assert.ok(error.message.startsWith(JSON.stringify(path)), error.message);
    assert.match(error.message, message);
    return true;
  });
}

describe('readMetainfo', () => {
  for (const version of ['v1', 'v2', 'hybrid'] as const)
    it(`reads the file of a ${version} torrent, with its bytes`, async (t) => {
      const path = join(await makeTempFolder(t), 'a.torrent');
      const made = makeBytes({ a: randomBytesOf(1, 50_000) }, { name: 'x', pieceLength: 16_384, version });
      await writeFile(path, made);
      const { bytes, metainfo } = await readMetainfo(path);
      assert.equal(toHex(bytes), toHex(made));
      assert.equal(metainfo.info.version, version);
    });

  it('refuses what is not there, no file, no torrent, or too large, without reading it', async (t) => {
    const folder = await makeTempFolder(t);
    await refuses(join(folder, 'none'), 'ERR_FILE_MISSING', /does not exist/);
    await refuses(folder, 'ERR_METAINFO', /is no file: name a \.torrent file/);
    const text = join(folder, 'text');
    await writeFile(text, 'hello');
    await refuses(text, 'ERR_METAINFO', /not a metainfo file/);
    const large = join(folder, 'large');
    const file = await open(large, 'w');
    await file.truncate(MAX_METAINFO_BYTES + 1);
    await file.close();
    await refuses(large, 'ERR_METAINFO', /more than \d+ bytes/);
  });

  it('does not wait at a FIFO', async (t) => {
    const fifo = join(await makeTempFolder(t), 'fifo');
    await runProcess('mkfifo', [fifo]);
    await refuses(fifo, 'ERR_METAINFO', /is no file/);
  });
});
