import assert from 'node:assert/strict';
import { copyFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { writeRandomFile } from '../support/data.ts';
import { eventually } from '../support/eventually.ts';
import { runProcess, startProcess } from '../support/processes.ts';
import { Scope } from '../support/scope.ts';
import { projectRoot } from '../support/source-tree.ts';
import { makeTempFolder } from '../support/temp-folder.ts';

/** What is published is compiled: other names of files, of threads' programs and of migrations than those of the sources. */
describe('the compiled package', () => {
  const scope = new Scope();
  let folder: string;
  before(async () => {
    folder = await makeTempFolder(scope);
    const tsc = join(projectRoot, 'node_modules/.bin/tsc');
    const project = join(projectRoot, 'tsconfig.build.json');
    await runProcess(tsc, ['-p', project, '--outDir', join(folder, 'dist')], { deadlineMs: 120_000 });
    await copyFile(join(projectRoot, 'package.json'), join(folder, 'package.json'));
    await symlink(join(projectRoot, 'node_modules'), join(folder, 'node_modules'));
    await writeRandomFile(join(folder, 'film.mkv'), 300_000);
  });
  after(() => scope.end());

  it('makes a torrent', async () => {
    const program = join(folder, 'dist/src/cli/make-torrent.js');
    const { stdout } = await runProcess(process.execPath, [program, 'film.mkv', '--json'], { cwd: folder });
    assert.equal(JSON.parse(stdout).torrent, join(folder, 'film.mkv.torrent'));
  });

  it('serves: with its database, its lists of addresses, and what is published', async (t) => {
    const program = join(folder, 'dist/src/cli/seedbed.js');
    const data = ['--data-dir', join(folder, 'data')];
    await writeFile(join(folder, 'denied.txt'), '203.0.113.0/24\n');
    const flags = ['--host', '127.0.0.1', '--http-port', '0', '--peer-port', '0'];
    const args = [program, 'serve', ...data, ...flags, '--deny-addresses', join(folder, 'denied.txt')];
    const server = startProcess(t, process.execPath, args, { cwd: folder });
    await server.waitForOutput(/Seedbed is running/);
    const ask = async (...command: string[]): Promise<string> =>
      (await runProcess(process.execPath, [program, ...command, ...data], { cwd: folder })).stdout;
    assert.match(await ask('publish', 'film.mkv'), /^Published film\.mkv/);
    await eventually('it to be seeded', async () => /seeding/.test(await ask('list')));
    assert.match(await ask('access'), /1 in .*denied\.txt/);
  });

  it('is a library', async () => {
    await writeFile(
      join(folder, 'library.mjs'),
      "import { TrackerCore } from 'seedbed';\nconsole.log(new TrackerCore().stats().swarms);\n",
    );
    const { stdout } = await runProcess(process.execPath, ['library.mjs'], { cwd: folder });
    assert.equal(stdout, '0\n');
  });
});
