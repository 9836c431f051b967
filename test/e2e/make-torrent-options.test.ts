import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdir, readdir, readFile, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { toHex } from '../../src/bittorrent/hex.ts';
import { parseMetainfo } from '../../src/bittorrent/metainfo/parse.ts';
import { randomBytesOf, writeRandomFile } from '../support/data.ts';
import { makeTorrentCommand } from '../support/seedbed.ts';
import { makeTempFolder } from '../support/temp-folder.ts';

interface Outcome {
  readonly code: number | null;
  readonly stdout: Buffer;
  readonly stderr: string;
}

/** Runs `make-torrent` in a folder, with `input` on its standard input; `shell` comes before the command. */
function run(
  cwd: string,
  args: readonly string[],
  { input = '', shell = '' }: { readonly input?: Uint8Array | string; readonly shell?: string } = {},
): Outcome {
  const command = makeTorrentCommand(args);
  const [program = '', ...rest] =
    shell === '' ? command : ['/bin/bash', '-c', `${shell}; exec "$@"`, 'bash', ...command];
  const { status, stdout, stderr } = spawnSync(program, rest, { cwd, input, timeout: 60_000 });
  return { code: status, stdout, stderr: stderr.toString() };
}

function assertRefused({ code, stdout, stderr }: Outcome, expected: number, ...words: string[]): void {
  assert.deepEqual([code, stdout.length], [expected, 0], stderr);
  for (const word of words) assert.ok(stderr.includes(word), `${stderr} lacks ${word}`);
}

async function makeFolder(test: TestContext): Promise<string> {
  const folder = await makeTempFolder(test);
  await writeRandomFile(join(folder, 'data', 'a', 'one.bin'), 100_000, 1);
  await writeRandomFile(join(folder, 'data', 'two.txt'), 20_000, 2);
  return folder;
}

