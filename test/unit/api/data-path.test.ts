import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { CatalogueError } from '../../../src/api/catalogue-error.ts';
import { dataPathFor } from '../../../src/api/data-path.ts';
import { encodeInfo, encodeMetainfo, type InfoFields } from '../../../src/bittorrent/metainfo/encode.ts';
import type { Metainfo } from '../../../src/bittorrent/metainfo/metainfo.ts';
import { parseMetainfo } from '../../../src/bittorrent/metainfo/parse.ts';

function torrent(name: string, files: InfoFields['files']): Metainfo {
  return parseMetainfo(
    encodeMetainfo({
      infoBytes: encodeInfo({ name, pieceLength: 16384, pieces: new Uint8Array(20), files }),
    }),
  );
}

describe('where the data of a torrent lies', () => {
  let folder = '';
  const single = torrent('film.mkv', [{ path: [], length: 5 }]);
  const album = torrent('album', [
    { path: ['one'], length: 3 },
    { path: ['disc 2', 'two'], length: 4 },
  ]);

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'seedbed-data-path-'));
    mkdirSync(join(folder, 'album', 'disc 2'), { recursive: true });
    writeFileSync(join(folder, 'film.mkv'), '12345');
    writeFileSync(join(folder, 'renamed'), '12345');
    writeFileSync(join(folder, 'album', 'one'), '123');
    writeFileSync(join(folder, 'album', 'disc 2', 'two'), '1234');
  });
  after(() => rmSync(folder, { recursive: true }));

  async function refusal(metainfo: Metainfo, path: string): Promise<CatalogueError> {
    return dataPathFor(metainfo, path).then(
      () => assert.fail('it was accepted'),
      (error: unknown) => (error instanceof CatalogueError ? error : assert.fail(String(error))),
    );
  }

  it('is the file itself, under any name', async () => {
    assert.equal(await dataPathFor(single, join(folder, 'film.mkv')), join(folder, 'film.mkv'));
    assert.equal(await dataPathFor(single, join(folder, 'renamed')), join(folder, 'renamed'));
  });

  it('is inside the folder that is named, for a file and for a folder', async () => {
    assert.equal(await dataPathFor(single, folder), join(folder, 'film.mkv'));
    assert.equal(await dataPathFor(album, folder), join(folder, 'album'));
  });

  it('is the folder itself', async () => {
    assert.equal(await dataPathFor(album, join(folder, 'album')), join(folder, 'album'));
  });

  it('is refused when nothing is there, naming the path', async () => {
    const error = await refusal(single, join(folder, 'none'));
    assert.equal(error.code, 'ERR_DATA_MISSING');
    assert.match(error.message, /none does not exist$/);
  });

  it('is refused when a file has another length, naming both', async () => {
    const error = await refusal(torrent('film.mkv', [{ path: [], length: 6 }]), folder);
    assert.equal(error.code, 'ERR_DATA_MISMATCH');
    assert.match(error.message, /film\.mkv has 5 bytes where the torrent has 6/);
  });

  it('is refused when a file of a folder is missing', async () => {
    const error = await refusal(
      torrent('album', [
        { path: ['one'], length: 3 },
        { path: ['three'], length: 4 },
      ]),
      folder,
    );
    assert.match(error.message, /three does not exist$/);
  });
});
