import assert from 'node:assert/strict';
import {
  chmod,
  lstat,
  mkdir,
  open,
  readFile,
  rename,
  rm,
  stat,
  symlink,
  truncate,
  writeFile,
} from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { parseMetainfo } from '../../src/bittorrent/metainfo/parse.ts';
import { makeHybridTorrent } from '../support/clients/hybrid-torrent.ts';
import { writeSampleFolder } from '../support/data.ts';
import { startFixedTracker } from '../support/fixed-tracker.ts';
import { runProcess, startProcess } from '../support/processes.ts';
import { makeTorrentCommand, seedbedCommand } from '../support/seedbed.ts';
import { makeTempFolder } from '../support/temp-folder.ts';
import { requireTool, systemPython } from '../support/tools.ts';

interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command in a folder to its end, whatever that is. */
async function seedbed(t: TestContext, cwd: string, ...args: readonly string[]): Promise<Outcome> {
  const [program, ...rest] = seedbedCommand(args) as [string, ...string[]]; // it is never empty
  const child = startProcess(t, program, rest, { name: `seedbed ${args[0]}`, cwd });
  const { code } = await child.waitForExit();
  return { code, stdout: child.stdout, stderr: child.stderr };
}

/** A folder with the sample folder `album` and torrents of it, `v1.torrent`, `v2.torrent`, `hybrid.torrent`. */
async function makeTorrents(t: TestContext): Promise<string> {
  const work = await makeTempFolder(t);
  await writeSampleFolder(join(work, 'album'));
  for (const version of ['v1', 'v2', 'hybrid']) {
    const flags = [`--${version}`, '-o', `${version}.torrent`, '-a', 'http://a.example/announce', '-q'];
    const [program, ...args] = makeTorrentCommand(['album', ...flags]) as [string, ...string[]];
    await runProcess(program, args, { cwd: work });
  }
  return work;
}

async function spoil(path: string, position: number): Promise<void> {
  await using file = await open(path, 'r+');
  await file.write('spoilt', position);
}

describe('seedbed verify', () => {
  for (const version of ['v1', 'v2', 'hybrid'])
    it(`tells good data from bad for a ${version} torrent`, async (t) => {
      const work = await makeTorrents(t);
      const good = await seedbed(t, work, 'verify', `${version}.torrent`, '.');
      assert.deepEqual([good.code, good.stderr], [0, '']);
      assert.match(good.stdout, /\nFiles: {4}11 of 11 ok\nPieces: .*\(100 %\)\nComplete: yes\n$/);
      await spoil(join(work, 'album/z-last.bin'), 7_000_000);
      await rm(join(work, 'album/deep/sibling.bin'));
      const bad = await seedbed(t, work, 'verify', `${version}.torrent`, 'album');
      assert.deepEqual([bad.code, bad.stderr], [1, '']);
      assert.match(bad.stdout, /^missing {5}album\/deep\/sibling\.bin: it does not exist$/m);
      assert.match(bad.stdout, /^bad pieces {2}album\/z-last\.bin: 1 of its \d+ pieces is wrong \(\d+\)$/m);
      const json = await seedbed(t, work, 'verify', `${version}.torrent`, 'album', '--json', '--extra-files');
      const facts = JSON.parse(json.stdout);
      assert.deepEqual([json.code, facts.isComplete, facts.extraFiles], [1, false, []]);
      assert.equal(facts.files.length, 11);
      assert.equal((await seedbed(t, work, 'verify', '-q', `${version}.torrent`, 'album')).stdout, '');
    });

  it('agrees with libtorrent and mktorrent on what is complete', async (t) => {
    if (requireTool(t, 'libtorrent') === undefined || requireTool(t, 'mktorrent') === undefined) return;
    const work = await makeTempFolder(t);
    await writeSampleFolder(join(work, 'album'));
    await makeHybridTorrent(join(work, 'album'), join(work, 'lt.torrent'));
    await runProcess('mktorrent', ['-o', 'mk.torrent', 'album'], { cwd: work });
    for (const torrent of ['lt.torrent', 'mk.torrent'])
      assert.equal((await seedbed(t, work, 'verify', torrent, '.', '--extra-files')).code, 0, torrent);
  });

  it('ends with 130 when it is interrupted', async (t) => {
    const work = await makeTempFolder(t);
    await writeFile(join(work, 'large.bin'), '');
    await truncate(join(work, 'large.bin'), 2 ** 30); // a hole: quick to make, and read like any other
    const [maker, ...making] = makeTorrentCommand(['large.bin', '-q']) as [string, ...string[]];
    await runProcess(maker, making, { cwd: work });
    const [program, ...args] = seedbedCommand([
      'verify',
      'large.bin.torrent',
      '.',
      '--json',
      '--threads',
      '1',
    ]) as [string, ...string[]];
    const child = startProcess(t, program, args, { cwd: work });
    await child.waitForOutput(/"event":"progress"/);
    child.kill('SIGINT');
    assert.equal((await child.waitForExit()).code, 130);
    assert.equal(child.stdout, '');
    assert.match(child.stderr, /seedbed: interrupted\n$/);
  });
});

