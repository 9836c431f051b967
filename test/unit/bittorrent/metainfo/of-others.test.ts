import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import createTorrent from 'create-torrent';
import type { Metainfo } from '../../../../src/bittorrent/metainfo/metainfo.ts';
import { parseMetainfo } from '../../../../src/bittorrent/metainfo/parse.ts';
import { writeSampleFolder } from '../../../support/data.ts';
import { runProcess } from '../../../support/processes.ts';
import { makeTempFolder } from '../../../support/temp-folder.ts';
import { requireTool } from '../../../support/tools.ts';

function madeByCreateTorrent(input: string, options: object): Promise<Uint8Array> {
  return new Promise((resolve, reject) =>
    createTorrent(input, options, (error, torrent) => (error === null ? resolve(torrent) : reject(error))),
  );
}

/** Makes a torrent of `argv[1]` with libtorrent at `argv[2]`; version `argv[3]` (create_flags_t: v2_only is 32, v1_only 64). */
const makeWithLibtorrent = `
import sys, os, libtorrent as lt
path, out, version = sys.argv[1:]
storage = lt.file_storage()
lt.add_files(storage, path)
torrent = lt.create_torrent(storage, 65536, {'v1': 64, 'v2': 32, 'hybrid': 0}[version])
torrent.add_tracker('http://tracker.example/announce', 0)
torrent.add_tracker('udp://tracker.example:6969', 1)
torrent.add_url_seed('http://seed.example/')
torrent.set_priv(True)
lt.set_piece_hashes(torrent, os.path.dirname(path))
open(out, 'wb').write(lt.bencode(torrent.generate()))
`;

/** What libtorrent reads from the file at `argv[1]`. */
const readWithLibtorrent = `
import sys, json, libtorrent as lt
info = lt.torrent_info(sys.argv[1])
files = info.files()
print(json.dumps({
  'infoHash': str(info.info_hashes().v1) if hasattr(info, 'info_hashes') else str(info.info_hash()),
  'name': info.name(), 'length': info.total_size(), 'pieceLength': info.piece_length(), 'pieceCount': info.num_pieces(),
  'isPrivate': info.priv(),
  'files': [[files.file_path(i).split('/')[1:], files.file_size(i), files.file_offset(i)] for i in range(files.num_files())],
}))
`;

/** What we read of a torrent, in the form in which {@link readWithLibtorrent} prints it. */
function summary({ infoHash, info }: Metainfo): object {
  return {
    infoHash: Buffer.from(infoHash).toString('hex'),
    name: info.name,
    length: info.length,
    pieceLength: info.pieceLength,
    pieceCount: info.pieceCount,
    isPrivate: info.isPrivate,
    files: info.files.map(({ path, length, offset }) => [path, length, offset]),
  };
}

async function assertReadAsLibtorrentDoes(python: string, torrent: string): Promise<void> {
  const { stdout } = await runProcess(python, ['-c', readWithLibtorrent, torrent]);
  assert.deepEqual(summary(parseMetainfo(await readFile(torrent))), JSON.parse(stdout));
}

