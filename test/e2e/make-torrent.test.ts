import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, readlink, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { infoHashToHex } from '../../src/bittorrent/info-hash.ts';
import { parseMagnet } from '../../src/bittorrent/magnet.ts';
import type { Metainfo } from '../../src/bittorrent/metainfo/metainfo.ts';
import { parseMetainfo } from '../../src/bittorrent/metainfo/parse.ts';
import { writeRandomFile } from '../support/data.ts';
import { eventually } from '../support/eventually.ts';
import { ManagedProcess } from '../support/processes.ts';
import { makeTempFolder } from '../support/temp-folder.ts';

const program = new URL('../../src/cli/make-torrent.ts', import.meta.url).pathname;

interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

async function run(cwd: string, ...args: string[]): Promise<Outcome> {
  const managed = new ManagedProcess(process.execPath, [program, ...args], { cwd, name: 'make-torrent' });
  const { code } = await managed.waitForExit();
  return { code, stdout: managed.stdout, stderr: managed.stderr };
}

/** A folder with `file.bin` (100,000 bytes) in it. */
async function makeFolder(test: TestContext): Promise<string> {
  const folder = await makeTempFolder(test);
  await writeRandomFile(join(folder, 'file.bin'), 100_000);
  return folder;
}

async function read(...path: string[]): Promise<Metainfo> {
  return parseMetainfo(await readFile(join(...path)));
}

/** Whether a process has the file open (Linux). */
async function hasOpen(pid: number, path: string): Promise<boolean> {
  const folder = `/proc/${pid}/fd`;
  const descriptors = await readdir(folder).catch(() => []);
  const targets = await Promise.all(descriptors.map((name) => readlink(join(folder, name)).catch(() => '')));
  return targets.includes(path);
}

/** One sentence on stderr that begins with the program's name and holds the words. */
function assertRefused(outcome: Outcome, code: number, ...words: string[]): void {
  assert.equal(outcome.code, code, outcome.stderr);
  assert.equal(outcome.stdout, '');
  const lines = outcome.stderr.trimEnd().split('\n');
  assert.equal(lines.length, 1, outcome.stderr);
  for (const word of words) assert.ok(outcome.stderr.includes(word), outcome.stderr);
}

