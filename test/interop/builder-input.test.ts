import assert from 'node:assert/strict';
import { chmod, readFile, symlink, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import createTorrentPackage from 'create-torrent';
import { parseMetainfo } from '../../src/bittorrent/metainfo/parse.ts';
import { type ListedFile, listFiles } from '../../src/builder/file-list.ts';
import { pieceLengthLike } from '../../src/builder/piece-length.ts';
import { makeTree } from '../support/file-tree.ts';
import { runProcess } from '../support/processes.ts';
import { makeTempFolder } from '../support/temp-folder.ts';
import { requireTool } from '../support/tools.ts';

const MIB = 1 << 20;

/** Makes torrents of sparse files and gives the piece lengths that were chosen. */
async function pieceLengths(
  test: TestContext,
  lengths: readonly number[],
  make: (path: string, output: string) => Promise<unknown>,
): Promise<number[]> {
  const folder = await makeTempFolder(test);
  const [path, output] = [join(folder, 'sparse'), join(folder, 'output.torrent')];
  const found: number[] = [];
  for (const [index, length] of lengths.entries()) {
    await writeFile(path, '');
    await truncate(path, length);
    await make(path, `${output}${index}`);
    found.push(parseMetainfo(await readFile(`${output}${index}`)).info.pieceLength);
  }
  return found;
}

describe('the piece length like', () => {
  it('transmission-3 is that of transmission-create 3.00', async (test) => {
    const tool = requireTool(test, 'transmission-create');
    if (tool === undefined) return;
    const { stderr, stdout } = await runProcess(tool, ['--version']);
    if (!`${stdout}${stderr}`.includes(' 3.')) return test.skip('another version is installed');
    const lengths = [1, 50 * MIB - 1, 50 * MIB, 150 * MIB - 1, 150 * MIB, 350 * MIB, 512 * MIB];
    const found = await pieceLengths(test, lengths, (path, output) => runProcess(tool, ['-o', output, path]));
    assert.deepEqual(
      found,
      lengths.map((length) => pieceLengthLike('transmission-3', length)),
    );
  });

  it('mktorrent-1.1 is that of mktorrent 1.1', async (test) => {
    const tool = requireTool(test, 'mktorrent');
    if (tool === undefined) return;
    const lengths = [1, 300 * MIB];
    const found = await pieceLengths(test, lengths, (path, output) =>
      runProcess(tool, ['-a', 'http://x.example/', '-o', output, path]),
    );
    assert.deepEqual(
      found,
      lengths.map((length) => pieceLengthLike('mktorrent-1.1', length)),
    );
  });

  it('create-torrent is that of create-torrent', async (test) => {
    const lengths = [1, 23 * MIB, 24 * MIB, 64 * MIB, 91 * MIB];
    const make = (path: string, output: string): Promise<void> =>
      new Promise((resolve, reject) => {
        createTorrentPackage(path, { announceList: [] }, (error, torrent) => {
          if (error === null) writeFile(output, torrent).then(resolve, reject);
          else reject(error);
        });
      });
    assert.deepEqual(
      await pieceLengths(test, lengths, make),
      lengths.map((length) => pieceLengthLike('create-torrent', length)),
    );
  });

  it('libtorrent is that of libtorrent', async (test) => {
    const python = requireTool(test, 'libtorrent');
    if (python === undefined) return;
    const edges = [2_684_355, 10_737_418, 42_949_673, 171_798_692, 687_194_767, 2_748_779_069];
    edges.push(10_995_116_278, 43_980_465_111, 175_921_860_444, 703_687_441_777);
    const lengths = edges.flatMap((edge) => [edge, edge + 1]);
    const script = `
import json, sys
import libtorrent as lt
def piece_length(length):
    storage = lt.file_storage()
    storage.add_file('x', length)
    lt.create_torrent(storage)
    return storage.piece_length()
print(json.dumps([piece_length(length) for length in json.loads(sys.argv[1])]))`;
    const { stdout } = await runProcess(python, ['-c', script, JSON.stringify(lengths)]);
    assert.deepEqual(
      JSON.parse(stdout),
      lengths.map((length) => pieceLengthLike('libtorrent', length)),
    );
  });
});

/** Lists a folder as libtorrent does: path, and attributes but for the pad files that stand between the files. */
const LIBTORRENT_LIST = `
import json, os, sys
import libtorrent as lt
storage = lt.file_storage()
lt.add_files(storage, sys.argv[1], lambda path: True, lt.create_torrent.symlinks)
torrent = lt.create_torrent(storage, 16384, lt.create_torrent.symlinks)
lt.set_piece_hashes(torrent, os.path.dirname(sys.argv[1]))
files = torrent.generate()[b'info'][b'files']
print(json.dumps([[b'/'.join(file[b'path']).decode(), file.get(b'attr', b'').decode()]
  for file in files if b'p' not in file.get(b'attr', b'')]))
`;

describe('a folder as libtorrent lists it for v2', () => {
  it('has the same order and attributes', async (test) => {
    const python = requireTool(test, 'libtorrent');
    if (python === undefined) return;
    const folder = await makeTree(test, 'a/x', 'a b', 'a.txt', 'a0/y/z', 'run', 'Z', '\ufb00', '🌱', 'é/1');
    await chmod(join(folder, 'run'), 0o755);
    await symlink('a/x', join(folder, 'link'));
    await symlink('a0/y', join(folder, 'folder-link'));
    const { stdout } = await runProcess(python, ['-c', LIBTORRENT_LIST, folder]);
    const { files } = await listFiles([folder], { links: 'keep', sort: 'tree', recordAttributes: true });
    assert.deepEqual(
      files.map((file) => [file.path.join('/'), attributesOf(file)]),
      JSON.parse(stdout),
    );
  });
});

/** libtorrent marks a link as executable, too: its own mode says so. */
function attributesOf({ isExecutable, linkTarget }: ListedFile): string {
  if (linkTarget !== undefined) return 'xl';
  return isExecutable === true ? 'x' : '';
}
