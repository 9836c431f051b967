import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { aria2 } from '../support/clients/aria2.ts';
import { download } from '../support/clients/client.ts';
import { writeRandomFile } from '../support/data.ts';
import { eventually } from '../support/eventually.ts';
import { connectIdlePeers } from '../support/idle-peers.ts';
import { publish, runSeedbed, startSeedbed } from '../support/seedbed.ts';
import { makeTempFolder } from '../support/temp-folder.ts';
import { requireTool } from '../support/tools.ts';

const WANTED = 10_000;
/** Files that both processes have open beside the connections. */
const OTHER_FILES = 500;

/** As many connections as this machine lets one process have; Node takes all it may. */
function connectionsHere(): number {
  const most = execFileSync('sh', ['-c', 'ulimit -Hn'], { encoding: 'utf8' }).trim();
  return most === 'unlimited' ? WANTED : Math.min(WANTED, Number(most) - OTHER_FILES);
}

async function residentBytes(pid: number): Promise<number> {
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(await readFile(`/proc/${pid}/status`, 'utf8'))?.[1]) * 1024;
}

test('ten thousand idle peers cost little, and others are served as before', {
  timeout: 240_000,
}, async (t) => {
  if (requireTool(t, 'aria2c') === undefined) return;
  const count = connectionsHere();
  t.diagnostic(`${count} connections`);
  const dataDir = join(await makeTempFolder(t), 'data');
  const server = await startSeedbed(t, {
    dataDir,
    args: ['--max-connections', String(WANTED + OTHER_FILES)],
  });
  const file = join(await makeTempFolder(t), 'file.bin');
  await writeRandomFile(file, 20_000_000);
  const { infoHash, torrentPath } = await publish(dataDir, file);
  const peers = async (): Promise<number> =>
    JSON.parse(await runSeedbed(['list', '--json', '--data-dir', dataDir])).peers;

  const before = await residentBytes(server.process.pid);
  const sockets = await connectIdlePeers(t, { port: server.peerPort, infoHash }, { count });
  assert.equal(await peers(), count);
  const grown = (await residentBytes(server.process.pid)) - before;
  t.diagnostic(`${Math.round(grown / count / 1024)} KiB a peer`);
  assert.ok(grown / count < 64 * 1024, `${grown} bytes for ${count} peers`);

  const folder = await makeTempFolder(t);
  await download(aria2, { torrent: torrentPath, folder });
  assert.deepEqual(await readFile(join(folder, 'file.bin')), await readFile(file));

  for (const socket of sockets) socket.destroy();
  await eventually('the peers are gone', async () => (await peers()) === 0);
});