describe('make-torrent: kinds, and where the bytes come from and go to', () => {
  for (const version of ['v1', 'v2', 'hybrid'])
    it(`makes ${version}, and prints its info-hashes`, async (test) => {
      const folder = await makeFolder(test);
      const { stdout } = run(folder, ['data', `--${version}`, '-l', '16K']);
      const { info, infoHash, infoHashV2 } = parseMetainfo(await readFile(join(folder, 'data.torrent')));
      assert.equal(info.version, version);
      const text = stdout.toString();
      assert.equal(text.includes(`info-hash  ${toHex(infoHash)}\n`), version !== 'v2');
      assert.equal(infoHashV2 !== undefined && text.includes(`${toHex(infoHashV2)} (v2)`), version !== 'v1');
      assert.equal(text.includes('padding'), version === 'hybrid');
    });

  it('reads standard input, writes to standard output, and is the same as with files', async (test) => {
    const folder = await makeTempFolder(test);
    const data = randomBytesOf(5, 1_000_000);
    await writeFile(join(folder, 'data.bin'), data);
    const flags = ['--hybrid', '-l', '64K', '--no-date'];
    const piped = run(folder, ['-', '--name', 'data.bin', '--stdout', ...flags], { input: data });
    assert.deepEqual([piped.code, piped.stderr], [0, '']);
    run(folder, ['data.bin', ...flags]);
    assert.deepEqual(piped.stdout, await readFile(join(folder, 'data.bin.torrent')));
    const long = run(folder, ['-', '--name', 'x', '--length', '1M'], { input: data });
    assertRefused(long, 1, '1000000 of 1048576');
    assert.deepEqual(await readdir(folder), ['data.bin', 'data.bin.torrent']);
  });

  it('says with --dry-run what it would make, and reads and writes nothing', async (test) => {
    const folder = await makeFolder(test);
    await truncate(join(folder, 'data', 'two.txt'), 5 * 2 ** 40);
    const { code, stdout } = run(folder, ['data', '--hybrid', '--dry-run', '--json']);
    assert.equal(code, 0);
    const plan = JSON.parse(stdout.toString()) as {
      lengthBytes: number;
      pieceLength: number;
      files: { path: string }[];
    };
    assert.deepEqual([plan.lengthBytes, plan.pieceLength], [5 * 2 ** 40 + 100_000, 16 << 20]);
    assert.deepEqual(
      plan.files.map(({ path }) => path),
      ['data/a/one.bin', 'data/two.txt'],
    );
    const text = run(folder, ['data', '--dry-run', '-e', '*.txt']).stdout.toString();
    assert.match(text, /^content {4}1 file, 97\.7 KiB/m);
    assert.deepEqual(await readdir(folder), ['data']);
  });

  it('tells its progress to programs as lines of JSON on standard error', async (test) => {
    const folder = await makeFolder(test);
    const { stdout, stderr } = run(folder, ['data', '--json']);
    assert.equal((JSON.parse(stdout.toString()) as { version: string }).version, 'v1');
    const lines = stderr
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    assert.deepEqual([lines.at(-1)?.['event'], lines.at(-1)?.['bytesDone']], ['progress', 120_000]);
    assert.equal(run(folder, ['data', '--json', '--quiet', '-f']).stderr, '');
  });

  it('takes over the hashes of an older torrent, and makes only what was expected', async (test) => {
    const folder = await makeFolder(test);
    run(folder, ['data', '-l', '16K', '-q', '-o', 'old.torrent']);
    const { infoHash } = parseMetainfo(await readFile(join(folder, 'old.torrent')));
    const again = ['data', '--reuse', 'old.torrent', '--expect-infohash', toHex(infoHash)];
    assert.equal(run(folder, [...again, '-o', 'new.torrent']).code, 0);
    assertRefused(run(folder, [...again, '-s', 'other']), 1, 'the info-hash is', toHex(infoHash));
    assert.deepEqual((await readdir(folder)).sort(), ['data', 'new.torrent', 'old.torrent']);
  });

  it('refuses what cannot be together', async (test) => {
    const folder = await makeFolder(test);
    assertRefused(run(folder, ['data', '--v1', '--hybrid']), 2, '--hybrid');
    assertRefused(run(folder, ['data', '--v2', '--sort', 'size']), 2, 'size');
    assertRefused(run(folder, ['data', '-']), 2, 'standard input');
    assertRefused(run(folder, ['-']), 2, '--name');
    assertRefused(run(folder, ['-', '-n', 'x', '--dry-run']), 2, '--dry-run');
    assertRefused(run(folder, ['-', '-n', 'x', '--reuse', 'y']), 2, '--reuse');
    assertRefused(run(folder, ['data', '--length', '5']), 2, '--length');
    assertRefused(run(folder, ['data', '--stdout', '-o', 'x']), 2, '--output');
    assertRefused(run(folder, ['data', '--stdout', '--json']), 2, '--json');
    assertRefused(run(folder, ['data', '-l', 'like:nobody']), 2, 'libtorrent', 'torf');
    assertRefused(run(folder, ['data', '--exclude', '[a']), 2, '[a');
    assertRefused(run(folder, ['data', '--links', 'maybe']), 2, 'follow', 'keep', 'skip');
    assertRefused(run(folder, ['data', '--date', 'yesterday']), 2, '2030-01-31');
    assert.deepEqual(await readdir(folder), ['data']);
  });

  it('leaves nothing behind when there is no room for the result', async (test) => {
    if (process.platform === 'win32') return test.skip('there is no ulimit');
    const folder = await makeTempFolder(test);
    await writeFile(join(folder, 'sparse'), '');
    await truncate(join(folder, 'sparse'), 16 << 20);
    await mkdir(join(folder, 'out'));
    const full = run(folder, ['sparse', '-l', '16K', '-o', 'out/x.torrent'], { shell: 'ulimit -f 8' });
    assertRefused(full, 1, 'out/x.torrent', 'cannot be written');
    assert.deepEqual(await readdir(join(folder, 'out')), []);
  });

  it('leaves nothing behind where it may not write', async (test) => {
    if (process.getuid?.() === 0) return test.skip('root may write everywhere');
    const folder = await makeFolder(test);
    await mkdir(join(folder, 'closed'), { mode: 0o555 });
    assertRefused(run(folder, ['data', '-o', 'closed/x.torrent']), 1, 'closed/x.torrent', 'permission');
  });
});
