import assert from 'node:assert/strict';
import { Agent } from 'node:http';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { announceHttp, announceUntilGone } from '../support/acknowledged.ts';
import { eventually } from '../support/eventually.ts';
import { startMariadb, whyNoMariadb } from '../support/mariadb.ts';
import { startSeedbed } from '../support/seedbed.ts';
import { makeTempFolder } from '../support/temp-folder.ts';

describe('strict durability on MariaDB', { skip: whyNoMariadb() ?? false, timeout: 120_000 }, () => {
  it('keeps what was answered when the server is killed, and answers failures while the database is away', async (t) => {
    const mariadb = await startMariadb(t);
    const database = await mariadb.freshDatabase(t);
    const dataDir = join(await makeTempFolder(t), 'data');
    const args = ['--durability', 'strict', '--database', database];
    const stored = async (): Promise<Set<number>> => {
      const rows = await mariadb.query<{ port: number }>('SELECT port FROM peers', database);
      return new Set(rows.map(({ port }) => port));
    };

    const first = await startSeedbed(t, { dataDir, open: true, args });
    const acknowledged = new Set<number>();
    const clients = Array.from({ length: 8 }, (_, i) =>
      announceUntilGone(first, 1000 + i * 8000, acknowledged),
    );
    await eventually('some hundred announces', () => acknowledged.size >= 200);
    first.process.kill('SIGKILL');
    await first.process.waitForExit();
    await Promise.all(clients);
    const inDatabase = await stored();
    assert.deepEqual(
      [...acknowledged].filter((port) => !inDatabase.has(port)),
      [],
    );

    const second = await startSeedbed(t, { dataDir, open: true, args });
    const agent = new Agent({ keepAlive: true });
    t.after(() => agent.destroy());
    assert.equal(await announceHttp(second, agent, 1), true);
    await mariadb.stop();
    assert.equal(await announceHttp(second, agent, 2), false, 'it cannot be saved');
    await mariadb.start();
    await eventually('announces are saved again', () => announceHttp(second, agent, 3));
    const again = await stored();
    assert.deepEqual(
      [1, 2, 3].map((port) => again.has(port)),
      [true, true, true],
    );
  });
});