describe('metainfo files that other programs made', () => {
  it('by create-torrent: a folder', async (t) => {
    const folder = join(await makeTempFolder(t), 'sample');
    await writeSampleFolder(folder);
    const bytes = await madeByCreateTorrent(folder, {
      announceList: [['http://a/announce'], ['udp://b:1']],
      private: true,
    });
    const { info, infoHash, infoBytes, announceTiers } = parseMetainfo(bytes);
    assert.equal(info.name, 'sample');
    assert.equal(info.isPrivate, true);
    assert.deepEqual(announceTiers, [['http://a/announce'], ['udp://b:1']]);
    assert.ok(info.files.some(({ path }) => path.join('/') === '日本語/ファイル 名.bin'));
    const at = Buffer.from(bytes).indexOf('4:info') + 6;
    assert.equal(Buffer.compare(bytes.subarray(at, at + infoBytes.length), infoBytes), 0);
    assert.deepEqual(Buffer.from(infoHash), createHash('sha1').update(infoBytes).digest());
  });

  it('by mktorrent: a folder with trackers, web seeds and a source', async (t) => {
    const mktorrent = requireTool(t, 'mktorrent');
    const python = requireTool(t, 'libtorrent');
    if (mktorrent === undefined || python === undefined) return;
    const folder = await makeTempFolder(t);
    await writeSampleFolder(join(folder, 'sample'));
    const torrent = join(folder, 'sample.torrent');
    const trackers = ['-a', 'http://a/announce,http://b/announce', '-a', 'udp://c:1', '-w', 'http://w/x'];
    await runProcess(mktorrent, [
      ...trackers,
      '-p',
      '-s',
      'SRC',
      '-c',
      'hi',
      '-l',
      '16',
      '-o',
      torrent,
      join(folder, 'sample'),
    ]);
    const { announceTiers, webSeeds, comment, info, creationDate } = parseMetainfo(await readFile(torrent));
    assert.deepEqual(announceTiers, [['http://a/announce', 'http://b/announce'], ['udp://c:1']]);
    assert.deepEqual([webSeeds, comment, info.source, info.isPrivate], [['http://w/x'], 'hi', 'SRC', true]);
    assert.ok((creationDate ?? 0) > 1.7e9);
    await assertReadAsLibtorrentDoes(python, torrent);
  });

  it('by mktorrent: a single file, an exact multiple of the piece length', async (t) => {
    const mktorrent = requireTool(t, 'mktorrent');
    const python = requireTool(t, 'libtorrent');
    if (mktorrent === undefined || python === undefined) return;
    const folder = await makeTempFolder(t);
    await writeFile(join(folder, 'two.bin'), new Uint8Array(65536));
    const torrent = join(folder, 'two.torrent');
    await runProcess(mktorrent, ['-a', 'http://a/', '-l', '15', '-o', torrent, join(folder, 'two.bin')]);
    const { info } = parseMetainfo(await readFile(torrent));
    assert.deepEqual([info.pieceCount, info.isMultiFile], [2, false]);
    assert.deepEqual(info.files[0]?.path, []);
  });

  for (const version of ['v1', 'hybrid'])
    it(`by libtorrent: a ${version} torrent of a folder`, async (t) => {
      const python = requireTool(t, 'libtorrent');
      if (python === undefined) return;
      const folder = await makeTempFolder(t);
      await writeSampleFolder(join(folder, 'sample'));
      const torrent = join(folder, 'sample.torrent');
      await runProcess(python, ['-c', makeWithLibtorrent, join(folder, 'sample'), torrent, version]);
      const { info, announceTiers, webSeeds } = parseMetainfo(await readFile(torrent));
      assert.equal(
        info.files.some((file) => file.isPadding),
        version === 'hybrid',
      );
      assert.deepEqual(announceTiers, [['http://tracker.example/announce'], ['udp://tracker.example:6969']]);
      assert.deepEqual(webSeeds, ['http://seed.example/']);
      await assertReadAsLibtorrentDoes(python, torrent);
    });

  it('by libtorrent: version 2 only', async (t) => {
    const python = requireTool(t, 'libtorrent');
    if (python === undefined) return;
    const folder = await makeTempFolder(t);
    await mkdir(join(folder, 'sample'));
    await writeFile(join(folder, 'sample', 'a'), 'a');
    await writeFile(join(folder, 'sample', 'b'), 'b');
    const torrent = join(folder, 'v2.torrent');
    await runProcess(python, ['-c', makeWithLibtorrent, join(folder, 'sample'), torrent, 'v2']);
    const bytes = await readFile(torrent);
    const { info, infoHash, infoHashV2 } = parseMetainfo(bytes);
    assert.equal(info.version, 'v2');
    assert.deepEqual(
      info.files.map(({ path, length, isPadding }) => [path.join('/'), length, isPadding]),
      [
        ['a', 1, false],
        ['.pad/65535', 65535, true],
        ['b', 1, false],
        ['.pad/65535', 65535, true],
      ],
    );
    assert.deepEqual(infoHash, new Uint8Array(infoHashV2?.subarray(0, 20) ?? []));
  });
});