describe('make-torrent', () => {
  it('writes <name>.torrent in this folder and prints info-hash and magnet', async (test) => {
    const folder = await makeFolder(test);
    const { code, stdout, stderr } = await run(folder, 'file.bin', '-a', 'http://one.example/announce');
    assert.deepEqual([code, stderr], [0, '']); // no progress bar where there is no terminal
    const metainfo = await read(folder, 'file.bin.torrent');
    assert.match(stdout, new RegExp(`^info-hash {2}${infoHashToHex(metainfo.infoHash)}$`, 'm'));
    const magnet = parseMagnet(/^magnet +(.+)$/m.exec(stdout)?.[1] ?? '');
    assert.deepEqual(magnet.infoHash, metainfo.infoHash);
    assert.deepEqual(magnet.trackers, ['http://one.example/announce']);
    assert.deepEqual((await readdir(folder)).sort(), ['file.bin', 'file.bin.torrent']);
  });

  it('takes every option', async (test) => {
    const folder = await makeFolder(test);
    const flags = [
      '-a',
      'http://a.example/,udp://b.example:1',
      '-a',
      'wss://c.example',
      '-w',
      'http://w.example/',
    ];
    flags.push(
      '-l',
      '15',
      '-p',
      '-c',
      'a comment',
      '-n',
      'named',
      '-s',
      'SRC',
      '--no-date',
      '--threads',
      '1',
    );
    const { code, stdout } = await run(folder, 'file.bin', ...flags, '-o', 'out.torrent', '--json');
    assert.equal(code, 0);
    const metainfo = await read(folder, 'out.torrent');
    assert.deepEqual(metainfo.announceTiers, [
      ['http://a.example/', 'udp://b.example:1'],
      ['wss://c.example'],
    ]);
    assert.deepEqual(metainfo.webSeeds, ['http://w.example/']);
    const { info } = metainfo;
    assert.deepEqual(
      [info.name, info.pieceLength, info.isPrivate, info.source, metainfo.comment, metainfo.creationDate],
      ['named', 32_768, true, 'SRC', 'a comment', undefined],
    );
    const result = JSON.parse(stdout) as Record<string, unknown>;
    assert.equal(result['infoHash'], infoHashToHex(metainfo.infoHash));
    assert.equal(result['torrent'], join(folder, 'out.torrent'));
    assert.deepEqual([result['lengthBytes'], result['pieceCount'], result['fileCount']], [100_000, 4, 1]);
  });

  it('understands piece lengths as exponents and sizes', async (test) => {
    const folder = await makeFolder(test);
    for (const [text, bytes] of [
      ['18', 262_144],
      ['256K', 262_144],
      ['1M', 1_048_576],
      ['64KiB', 65_536],
      ['16384', 16_384],
    ] as const) {
      const { code } = await run(folder, 'file.bin', '-l', text, '-f', '-q');
      assert.equal(code, 0);
      assert.equal((await read(folder, 'file.bin.torrent')).info.pieceLength, bytes);
    }
  });

  it('overwrites only with --force, and is silent with --quiet', async (test) => {
    const folder = await makeFolder(test);
    await writeFile(join(folder, 'file.bin.torrent'), 'mine');
    assertRefused(await run(folder, 'file.bin'), 1, 'file.bin.torrent', 'exists already', '--force');
    assert.equal(await readFile(join(folder, 'file.bin.torrent'), 'utf8'), 'mine');
    assert.deepEqual(await run(folder, 'file.bin', '--force', '-q'), { code: 0, stdout: '', stderr: '' });
    assert.equal((await read(folder, 'file.bin.torrent')).info.length, 100_000);
  });

  it('writes into a folder that is named as output, never onto its own input', async (test) => {
    const folder = await makeFolder(test);
    await mkdir(join(folder, 'out'));
    assert.equal((await run(folder, 'file.bin', '-o', 'out')).code, 0);
    assert.deepEqual(await readdir(join(folder, 'out')), ['file.bin.torrent']);
    const refused = await run(folder, 'file.bin', '-o', 'file.bin', '-f');
    assertRefused(refused, 1, 'file.bin', 'one of the files');
    const inside = await run(folder, '.', '-o', 'file.bin', '-f');
    assertRefused(inside, 1, 'file.bin', 'one of the files');
  });

  it('says in one sentence what is wrong with its input, and exits with 1', async (test) => {
    const folder = await makeFolder(test);
    await mkdir(join(folder, 'empty'));
    assertRefused(await run(folder, 'missing'), 1, 'missing', 'does not exist');
    assertRefused(await run(folder, 'empty'), 1, 'empty', 'no files');
    assertRefused(await run(folder, 'file.bin', '-o', 'no/x.torrent'), 1, 'no', 'does not exist');
    assertRefused(await run(folder, '/dev/null'), 1, '/dev/null');
    assert.deepEqual((await readdir(folder)).sort(), ['empty', 'file.bin']);
  });

  it('says in one sentence what is wrong with its flags, and exits with 2', async (test) => {
    const folder = await makeFolder(test);
    assertRefused(await run(folder, 'file.bin', '-l', '300K'), 2, 'power of two');
    assertRefused(await run(folder, 'file.bin', '-l', '28'), 2, 'power of two');
    assertRefused(await run(folder, 'file.bin', '-l', 'big'), 2, '256K');
    assertRefused(await run(folder, 'file.bin', '-a', 'tracker'), 2, 'tracker', 'announce URL');
    assertRefused(await run(folder, 'file.bin', '-a', 'http://a.example/,'), 2, 'empty');
    assertRefused(await run(folder, 'file.bin', '-w', 'seed'), 2, 'web seed');
    assertRefused(await run(folder, 'file.bin', '--threads', '0'), 2, 'threads');
    assertRefused(await run(folder, 'file.bin', '--threads', 'many'), 2, 'whole number');
    await mkdir(join(folder, 'sub'));
    assertRefused(await run(folder, 'file.bin', 'sub'), 2, 'name');
    assertRefused(await run(folder), 2, 'path');
    const typo = await run(folder, 'file.bin', '--privat');
    assert.equal(typo.code, 2);
    assert.match(typo.stderr, /Did you mean --private\?/);
  });

  it('explains itself', async (test) => {
    const folder = await makeFolder(test);
    const help = await run(folder, '--help');
    assert.equal(help.code, 0);
    for (const word of ['--piece-length', '--announce', 'default', 'Examples:'])
      assert.ok(help.stdout.includes(word));
    const version = await run(folder, '--version');
    assert.match(version.stdout, /^\d+\.\d+\.\d+/);
  });

  it('leaves nothing behind when it is interrupted, and exits with 130', async (test) => {
    if (process.platform !== 'linux') return test.skip('only /proc tells which files a process reads');
    const folder = await makeTempFolder(test);
    await writeFile(join(folder, 'large'), '');
    await truncate(join(folder, 'large'), 40 * 2 ** 30); // a sparse file: minutes of hashing
    const managed = new ManagedProcess(process.execPath, [program, 'large'], { cwd: folder });
    test.after(() => managed.stop(0));
    await eventually('the file to be read', () => hasOpen(managed.pid, join(folder, 'large')));
    managed.kill('SIGINT');
    const { code } = await managed.waitForExit();
    assert.deepEqual([code, managed.stdout], [130, '']);
    assert.match(managed.stderr, /^make-torrent: interrupted\n$/);
    assert.deepEqual(await readdir(folder), ['large']);
  });
});
