import { test } from 'node:test';
import { persistenceConformance } from '../../../src/persistence/conformance.ts';
import { MemoryDatabase } from '../../../src/persistence/memory/memory-database.ts';
import { MemoryPersistence } from '../../../src/persistence/memory/memory-persistence.ts';

persistenceConformance({
  test,
  async makePersistence() {
    const database = new MemoryDatabase();
    const openAnother = async (nodeName: string) => {
      const persistence = new MemoryPersistence(nodeName, database);
      await persistence.open();
      return persistence;
    };
    return { persistence: await openAnother('one'), openAnother, dispose: async () => {} }; // nothing outlives it
  },
});
