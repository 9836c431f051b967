import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { it, type TestContext } from 'node:test';
import { infoHashToHex } from '../../src/bittorrent/info-hash.ts';
import { type ManagedProcess, startProcess } from '../support/processes.ts';
import { seedbedCommand } from '../support/seedbed.ts';
import { makeTorrentFixture, seedFixture } from '../support/seeded-torrent.ts';
import { makeTempFolder } from '../support/temp-folder.ts';

async function startMirror(t: TestContext, source: string, target: string): Promise<ManagedProcess> {
  const dataDir = join(await makeTempFolder(t), 'data');
  const where = ['--data-dir', dataDir, '--host', '127.0.0.1', '--http-port', '0', '--peer-port', '0'];
  const command = seedbedCommand(['mirror', source, '--to', target, ...where]);
  return startProcess(t, command[0] as string, command.slice(1), { name: 'seedbed mirror' });
}

it('mirror alone, without a server, is the server: it fetches by magnet and seeds until it is stopped', async (t) => {
  const fixture = await makeTorrentFixture(t, { content: 3_000_000 });
  const { port } = await seedFixture(t, fixture);
  const target = await makeTempFolder(t);
  const hash = infoHashToHex(fixture.metainfo.infoHash);
  const mirror = await startMirror(t, `magnet:?xt=urn:btih:${hash}&x.pe=127.0.0.1:${port}`, target);
  await mirror.waitForOutput(/Mirroring sample/);
  await mirror.waitForOutput(/Seeding until you stop it/);
  assert.deepEqual(await readFile(join(target, 'sample')), fixture.data);
  mirror.kill('SIGTERM');
  assert.deepEqual(await mirror.waitForExit(10_000), { code: 0, signal: null });
});

it('mirror says what is in the way, and ends', async (t) => {
  const fixture = await makeTorrentFixture(t);
  const target = await makeTempFolder(t);
  const torrent = join(await makeTempFolder(t), 'sample.torrent');
  await writeFile(torrent, fixture.torrent);
  await writeFile(join(target, 'sample'), 'my diary');
  const mirror = await startMirror(t, torrent, target);
  assert.deepEqual(await mirror.waitForExit(20_000), { code: 1, signal: null });
  assert.match(mirror.stderr, /sample is there already and has nothing of the torrent in it: move it away/);
});