describe('seedbed edit', () => {
  it('changes trackers and comment in place, keeps the mode, and leaves the info-hash', async (t) => {
    const work = await makeTorrents(t);
    await chmod(join(work, 'hybrid.torrent'), 0o640);
    await symlink('hybrid.torrent', join(work, 'link.torrent'));
    const before = parseMetainfo(await readFile(join(work, 'hybrid.torrent')));
    const args = ['--add-tracker', 'udp://b.example:1/announce', '--comment', 'hi', '--no-created-by'];
    const outcome = await seedbed(t, work, 'edit', 'link.torrent', ...args);
    assert.deepEqual([outcome.code, outcome.stderr], [0, '']);
    assert.match(outcome.stdout, /^link\.torrent: written\n/);
    assert.equal(outcome.stdout.match(/, unchanged$/gm)?.length, 2, 'both info-hashes');
    const after = parseMetainfo(await readFile(join(work, 'hybrid.torrent')));
    assert.deepEqual(after.announceTiers, [['http://a.example/announce'], ['udp://b.example:1/announce']]);
    assert.deepEqual([after.comment, after.createdBy, after.infoHash], ['hi', undefined, before.infoHash]);
    assert.equal((await stat(join(work, 'hybrid.torrent'))).mode & 0o777, 0o640);
    assert.ok((await lstat(join(work, 'link.torrent'))).isSymbolicLink());
    assert.equal((await seedbed(t, work, 'verify', '-q', 'hybrid.torrent', '.')).code, 0);
  });

  it('touches nothing when nothing changes, and with --dry-run', async (t) => {
    const work = await makeTorrents(t);
    const path = join(work, 'v1.torrent');
    const before = await stat(path, { bigint: true });
    for (const [flags, said] of [
      [['-a', 'http://a.example/announce'], /^v1\.torrent: nothing to change\n/],
      [
        ['--private', '--dry-run'],
        /^v1\.torrent: not written \(--dry-run\)\n {2}Private: +no -> yes[\s\S]*another swarm/,
      ],
    ] as const) {
      const { code, stdout } = await seedbed(t, work, 'edit', 'v1.torrent', ...flags);
      assert.equal(code, 0);
      assert.match(stdout, said);
    }
    const after = await stat(path, { bigint: true });
    assert.deepEqual([after.ino, after.mtimeNs], [before.ino, before.mtimeNs]);
  });

  it('makes another torrent only when that is asked for, and libtorrent takes it', async (t) => {
    if (requireTool(t, 'libtorrent') === undefined) return;
    const work = await makeTorrents(t);
    const args = ['edit', 'hybrid.torrent', '--private', '--source', 'X', '--name', 'Álbum'];
    const refused = await seedbed(t, work, ...args);
    assert.deepEqual([refused.code, refused.stdout], [1, '']);
    assert.match(refused.stderr, /name and private and source are part of the info-hash/);
    const outcome = await seedbed(t, work, ...args, '--new-info-hash', '--json', '-o', 'new.torrent');
    const facts = JSON.parse(outcome.stdout);
    const script = `import libtorrent as lt; i = lt.torrent_info('new.torrent'); print(i.info_hashes().v1, i.info_hashes().v2, i.name(), i.priv())`;
    const { stdout } = await runProcess(systemPython, ['-c', script], { cwd: work });
    assert.equal(stdout, `${facts.infoHash.after} ${facts.infoHashV2.after} Álbum True\n`);
    assert.notEqual(facts.infoHash.before, facts.infoHash.after);
  });

  it('changes a passkey in many files, and goes on after one that cannot be read', async (t) => {
    const work = await makeTorrents(t);
    const args = ['--replace', 'a.example/announce=a.example/key/announce'];
    const outcome = await seedbed(t, work, 'edit', '-q', 'v1.torrent', 'none.torrent', 'v2.torrent', ...args);
    assert.deepEqual([outcome.code, outcome.stdout], [1, '']);
    assert.equal(
      outcome.stderr,
      'seedbed: "none.torrent" does not exist\nseedbed: 1 of 3 torrents were not changed\n',
    );
    for (const torrent of ['v1.torrent', 'v2.torrent'])
      assert.deepEqual(parseMetainfo(await readFile(join(work, torrent))).announceTiers, [
        ['http://a.example/key/announce'],
      ]);
  });
});

