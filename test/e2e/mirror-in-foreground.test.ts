import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { it, type TestContext } from 'node:test';
import { infoHashToHex } from '../../src/bittorrent/info-hash.ts';
import { type ManagedProcess, startProcess } from '../support/processes.ts';
import { runSeedbed, seedbedCommand } from '../support/seedbed.ts';
import { makeTorrentFixture, seedFixture } from '../support/seeded-torrent.ts';
import { makeTempFolder } from '../support/temp-folder.ts';

async function startMirror(
  t: TestContext,
  source: string,
  { target, dataDir, flags = [] }: { target: string; dataDir: string; flags?: readonly string[] },
): Promise<ManagedProcess> {
  const where = ['--data-dir', dataDir, '--host', '127.0.0.1', '--http-port', '0', '--peer-port', '0'];
  const command = seedbedCommand(['mirror', source, '--to', target, ...where, ...flags]);
  return startProcess(t, command[0] as string, command.slice(1), { name: 'seedbed mirror' });
}

it('mirror alone, without a server, is the server: it fetches by magnet and seeds until it is stopped', async (t) => {
  const fixture = await makeTorrentFixture(t, { content: 3_000_000 });
  const { port } = await seedFixture(t, fixture);
  const target = await makeTempFolder(t);
  const hash = infoHashToHex(fixture.metainfo.infoHash);
  const source = `magnet:?xt=urn:btih:${hash}&x.pe=127.0.0.1:${port}`;
  const dataDir = await makeTempFolder(t);
  const flags = ['--torrent-upload', '800K', '--upload-limit', '5M'];
  const mirror = await startMirror(t, source, { target, dataDir, flags });
  await mirror.waitForOutput(/Mirroring sample/);
  await mirror.waitForOutput(/Seeding until you stop it/);
  assert.deepEqual(await readFile(join(target, 'sample')), fixture.data);
  const limit = (...args: string[]) => runSeedbed(['limit', ...args, '--data-dir', dataDir]);
  assert.match(await limit(hash), /^Upload limit: +800 KiB\/s$/m);
  assert.match(await limit(), /^Upload limit: +5 MiB\/s$/m); // what is refused where a server runs is its own setting here
  mirror.kill('SIGTERM');
  assert.deepEqual(await mirror.waitForExit(10_000), { code: 0, signal: null });
});

it('mirror says what is in the way, and ends', async (t) => {
  const fixture = await makeTorrentFixture(t);
  const target = await makeTempFolder(t);
  const torrent = join(await makeTempFolder(t), 'sample.torrent');
  await writeFile(torrent, fixture.torrent);
  await writeFile(join(target, 'sample'), 'my diary');
  const mirror = await startMirror(t, torrent, { target, dataDir: await makeTempFolder(t) });
  assert.deepEqual(await mirror.waitForExit(20_000), { code: 1, signal: null });
  assert.match(mirror.stderr, /sample is there already and has nothing of the torrent in it: move it away/);
});
