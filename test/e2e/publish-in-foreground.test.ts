import assert from 'node:assert/strict';
import { join } from 'node:path';
import { it } from 'node:test';
import { download } from '../support/clients/client.ts';
import { libtorrent } from '../support/clients/libtorrent.ts';
import { checksums, writeSampleFolder } from '../support/data.ts';
import { startProcess } from '../support/processes.ts';
import { seedbedCommand } from '../support/seedbed.ts';
import { makeTempFolder } from '../support/temp-folder.ts';
import { requireTool } from '../support/tools.ts';

it('publish alone, without a server, is the server: a client downloads by the printed magnet', async (t) => {
  if (requireTool(t, 'libtorrent') === undefined) return;
  const folder = await makeTempFolder(t);
  await writeSampleFolder(join(folder, 'sample'));
  const where = [
    '--data-dir',
    join(folder, 'data'),
    '--host',
    '127.0.0.1',
    '--http-port',
    '0',
    '--peer-port',
    '0',
  ];
  const command = seedbedCommand(['publish', join(folder, 'sample'), ...where]);
  const publisher = startProcess(t, command[0] as string, command.slice(1), { name: 'seedbed publish' });
  const [magnet] = await publisher.waitForOutput(/magnet:\?xt=urn:btih:[0-9a-f]{40}\S*/);
  await download(libtorrent, { torrent: magnet, folder: join(folder, 'copy') });
  assert.deepEqual(await checksums(join(folder, 'copy/sample')), await checksums(join(folder, 'sample')));
  publisher.kill('SIGTERM');
  assert.deepEqual(await publisher.waitForExit(5_000), { code: 0, signal: null });
});
