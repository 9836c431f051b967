import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { persistenceConformance } from '../../../src/persistence/conformance.ts';
import { SqlitePersistence } from '../../../src/persistence/sqlite/sqlite-persistence.ts';
import { quickFolder } from '../../support/mariadb.ts';

persistenceConformance({
  test,
  async makePersistence() {
    const folder = await mkdtemp(join(await quickFolder(), 'seedbed-sqlite-'));
    const handles: SqlitePersistence[] = [];
    const openAnother = async (nodeName: string) => {
      const persistence = new SqlitePersistence({ path: join(folder, 'test.db'), nodeName });
      handles.push(persistence);
      await persistence.open();
      return persistence;
    };
    const dispose = async () => {
      for (const handle of handles) await handle.close();
      await rm(folder, { recursive: true });
    };
    return { persistence: await openAnother('one'), openAnother, dispose };
  },
});