describe('seedbed diff', () => {
  it('tells what a holder of the one must fetch for the other', async (t) => {
    const work = await makeTorrents(t);
    await spoil(join(work, 'album/z-last.bin'), 0);
    await rename(join(work, 'album/deep/sibling.bin'), join(work, 'album/moved.bin'));
    const [program, ...args] = makeTorrentCommand(['album', '--hybrid', '-o', 'new.torrent', '-q']) as [
      string,
      ...string[],
    ];
    await runProcess(program, args, { cwd: work });
    const { code, stdout } = await seedbed(t, work, 'diff', 'v2.torrent', 'new.torrent');
    assert.equal(code, 1);
    assert.match(stdout, /^changed {7}z-last\.bin \(7\.63 MiB\)$/m);
    assert.match(stdout, /^renamed {7}deep\/sibling\.bin -> moved\.bin \(68\.4 KiB\)$/m);
    assert.match(stdout, /^To fetch: {5}64 KiB of 11\.9 MiB \(0\.6 %\) by whoever has all of A/m);
    const json = JSON.parse((await seedbed(t, work, 'diff', '--json', 'v2.torrent', 'new.torrent')).stdout);
    assert.deepEqual(json.fetch.files, [{ path: 'z-last.bin', lengthBytes: 8_000_000, fetchBytes: 65_536 }]);
  });

  it('ends as diff does: 0 for the same, 1 for others, 2 for trouble', async (t) => {
    const work = await makeTorrents(t);
    const diff = async (...args: readonly string[]): Promise<number | null> =>
      (await seedbed(t, work, 'diff', '-q', ...args)).code;
    assert.equal(await diff('v1.torrent', 'v1.torrent'), 0);
    assert.equal(await diff('v2.torrent', 'hybrid.torrent'), 1);
    assert.equal(await diff('--content', 'v2.torrent', 'hybrid.torrent'), 0);
    assert.equal(await diff('--content', 'v1.torrent', 'v2.torrent'), 1);
    assert.equal(await diff('v1.torrent', 'none.torrent'), 2);
  });
});

describe('seedbed lint', () => {
  it('ends with 1 for an error, and for a warning when it is strict', async (t) => {
    const work = await makeTorrents(t);
    await writeFile(join(work, 'bad.torrent'), 'no torrent');
    const lint = (...args: readonly string[]): Promise<Outcome> => seedbed(t, work, 'lint', ...args);
    const fine = await lint('v1.torrent', '--strict');
    assert.deepEqual([fine.code, fine.stderr], [0, '']);
    assert.match(
      fine.stdout,
      /^v1\.torrent: 1 finding\nhint {5}2 files are empty: .* \[size\.empty-files\]\n/,
    );
    assert.equal((await lint('bad.torrent', 'v1.torrent', '-q')).code, 1);
    await seedbed(t, work, 'edit', '-q', '-a', 'http://localhost/announce', 'v1.torrent');
    assert.deepEqual([(await lint('v1.torrent')).code, (await lint('--strict', 'v1.torrent')).code], [0, 1]);
    const all = await lint('--json', 'bad.torrent', 'v1.torrent', 'none.torrent');
    const [first, second, missing] = JSON.parse(all.stdout);
    assert.deepEqual([first.torrent, first.findings[0].code], ['bad.torrent', 'format.invalid']);
    assert.match(missing.findings[0].what, /"none\.torrent" does not exist/);
    assert.deepEqual(
      second.findings.map(({ code }: { code: string }) => code),
      ['size.empty-files', 'urls.private-address'],
    );
  });

  it('asks trackers only when it is told to', async (t) => {
    const work = await makeTorrents(t);
    const tracker = await startFixedTracker(t, (_request, response) => response.end('nonsense'));
    await seedbed(t, work, 'edit', '-q', '-a', tracker.url, 'v2.torrent');
    await seedbed(t, work, 'lint', 'v2.torrent');
    assert.equal(tracker.announces.length, 0);
    const { stdout } = await seedbed(t, work, 'lint', '--online', 'v2.torrent');
    assert.match(stdout, /^warning {2}a tracker cannot be asked: .* \[trackers\.unreachable\]$/m);
  });
});

describe('seedbed show and magnet', () => {
  it('know torrents of every version, and libtorrent reads the links', async (t) => {
    if (requireTool(t, 'libtorrent') === undefined) return;
    const work = await makeTorrents(t);
    await mkdir(join(work, 'empty'));
    for (const version of ['v1', 'v2', 'hybrid']) {
      const { stdout } = await seedbed(t, work, 'show', '--json', `${version}.torrent`);
      const facts = JSON.parse(stdout);
      assert.equal(facts.version, version);
      const link = (await seedbed(t, work, 'magnet', `${version}.torrent`)).stdout.trimEnd();
      assert.equal(facts.magnet, link);
      const script = `import libtorrent as lt, sys; p = lt.parse_magnet_uri(sys.argv[1]); print(p.info_hashes.v1 if p.info_hashes.has_v1() else '', p.info_hashes.v2 if p.info_hashes.has_v2() else '', p.trackers)`;
      const { stdout: read } = await runProcess(systemPython, ['-c', script, link]);
      const v1 = version === 'v2' ? '' : facts.infoHash;
      assert.equal(read, `${v1} ${facts.infoHashV2 ?? ''} ['http://a.example/announce']\n`);
    }
  });
});
