import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { writeRandomFile } from '../support/data.ts';
import { startProcess } from '../support/processes.ts';
import { publish, runSeedbed, seedbedCommand, startSeedbed } from '../support/seedbed.ts';
import { makeTempFolder } from '../support/temp-folder.ts';

describe('seedbed shutdown', () => {
  it('ends the server in order, returns when it is gone, and nothing that was acknowledged is lost', async (t) => {
    const dataDir = await makeTempFolder(t);
    const server = await startSeedbed(t, { dataDir, open: true });
    const path = join(await makeTempFolder(t), 'film.mkv');
    await writeRandomFile(path, 50_000);
    const { infoHash } = await publish(dataDir, path);
    const swarm = `info_hash=${'%aa'.repeat(20)}`;
    const client = 'peer_id=-XX0001-000000000001&port=7001&left=9&compact=1';
    await fetch(`${server.origin}/announce?${swarm}&${client}&uploaded=0&downloaded=0`);
    assert.equal(await runSeedbed(['shutdown', '--data-dir', dataDir]), 'The server has ended\n');
    assert.deepEqual(await server.process.waitForExit(5_000), { code: 0, signal: null });
    const again = await startSeedbed(t, { dataDir, open: true });
    assert.match(await runSeedbed(['list', '--json', '--data-dir', dataDir]), new RegExp(infoHash));
    assert.match(await (await fetch(`${again.origin}/scrape?${swarm}`)).text(), /10:incompletei1e/);
  });

  it('asked for twice at the same time is the same', async (t) => {
    const dataDir = await makeTempFolder(t);
    const server = await startSeedbed(t, { dataDir });
    const ended = await Promise.allSettled(
      Array.from({ length: 2 }, () => runSeedbed(['shutdown', '--data-dir', dataDir])),
    );
    assert.ok(ended.some(({ status }) => status === 'fulfilled'));
    assert.deepEqual(await server.process.waitForExit(5_000), { code: 0, signal: null });
  });

  it('ends a command, too, that is the server itself', async (t) => {
    const folder = await makeTempFolder(t);
    const dataDir = join(folder, 'data');
    await writeRandomFile(join(folder, 'film.mkv'), 50_000);
    const ports = ['--host', '127.0.0.1', '--http-port', '0', '--peer-port', '0'];
    const [program = '', ...args] = seedbedCommand(['publish', join(folder, 'film.mkv'), ...ports]);
    const publisher = startProcess(t, program, [...args, '--data-dir', dataDir]);
    await publisher.waitForOutput(/magnet:/);
    await runSeedbed(['shutdown', '--data-dir', dataDir]);
    assert.deepEqual(await publisher.waitForExit(5_000), { code: 0, signal: null });
  });

  it('says that no server runs', async (t) => {
    const dataDir = await makeTempFolder(t);
    const [program = '', ...args] = seedbedCommand(['shutdown', '--data-dir', dataDir]);
    const command = startProcess(t, program, args);
    assert.deepEqual(await command.waitForExit(), { code: 1, signal: null });
    assert.match(
      command.stderr,
      /^seedbed: no server runs on the data folder .*: start it with seedbed serve$/m,
    );
  });
});
