import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { it, type TestContext } from 'node:test';
import { infoHashToHex } from '../../src/bittorrent/info-hash.ts';
import { eventually } from '../support/eventually.ts';
import { freePort } from '../support/free-port.ts';
import { type ManagedProcess, startProcess } from '../support/processes.ts';
import { runSeedbed, seedbedCommand, startSeedbed } from '../support/seedbed.ts';
import { makeTorrentFixture, seedFixture, type TorrentFixture } from '../support/seeded-torrent.ts';
import { makeTempFolder } from '../support/temp-folder.ts';

interface Row {
  readonly infoHash: string;
  readonly name: string;
  readonly state: string;
}

function start(t: TestContext, ...args: string[]): ManagedProcess {
  const command = seedbedCommand(args);
  return startProcess(t, command[0] as string, command.slice(1), { name: `seedbed ${args[0]}` });
}

async function list(dataDir: string): Promise<Row[]> {
  const lines = await runSeedbed(['list', '--json', '--data-dir', dataDir]);
  return lines.split('\n').flatMap((line) => (line === '' ? [] : (JSON.parse(line) as Row)));
}

/** A link whose one peer is not there yet, and the port at which it will be. */
async function earlyLink({ metainfo }: TorrentFixture): Promise<{ link: string; port: number }> {
  const port = await freePort();
  const passkey = `&tr=${encodeURIComponent('http://127.0.0.1:9/secret-passkey/announce')}`;
  const hash = infoHashToHex(metainfo.infoHash);
  return { link: `magnet:?xt=urn:btih:${hash}&dn=early${passkey}&x.pe=127.0.0.1:${port}`, port };
}

it('a magnet link outlives Ctrl-C of its command and kill -9 of the server, and is fetched when its peer comes', async (t) => {
  const fixture = await makeTorrentFixture(t, { content: 1_000_000 });
  const { link, port } = await earlyLink(fixture);
  const [target, dataDir] = [await makeTempFolder(t), join(await makeTempFolder(t), 'data')];
  const first = await startSeedbed(t, { dataDir, args: ['--no-dht'], logLevel: 'trace' });
  const mirror = start(t, 'mirror', link, '--to', target, '--data-dir', dataDir);
  await mirror.waitForOutput(/Asking peers for the metadata of the magnet link [0-9a-f]{8}; Ctrl-C leaves/);
  mirror.kill('SIGINT');
  assert.deepEqual(await mirror.waitForExit(), { code: 130, signal: null });
  assert.match(mirror.stderr, /interrupted: the server goes on asking for the metadata/);
  assert.match(await runSeedbed(['list', '--data-dir', dataDir]), /fetching metadata +0 +0 +0 +early/);
  first.process.kill('SIGKILL');
  await first.process.waitForExit();
  assert.doesNotMatch(first.process.stderr + first.process.stdout, /secret-passkey/);
  assert.deepEqual(
    (await list(dataDir)).map(({ name, state }) => [name, state]),
    [['early', 'not running, without metadata']],
  );
  await seedFixture(t, fixture, { port });
  await startSeedbed(t, { dataDir, args: ['--no-dht'] });
  await eventually('the torrent to be seeded', async () => (await list(dataDir))[0]?.state === 'seeding');
  assert.deepEqual(await readFile(join(target, 'sample')), fixture.data);
});

it('without a server the link is kept for the next one', async (t) => {
  const fixture = await makeTorrentFixture(t);
  const { link } = await earlyLink(fixture);
  const [target, dataDir] = [await makeTempFolder(t), join(await makeTempFolder(t), 'data')];
  const where = ['--data-dir', dataDir, '--host', '127.0.0.1', '--http-port', '0', '--peer-port', '0'];
  const mirror = start(t, 'mirror', link, '--to', target, '--no-dht', ...where);
  await mirror.waitForOutput(/after Ctrl-C the next server goes on with it/);
  mirror.kill('SIGINT');
  assert.deepEqual(await mirror.waitForExit(), { code: 130, signal: null });
  assert.match(mirror.stderr, /the link is kept, and the next server goes on/);
  const hash = infoHashToHex(fixture.metainfo.infoHash);
  await startSeedbed(t, { dataDir, args: ['--no-dht'] });
  const shown = await runSeedbed(['show', hash.slice(0, 8), '--data-dir', dataDir]);
  assert.match(shown, /State: +fetching metadata\n/);
  assert.doesNotMatch(shown, /secret-passkey/);
  await runSeedbed(['stop', hash.slice(0, 8), '--data-dir', dataDir]);
  assert.equal((await list(dataDir))[0]?.state, 'stopped');
  await runSeedbed(['remove', hash.slice(0, 8), '--data-dir', dataDir]);
  assert.deepEqual(await list(dataDir), []);
});
