import assert from 'node:assert/strict';
import { link, mkdir, rename, symlink, truncate, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { infoHashToHex } from '../../../src/bittorrent/info-hash.ts';
import { parseMetainfo } from '../../../src/bittorrent/metainfo/parse.ts';
import { createTorrent } from '../../../src/builder/create-torrent.ts';
import { BuilderError } from '../../../src/builder/hashing/errors.ts';
import type { BuildProgress, CreateTorrentOptions } from '../../../src/builder/options.ts';
import { sampleFiles, writeRandomFile, writeSampleFolder } from '../../support/data.ts';
import { makeTempFolder } from '../../support/temp-folder.ts';

/** A folder named `content` with these files, each holding its own name. */
async function makeFolder(test: TestContext, ...names: string[]): Promise<string> {
  const folder = join(await makeTempFolder(test), 'content');
  await mkdir(folder);
  for (const name of names) {
    await mkdir(join(folder, name, '..'), { recursive: true });
    await writeFile(join(folder, name), name);
  }
  return folder;
}

async function namesIn(input: string | string[], options: CreateTorrentOptions = {}): Promise<string[]> {
  const { metainfo } = await createTorrent(input, { ...options, creationDate: 'none' });
  return metainfo.info.files.map((file) => file.path.join('/'));
}

function refusal(code: string, ...words: string[]): (error: unknown) => boolean {
  return (error) => {
    assert.ok(error instanceof BuilderError, String(error));
    assert.equal(error.code, code);
    for (const word of words) assert.ok(error.message.includes(word), error.message);
    assert.ok(!error.message.includes('\n'));
    return true;
  };
}

describe('createTorrent', () => {
  it('makes a torrent of a single file, with everything that was asked for', async (test) => {
    const folder = await makeTempFolder(test);
    const path = join(folder, 'a film.mkv');
    await writeRandomFile(path, 100_000);
    const { torrent, metainfo, files } = await createTorrent(path, {
      announceTiers: [['http://one.example/announce', 'udp://two.example:6969'], ['wss://three.example']],
      webSeeds: ['https://seed.example/a%20film.mkv'],
      isPrivate: true,
      source: 'here',
      comment: 'for you',
      createdBy: 'tester',
      creationDate: 1_700_000_000,
      pieceLength: 32_768,
    });
    assert.deepEqual(parseMetainfo(torrent), metainfo);
    assert.deepEqual(files, [path]);
    const { info } = metainfo;
    assert.deepEqual(
      [
        info.name,
        info.length,
        info.pieceLength,
        info.pieceCount,
        info.isMultiFile,
        info.isPrivate,
        info.source,
      ],
      ['a film.mkv', 100_000, 32_768, 4, false, true, 'here'],
    );
    assert.equal(metainfo.announceTiers.length, 2);
    assert.deepEqual(metainfo.webSeeds, ['https://seed.example/a%20film.mkv']);
    assert.deepEqual(
      [metainfo.comment, metainfo.createdBy, metainfo.creationDate],
      ['for you', 'tester', 1_700_000_000],
    );
  });

  it('makes a torrent of a folder, files in the order of their paths, names kept as they are', async (test) => {
    const folder = join(await makeTempFolder(test), 'sämple');
    await writeSampleFolder(folder);
    const { metainfo, files } = await createTorrent(folder);
    const names = metainfo.info.files.map((file) => file.path.join('/'));
    const expected = Object.keys(sampleFiles).sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
    assert.deepEqual(names, expected);
    assert.deepEqual(
      files,
      expected.map((name) => join(folder, name)),
    );
    assert.equal(metainfo.info.name, 'sämple');
    assert.match(metainfo.createdBy ?? '', /^Seedbed\/\d+\.\d+\.\d+/);
    assert.ok(Math.abs((metainfo.creationDate ?? 0) - Date.now() / 1000) < 60);
  });

  it('gives the same bytes for the same input without a date', async (test) => {
    const folder = await makeFolder(test, 'b/two', 'a/one', 'three');
    const [first, second] = await Promise.all([
      createTorrent(folder, { creationDate: 'none' }),
      createTorrent(`${folder}/`, { creationDate: 'none' }),
    ]);
    assert.deepEqual(first.torrent, second.torrent);
    assert.equal(first.metainfo.creationDate, undefined);
    const named = await createTorrent(folder, { creationDate: 'none', name: 'other' });
    assert.notEqual(infoHashToHex(named.metainfo.infoHash), infoHashToHex(first.metainfo.infoHash));
  });

  it('leaves out junk and hidden files, and takes hidden files when asked', async (test) => {
    const names = ['x', '.hidden', '.DS_Store', 'Thumbs.db', 'x~', '.git/config', 'sub/desktop.ini', 'sub/y'];
    const folder = await makeFolder(test, ...names);
    assert.deepEqual(await namesIn(folder), ['sub/y', 'x']);
    assert.deepEqual(await namesIn(folder, { includeHidden: true }), [
      '.git/config',
      '.hidden',
      'sub/y',
      'x',
    ]);
  });

  it('makes one folder of several paths', async (test) => {
    const folder = await makeFolder(test, 'one/a', 'one/b', 'two');
    const paths = [join(folder, 'two'), join(folder, 'one')];
    assert.deepEqual(await namesIn(paths, { name: 'both' }), ['one/a', 'one/b', 'two']);
    await assert.rejects(createTorrent(paths), refusal('ERR_OPTION', 'name'));
    const twice = [join(folder, 'two'), join(folder, 'two')];
    await assert.rejects(createTorrent(twice, { name: 'both' }), refusal('ERR_INPUT', 'two'));
    await assert.rejects(createTorrent([]), refusal('ERR_OPTION'));
  });

  it('follows symbolic links, or leaves them out', async (test) => {
    const folder = await makeFolder(test, 'real/a', 'b');
    await symlink('b', join(folder, 'link'));
    await symlink('real', join(folder, 'folder-link'));
    const all = ['b', 'folder-link/a', 'link', 'real/a'];
    assert.deepEqual(await namesIn(folder), all);
    assert.deepEqual(await namesIn(folder, { links: 'skip' }), ['b', 'real/a']);
    await link(join(folder, 'b'), join(folder, 'hard'));
    assert.deepEqual(await namesIn(folder, { links: 'skip' }), ['b', 'hard', 'real/a']);
  });

  it('refuses links in a circle and links to nothing', async (test) => {
    const folder = await makeFolder(test, 'a/b/c');
    await symlink('../..', join(folder, 'a/b/up'));
    await assert.rejects(createTorrent(folder), refusal('ERR_INPUT', 'up', 'contains it'));
    assert.deepEqual(await namesIn(folder, { links: 'skip' }), ['a/b/c']);
    const dangling = await makeFolder(test, 'a');
    await symlink('nowhere', join(dangling, 'link'));
    await assert.rejects(createTorrent(dangling), refusal('ERR_FILE_MISSING', 'link', 'points to nothing'));
  });

  it('refuses what is missing, empty or no file', async (test) => {
    const folder = await makeFolder(test);
    const missing = join(folder, 'missing');
    await assert.rejects(createTorrent(missing), refusal('ERR_FILE_MISSING', missing));
    await assert.rejects(createTorrent(folder), refusal('ERR_INPUT', folder, 'no files'));
    await writeFile(join(folder, 'empty'), '');
    await assert.rejects(createTorrent(folder), refusal('ERR_INPUT', folder, 'empty'));
    await assert.rejects(createTorrent(join(folder, 'empty')), refusal('ERR_INPUT', 'empty'));
    await assert.rejects(createTorrent('/dev/null'), refusal('ERR_INPUT', 'neither a file nor a folder'));
  });

  it('leaves out what is neither a file nor a folder', async (test) => {
    const folder = await makeFolder(test, 'a');
    const server = createServer();
    await new Promise<void>((done) => server.listen(join(folder, 'socket'), done));
    test.after(() => server.close());
    assert.deepEqual(await namesIn(folder), ['a']);
  });

  it('refuses names that no torrent can hold', async (test) => {
    const folder = await makeFolder(test, 'good');
    const bad = Buffer.concat([Buffer.from(`${folder}/`), Buffer.from([0x66, 0xff, 0xfe])]);
    await writeFile(bad, 'x');
    await assert.rejects(createTorrent(folder), refusal('ERR_INPUT', 'not UTF-8'));
    await rename(bad, join(folder, 'back\\slash'));
    await assert.rejects(createTorrent(folder), refusal('ERR_INPUT', 'backslash'));
    await rename(join(folder, 'back\\slash'), join(folder, 'new\nline'));
    await assert.rejects(createTorrent(folder), refusal('ERR_INPUT', 'control character'));
    await assert.rejects(createTorrent(folder, { name: '../up' }), refusal('ERR_OPTION', '../up'));
  });

  it('refuses options that make no sense before it reads anything', async () => {
    const make = (options: CreateTorrentOptions): Promise<unknown> => createTorrent('/nowhere', options);
    for (const pieceLength of [0, -1, 1000, 8192, 3 * 16_384, 2 ** 28, Number.NaN, 16_384.5])
      await assert.rejects(make({ pieceLength }), refusal('ERR_OPTION', 'power of two'));
    for (const url of ['', 'tracker', 'ftp://x/', 'http://', 'http://a b/', `http://x/${'y'.repeat(3000)}`])
      await assert.rejects(make({ announceTiers: [[url]] }), refusal('ERR_OPTION', 'announce URL'));
    await assert.rejects(make({ webSeeds: ['udp://x'] }), refusal('ERR_OPTION', 'web seed'));
    await assert.rejects(make({ creationDate: 1.5 }), refusal('ERR_OPTION', 'date'));
    const version = 'v3' as 'v2'; // as JavaScript may say
    await assert.rejects(make({ version }), refusal('ERR_OPTION', '"v3"'));
  });

  it('refuses pieces so small that no client would take the torrent', async (test) => {
    const path = join(await makeTempFolder(test), 'sparse');
    await writeFile(path, '');
    await truncate(path, 2 ** 40);
    await assert.rejects(createTorrent(path, { pieceLength: 16_384 }), refusal('ERR_OPTION', 'greater'));
  });

  it('refuses what no reader would take before it hashes anything', async (test) => {
    const folder = await makeFolder(test, `${'d/'.repeat(97)}file`);
    const onListed = (): never => assert.fail('was about to hash');
    await assert.rejects(
      createTorrent(folder, { version: 'v2', onListed }),
      refusal('ERR_INPUT', '"content"', 'nested deeper'),
    );
    assert.equal((await namesIn(folder)).length, 1);
  });

  it('tells the progress and stops when it is aborted', async (test) => {
    const path = join(await makeTempFolder(test), 'file');
    await writeRandomFile(path, 12_000_000);
    const seen: BuildProgress[] = [];
    await createTorrent(path, { onProgress: (progress) => seen.push(progress) });
    assert.deepEqual(seen.at(-1), { bytesDone: 12_000_000, bytesTotal: 12_000_000 });
    const reason = new Error('stop');
    await assert.rejects(createTorrent(path, { signal: AbortSignal.abort(reason) }), reason);
  });
});
