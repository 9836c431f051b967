import { describe } from 'node:test';
import { MemoryDatabase } from '../../../src/persistence/memory/memory-database.ts';
import { MemoryPersistence } from '../../../src/persistence/memory/memory-persistence.ts';
import { declareNodeCases } from '../../support/node-cases.ts';
import type { OpenHandle } from '../../support/nodes.ts';
import { declarePrivateNodeCases } from '../../support/private-node-cases.ts';

describe('several nodes that share a database in memory', { concurrency: 4 }, () => {
  declareNodeCases(openMemory);
  declarePrivateNodeCases(openMemory);
});

async function openMemory(): Promise<OpenHandle> {
  const database = new MemoryDatabase();
  return async (nodeName) => {
    const persistence = new MemoryPersistence(nodeName, database);
    await persistence.open();
    return persistence;
  };
}
