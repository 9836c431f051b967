import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { writeRandomFile } from '../support/data.ts';
import { eventually } from '../support/eventually.ts';
import { type ManagedProcess, startProcess } from '../support/processes.ts';
import { runSeedbed, startSeedbed } from '../support/seedbed.ts';
import { projectRoot } from '../support/source-tree.ts';
import { makeTempFolder } from '../support/temp-folder.ts';

const PROGRAM = join(projectRoot, 'src/cli/seedbed.ts');
const LOOPBACK = ['--host', '127.0.0.1', '--http-port', '0', '--peer-port', '0'];

describe('handing over to the running server', () => {
  it('two that publish at once on a new data folder both succeed: one becomes the server', async (t) => {
    const folder = await makeTempFolder(t);
    const dataDir = join(folder, 'data');
    const publish = async (name: string): Promise<ManagedProcess> => {
      await writeRandomFile(join(folder, name), 50_000, name.length);
      const args = [PROGRAM, 'publish', join(folder, name), '--json', '--data-dir', dataDir, ...LOOPBACK];
      return startProcess(t, process.execPath, args, { name });
    };
    const both = await Promise.all([publish('a.bin'), publish('bb.bin')]);
    await Promise.all(both.map((child) => child.waitForOutput(/"infoHash"/)));
    await eventually('the one that handed over has ended', () =>
      both.some((child) => child.status?.code === 0),
    );
    assert.equal(both.filter((child) => child.status === undefined).length, 1, 'the other one serves');
    const listed = await runSeedbed(['list', '--json', '--data-dir', dataDir]);
    assert.equal(listed.trim().split('\n').length, 2);
  });

  it('stops publishing what is removed', async (t) => {
    const folder = await makeTempFolder(t);
    const dataDir = join(folder, 'data');
    await startSeedbed(t, { dataDir });
    await writeRandomFile(join(folder, 'film.mkv'), 50_000);
    const { infoHash } = JSON.parse(
      await runSeedbed(['publish', join(folder, 'film.mkv'), '--json', '--data-dir', dataDir]),
    );
    assert.equal(await runSeedbed(['remove', infoHash, '--data-dir', dataDir]), `Removed ${infoHash}\n`);
    assert.equal(await runSeedbed(['list', '--data-dir', dataDir]), '');
  });

  it('tells of flags that the running server does not take', async (t) => {
    const folder = await makeTempFolder(t);
    const dataDir = join(folder, 'data');
    await startSeedbed(t, { dataDir });
    const path = join(folder, 'film.mkv');
    await writeRandomFile(path, 50_000);
    const told = async (...flags: string[]): Promise<string> => {
      const args = [PROGRAM, 'publish', path, '--data-dir', dataDir, ...flags];
      const child = startProcess(t, process.execPath, args);
      assert.equal((await child.waitForExit()).code, 0, child.stderr);
      return child.stderr;
    };
    assert.equal(
      await told('--http-port', '80', '--no-udp', '--threads', '1'),
      'seedbed: a server runs already and keeps its own settings: --http-port, --no-udp changes nothing here\n',
    );
    assert.equal(await told('--threads', '1', '--log-level', 'warn'), '');
    assert.equal(await told('--http-port', '80', '--quiet'), '');
  });

  it('tells its token to nobody who has taken the port of a server that was killed', async (t) => {
    const dataDir = join(await makeTempFolder(t), 'data');
    const server = await startSeedbed(t, { dataDir });
    server.process.kill('SIGKILL');
    await server.process.waitForExit();
    const told: string[] = [];
    const stranger = createServer((request, response) => {
      told.push(request.headers.authorization ?? 'nothing');
      response.end('{}');
    }).listen(0, '127.0.0.1');
    t.after(() => stranger.close());
    await eventually('the stranger listens', () => stranger.listening);
    const address = stranger.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    await writeFile(
      join(dataDir, 'server.json'),
      JSON.stringify({ pid: 1, url: `http://127.0.0.1:${port}` }),
    );
    await runSeedbed(['list', '--data-dir', dataDir]);
    assert.deepEqual(told, []);
  });
});

it('takes paths from the folder in which npm was called', async (t) => {
  const folder = await makeTempFolder(t);
  await writeRandomFile(join(folder, 'film.mkv'), 50_000);
  const env = { INIT_CWD: folder, npm_package_name: 'seedbed', npm_lifecycle_event: 'make-torrent' };
  const program = join(projectRoot, 'src/cli/make-torrent.ts');
  const child = startProcess(t, process.execPath, [program, 'film.mkv', '--json'], { env, cwd: projectRoot });
  assert.equal((await child.waitForExit()).code, 0, child.stderr);
  assert.equal(JSON.parse(child.stdout).torrent, join(folder, 'film.mkv.torrent'));
});
