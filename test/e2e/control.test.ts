import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { rotByte } from '../support/corrupt.ts';
import { writeRandomFile } from '../support/data.ts';
import { eventually } from '../support/eventually.ts';
import { FakePeer } from '../support/fake-peer.ts';
import { startProcess } from '../support/processes.ts';
import { Scope } from '../support/scope.ts';
import {
  publish,
  type RunningSeedbed,
  runSeedbed,
  seedbedCommand,
  startSeedbed,
} from '../support/seedbed.ts';
import { makeTempFolder } from '../support/temp-folder.ts';

describe('a torrent of a running server, by the command line', () => {
  const scope = new Scope();
  let server: RunningSeedbed;
  let folder: string;
  let infoHash: string;
  let prefix: string;

  before(async () => {
    server = await startSeedbed(scope, { dataDir: await makeTempFolder(scope) });
    folder = join(await makeTempFolder(scope), 'album');
    await mkdir(folder);
    await writeRandomFile(join(folder, '01.flac'), 300_000);
    await writeRandomFile(join(folder, '02.flac'), 200_000);
    ({ infoHash } = await publish(server.dataDir, folder, ['--piece-length', '64KiB']));
    prefix = infoHash.slice(0, 8);
  });
  after(() => scope.end());

  /** Runs a command on the server's data folder to its end. */
  async function run(...args: readonly string[]) {
    const [program = '', ...rest] = seedbedCommand([...args, '--data-dir', server.dataDir]);
    const child = startProcess(scope, program, rest, { name: `seedbed ${args[0]}` });
    const { code } = await child.waitForExit();
    return { code, stdout: child.stdout, stderr: child.stderr };
  }

  async function state(): Promise<string> {
    const lines = (await runSeedbed(['list', '--json', '--data-dir', server.dataDir]))
      .split('\n')
      .slice(0, -1);
    const rows = lines.map((line) => JSON.parse(line) as { infoHash: string; state: string });
    return rows.find((row) => row.infoHash === infoHash)?.state ?? 'gone';
  }

  it('is stopped and started, by the first digits of its info-hash', async () => {
    assert.equal((await run('stop', prefix)).stdout, `Stopped ${infoHash}\n`);
    assert.equal(await state(), 'stopped');
    assert.equal((await run('start', prefix.toUpperCase())).stdout, `Started ${infoHash}\n`);
    await eventually('it is seeded', async () => (await state()) === 'seeding');
  });

  it('is not found by digits that no torrent has, or by too few', async () => {
    const other = infoHash.startsWith('0') ? '1'.repeat(8) : '0'.repeat(8);
    const unknown = await run('stop', other);
    assert.deepEqual([unknown.code, /no torrent here begins with/.test(unknown.stderr)], [1, true]);
    const short = await run('stop', infoHash.slice(0, 7));
    assert.deepEqual([short.code, /too short/.test(short.stderr)], [2, true]);
  });

  it('has files, of which all is here', async () => {
    const { stdout } = await run('files', prefix);
    assert.match(
      stdout,
      /^INDEX +SIZE +HERE +PRIORITY +PATH\n0 +293 KiB +100 % +1 +01\.flac\n1 +195\.3 KiB +100 % +1 +02\.flac\n$/,
    );
  });

  it('is shown with its state and where its data is', async () => {
    const { stdout } = await run('show', prefix);
    assert.match(stdout, /^Name: +album\n/);
    assert.match(stdout, /\nState: +seeding, 100 %\n/);
    const { dataPath } = JSON.parse((await run('show', prefix, '--json')).stdout) as { dataPath: string };
    assert.equal(dataPath, folder);
  });

  it('has peers that are connected', async () => {
    assert.match((await run('peers', prefix)).stderr, /No peer is connected/);
    await FakePeer.download(scope, server.peerPort, Buffer.from(infoHash, 'hex'));
    const { stdout } = await run('peers', prefix);
    assert.match(stdout, /\n127\.0\.0\.1 +\d+ +FK 0\.0\.0 +incoming +0 % +0 B\/s +0 B\/s +i\n$/);
  });

  it('has trackers, ours first', async () => {
    const { stdout } = await run('trackers', prefix, '--json');
    const { url, state: trackerState } = JSON.parse(stdout) as { url: string; state: string };
    assert.deepEqual([url, trackerState], [`${server.origin}/announce`, 'own']);
  });

  it('is rechecked, in all and in part', async () => {
    const whole = await run('recheck', prefix);
    assert.deepEqual([whole.code, whole.stdout], [0, `${infoHash}: 8 pieces passed, 0 failed\n`]);
    const part = await run('recheck', prefix, '--pieces', '0-1,7', '--json');
    const { passed, failed } = JSON.parse(part.stdout) as { passed: number; failed: number };
    assert.deepEqual([part.code, passed, failed], [0, 3, 0]);
    const none = await run('recheck', prefix, '--pieces', '8');
    assert.deepEqual([none.code, /there is no piece 8/.test(none.stderr)], [1, true]);
    assert.equal((await run('recheck', prefix, '--pieces', 'all')).code, 2);
  });

  it('says by its exit code that a recheck found bad pieces', async () => {
    const path = join(folder, '02.flac');
    await rotByte(path, 199_999);
    const { code, stdout } = await run('recheck', prefix, '--file', '02.flac');
    assert.deepEqual([code, stdout], [1, `${infoHash}: 3 pieces passed, 1 failed (7)\n`]);
    assert.equal(await state(), 'failed');
    await rotByte(path, 199_999);
    assert.equal((await run('recheck', prefix)).code, 0);
  });

  it('is removed with its data, but not with what else is there', async () => {
    await writeRandomFile(join(folder, 'cover.jpg'), 10);
    const { code, stdout, stderr } = await run('remove', prefix, '--with-data');
    assert.deepEqual([code, stdout], [0, `Removed ${infoHash} and 2 files of 488.3 KiB\n`]);
    assert.match(stderr, /album holds what is not the torrent's/);
    assert.ok(existsSync(join(folder, 'cover.jpg')) && !existsSync(join(folder, '01.flac')));
    assert.equal(await state(), 'gone');
    assert.ok(existsSync(dirname(folder)));
  });
});
