import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { aria2 } from '../support/clients/aria2.ts';
import { download } from '../support/clients/client.ts';
import { libtorrent } from '../support/clients/libtorrent.ts';
import { checksums, writeRandomFile } from '../support/data.ts';
import { eventually } from '../support/eventually.ts';
import { publish, runSeedbed, startSeedbed } from '../support/seedbed.ts';
import { makeTempFolder } from '../support/temp-folder.ts';
import { requireTool } from '../support/tools.ts';

/** The rules as `seedbed access --json` shows them. */
interface Rules {
  readonly clients: { readonly refused: number };
  readonly addresses: { readonly refused: number };
}

describe('real clients and the access rules', { timeout: 5 * 60_000 }, () => {
  it('a client that is denied by its peer id finds nobody, another is served, and so is the first when it is allowed', async (t) => {
    if (requireTool(t, 'aria2c') === undefined || requireTool(t, 'libtorrent') === undefined) return;
    const work = await makeTempFolder(t);
    const path = join(work, 'file.bin');
    await writeRandomFile(path, 3_000_000);
    const dataDir = join(work, 'data');
    await startSeedbed(t, { dataDir, args: ['--no-udp'] });
    const { torrentPath } = await publish(dataDir, path);
    await runSeedbed(['deny', '--client=A2-', '--data-dir', dataDir]);

    const denied = join(work, 'denied');
    await mkdir(denied);
    const running = await aria2.start(t, { torrent: torrentPath, folder: denied });
    await eventually('aria2 to be refused', async () => {
      const rules: Rules = JSON.parse(await runSeedbed(['access', '--json', '--data-dir', dataDir]));
      return rules.clients.refused > 0;
    });
    const served = join(work, 'served');
    await mkdir(served);
    await download(libtorrent, {
      torrent: torrentPath,
      folder: served,
      deadlineMs: 40_000,
      signal: t.signal,
    });
    assert.deepEqual(await checksums(join(served, 'file.bin')), await checksums(path));
    assert.equal((await running.report()).haveBytes, 0, 'it was told of nobody');
    await running.stop();

    await runSeedbed(['deny', '--remove', '--client=A2-', '--data-dir', dataDir]);
    const allowed = join(work, 'allowed');
    await mkdir(allowed);
    await download(aria2, { torrent: torrentPath, folder: allowed, deadlineMs: 40_000, signal: t.signal });
    assert.deepEqual(await checksums(join(allowed, 'file.bin')), await checksums(path));
  });
});
