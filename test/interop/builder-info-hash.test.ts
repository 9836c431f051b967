import assert from 'node:assert/strict';
import { createReadStream } from 'node:fs';
import { chmod, readFile, symlink, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import createTorrentPackage from 'create-torrent';
import { infoHashToHex } from '../../src/bittorrent/info-hash.ts';
import type { Metainfo } from '../../src/bittorrent/metainfo/metainfo.ts';
import { parseMetainfo } from '../../src/bittorrent/metainfo/parse.ts';
import { type CreatedTorrent, createTorrent } from '../../src/builder/create-torrent.ts';
import { writeRandomFile, writeSampleFolder } from '../support/data.ts';
import { runProcess } from '../support/processes.ts';
import { makeTempFolder } from '../support/temp-folder.ts';
import { requireTool } from '../support/tools.ts';

const KIB = 1024;
const MIB = 1024 * KIB;

/** An input: the files below a folder, or the length of a single file, and the exponent of the piece length. */
interface Input {
  readonly what: string;
  readonly content: number | Readonly<Record<string, number>> | 'sample';
  readonly exponent: number;
}

const singleFiles = [1, 32 * KIB - 1, 32 * KIB, 32 * KIB + 1, 3 * 32 * KIB, MIB, 5 * MIB + 12_345];
const inputs: readonly Input[] = [
  ...singleFiles.map((content) => ({ what: `one file of ${content} bytes`, content, exponent: 15 })),
  ...[16_383, 16_384, 16_385, 2 * 32 * KIB + 1, 4 * 32 * KIB - 1, 4 * 32 * KIB, 5 * 32 * KIB + 16_384].map(
    (content) => ({
      what: `one file of ${content} bytes, at the edge of a block or layer`,
      content,
      exponent: 15,
    }),
  ),
  { what: 'pieces of one block', content: 16 * KIB * 7 + 5, exponent: 14 },
  { what: 'one file of 12 MiB, pieces of 1 MiB', content: 12 * MIB, exponent: 20 },
  { what: 'one file smaller than its piece of 4 MiB', content: 3 * MIB, exponent: 22 },
  { what: 'the sample folder', content: 'sample', exponent: 15 },
  { what: 'the sample folder, pieces of 2 MiB', content: 'sample', exponent: 21 },
  { what: 'a folder with one file', content: { only: 100_000 }, exponent: 15 },
  {
    what: 'files that end where pieces end',
    content: { a: 32 * KIB, b: 64 * KIB, 'c/d': 32 * KIB },
    exponent: 15,
  },
  {
    what: 'names around the slash, empty files first and last',
    content: {
      'a/x': 10,
      'a b/y': 20_000,
      'a.d/z': 33_000,
      'a.txt': 5,
      '!': 0,
      'é/1': 40_000,
      'Z/0': 7,
      zz: 0,
    },
    exponent: 15,
  },
  {
    what: 'many small files',
    content: Object.fromEntries(
      Array.from({ length: 500 }, (_none, n) => [`${n % 7}/${n}`, (n * 331) % 4000]),
    ),
    exponent: 15,
  },
];

async function writeInput(test: TestContext, { content }: Input): Promise<string> {
  const path = join(await makeTempFolder(test), 'Input – 入力');
  if (content === 'sample') await writeSampleFolder(path);
  else if (typeof content === 'number') await writeRandomFile(path, content, content);
  else
    for (const [index, [name, length]] of Object.entries(content).entries())
      await writeRandomFile(join(path, name), length, index);
  return path;
}

async function withMktorrent(tool: string, path: string, exponent: number): Promise<Metainfo> {
  const output = join(dirname(path), 'mktorrent.torrent');
  await runProcess(tool, ['-l', `${exponent}`, '-a', 'http://x.example/', '-o', output, path]);
  return parseMetainfo(await readFile(output));
}

/** The package lists files as its walk meets them, so it is given streams of ours in our order. */
function withCreateTorrent(path: string, { metainfo: { info }, files }: CreatedTorrent): Promise<Metainfo> {
  const streams = files.map((file, index) =>
    Object.assign(createReadStream(file), { name: info.files[index]?.path.join('/') ?? '' }),
  );
  const options = {
    name: info.name,
    pieceLength: info.pieceLength,
    announceList: [],
    filterJunkFiles: false,
  };
  return new Promise((resolve, reject) => {
    createTorrentPackage(streams.length === 1 ? path : streams, options, (error, torrent) => {
      if (error === null) resolve(parseMetainfo(torrent));
      else reject(error);
    });
  });
}

const LIBTORRENT = `
import json, os, sys
import libtorrent as lt
parent, name, piece, out = sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4]
storage = lt.file_storage()
for path, length in json.load(open(sys.argv[5], encoding='utf-8')):
    storage.add_file(os.path.join(name, *path), length)
torrent = lt.create_torrent(storage, piece, lt.create_torrent.v1_only)
lt.set_piece_hashes(torrent, parent)
open(out, 'wb').write(lt.bencode(torrent.generate()))
`;

/** libtorrent lists files as its walk meets them, too. */
async function withLibtorrent(python: string, path: string, { metainfo }: CreatedTorrent): Promise<Metainfo> {
  const [output, list] = [join(dirname(path), 'libtorrent.torrent'), join(dirname(path), 'files.json')];
  await writeFile(list, JSON.stringify(metainfo.info.files.map((file) => [file.path, file.length])));
  const args = [dirname(path), basename(path), `${metainfo.info.pieceLength}`, output, list];
  await runProcess(python, ['-c', LIBTORRENT, ...args]);
  return parseMetainfo(await readFile(output));
}

function assertSame(theirs: Metainfo, ours: Metainfo): void {
  assert.deepEqual(
    theirs.info.files.map((file) => [file.path, file.length]),
    ours.info.files.map((file) => [file.path, file.length]),
  );
  assert.equal(infoHashToHex(theirs.infoHash), infoHashToHex(ours.infoHash));
}

for (const input of inputs)
  describe(`the info-hash of ${input.what}`, () => {
    const make = async (test: TestContext): Promise<{ path: string; made: CreatedTorrent }> => {
      const path = await writeInput(test, input);
      return { path, made: await createTorrent(path, { pieceLength: 2 ** input.exponent }) };
    };

    it('is the one of create-torrent', async (test) => {
      const { path, made } = await make(test);
      assertSame(await withCreateTorrent(path, made), made.metainfo);
    });

    it('is the one of mktorrent', async (test) => {
      const tool = requireTool(test, 'mktorrent');
      if (tool === undefined) return;
      if (input.exponent < 15) return test.skip('mktorrent makes no pieces of less than 32 KiB');
      const { path, made } = await make(test);
      assertSame(await withMktorrent(tool, path, input.exponent), made.metainfo);
    });

    it('is the one of libtorrent', async (test) => {
      const python = requireTool(test, 'libtorrent');
      if (python === undefined) return;
      const { path, made } = await make(test);
      assertSame(await withLibtorrent(python, path, made), made.metainfo);
    });
  });

const LIBTORRENT_ALL = `
import sys
import libtorrent as lt
path, parent, piece, out, flags = sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4], sys.argv[5]
flags = lt.create_torrent.v2_only if flags == 'v2' else 0
storage = lt.file_storage()
lt.add_files(storage, path, lambda _: True, flags)
torrent = lt.create_torrent(storage, piece, flags)
lt.set_piece_hashes(torrent, parent)
open(out, 'wb').write(lt.bencode(torrent.generate()))
`;

const versions = ['v2', 'hybrid'] as const;

/** libtorrent's own walk, order, attributes and pad files. */
async function asLibtorrentMakes(
  python: string,
  path: string,
  exponent: number,
  version: string,
): Promise<Metainfo> {
  const output = join(dirname(path), 'libtorrent.torrent');
  const args = [path, dirname(path), `${2 ** exponent}`, output, version];
  await runProcess(python, ['-c', LIBTORRENT_ALL, ...args]);
  return parseMetainfo(await readFile(output));
}

function assertSameV2(theirs: Metainfo, ours: Metainfo): void {
  assert.deepEqual(theirs.info.files, ours.info.files);
  assert.deepEqual(theirs.pieceLayers, ours.pieceLayers);
  assert.equal(infoHashToHex(theirs.infoHash), infoHashToHex(ours.infoHash));
  assert.deepEqual(theirs.infoHashV2, ours.infoHashV2);
}

for (const version of versions)
  describe(`libtorrent's own ${version} torrents (BEP 52) have the same info-hash and piece layers`, () => {
    for (const input of inputs)
      it(input.what, async (test) => {
        const python = requireTool(test, 'libtorrent');
        if (python === undefined) return;
        const path = await writeInput(test, input);
        const made = await createTorrent(path, { pieceLength: 2 ** input.exponent, version });
        assertSameV2(await asLibtorrentMakes(python, path, input.exponent, version), made.metainfo);
      });

    it('equal files, executable files and the automatic piece length', async (test) => {
      const python = requireTool(test, 'libtorrent');
      if (python === undefined) return;
      const path = join(await makeTempFolder(test), 'twins');
      for (const name of ['a/one', 'b/one', 'c']) await writeRandomFile(join(path, name), 3 * MIB, 7);
      await chmod(join(path, 'c'), 0o755);
      const made = await createTorrent(path, { version });
      assert.equal(made.metainfo.info.files.find((file) => file.path[0] === 'c')?.isExecutable, true);
      const exponent = Math.log2(made.metainfo.info.pieceLength);
      assertSameV2(await asLibtorrentMakes(python, path, exponent, version), made.metainfo);
    });
  });

describe('a folder as create-torrent walks it', () => {
  it('holds the same files: junk, hidden files and links alike', async (test) => {
    const folder = join(await makeTempFolder(test), 'folder');
    const names = [
      'a',
      '.hidden',
      'Thumbs.db',
      'b~',
      'sub/desktop.ini',
      'sub/.x/y',
      'sub/c',
      '@eaDir/d',
      'Icon\r',
    ];
    for (const [index, name] of names.entries())
      await writeRandomFile(join(folder, name), 1000 + index, index);
    await symlink('sub', join(folder, 'link'));
    const { metainfo } = await createTorrent(folder);
    const theirs = await new Promise<Metainfo>((resolve, reject) => {
      createTorrentPackage(folder, { announceList: [] }, (error, torrent) => {
        if (error === null) resolve(parseMetainfo(torrent));
        else reject(error);
      });
    });
    const namesIn = ({ info }: Metainfo): string[] => info.files.map((file) => file.path.join('/')).sort();
    assert.deepEqual(namesIn(metainfo), ['a', 'link/c', 'sub/c']);
    assert.deepEqual(namesIn(metainfo), namesIn(theirs));
  });
});
