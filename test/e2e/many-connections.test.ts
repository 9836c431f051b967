import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { aria2 } from '../support/clients/aria2.ts';
import { download } from '../support/clients/client.ts';
import { writeRandomFile } from '../support/data.ts';
import { eventually } from '../support/eventually.ts';
import { COLLECTABLE, residentBytes } from '../support/garbage-collection.ts';
import { connectIdlePeers } from '../support/idle-peers.ts';
import { publish, runSeedbed, startSeedbed } from '../support/seedbed.ts';
import { makeTempFolder } from '../support/temp-folder.ts';
import { requireTool } from '../support/tools.ts';

const COUNT = 10_000;
/** Files that both processes have open beside the connections. */
const OTHER_FILES = 500;
/** What a peer may cost while it is there, and what a second crowd may leave more of each than the first. */
const PEER_BYTES = 64 * 1024;
const LEFT_BYTES = 2 * 1024;

/** Why so many connections cannot be had here, or undefined; Node takes all the files that it may have. */
function whyNotSoMany(): string | undefined {
  const most = execFileSync('sh', ['-c', 'ulimit -Hn'], { encoding: 'utf8' }).trim();
  const needed = COUNT + OTHER_FILES;
  if (most === 'unlimited' || Number(most) >= needed) return undefined;
  return `a process may have ${most} files open here, and ${needed} are needed (ulimit -Hn)`;
}

test('ten thousand idle peers cost little, others are served as before, and what they cost comes back', {
  timeout: 240_000,
}, async (t) => {
  if (requireTool(t, 'aria2c') === undefined) return;
  const reason = whyNotSoMany();
  if (reason !== undefined && process.env['CI'] === 'true') throw new Error(reason);
  if (reason !== undefined) return t.skip(reason);
  const dataDir = join(await makeTempFolder(t), 'data');
  const server = await startSeedbed(t, {
    dataDir,
    args: ['--max-connections', String(COUNT + OTHER_FILES)],
    prefix: COLLECTABLE,
  });
  const file = join(await makeTempFolder(t), 'file.bin');
  await writeRandomFile(file, 20_000_000);
  const { infoHash, torrentPath } = await publish(dataDir, file);
  const peers = async (): Promise<number> =>
    JSON.parse(await runSeedbed(['list', '--json', '--data-dir', dataDir])).peers;

  /** They come, somebody downloads, and they go; what the process has afterwards. */
  const crowd = async (): Promise<number> => {
    const before = await residentBytes(server.process);
    const sockets = await connectIdlePeers(t, { port: server.peerPort, infoHash }, { count: COUNT });
    assert.equal(await peers(), COUNT);
    const grown = (await residentBytes(server.process)) - before;
    t.diagnostic(`${Math.round(grown / COUNT / 1024)} KiB a peer`);
    assert.ok(grown < COUNT * PEER_BYTES, `${grown} bytes for ${COUNT} peers`);
    const folder = await makeTempFolder(t);
    await download(aria2, { torrent: torrentPath, folder });
    assert.deepEqual(await readFile(join(folder, 'file.bin')), await readFile(file));
    for (const socket of sockets) socket.destroy();
    await eventually('the peers are gone', async () => (await peers()) === 0);
    return residentBytes(server.process);
  };
  const first = await crowd();
  const left = (await crowd()) - first;
  t.diagnostic(`${Math.round(left / 1024)} KiB more are left after the second crowd than ${first >> 20} MiB`);
  assert.ok(left < COUNT * LEFT_BYTES, `${left} bytes more after the second crowd`);
});
