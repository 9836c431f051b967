import assert from 'node:assert/strict';
import { test } from 'node:test';
import { conformanceCases, persistenceConformance } from '../../../src/persistence/conformance.ts';

const makePersistence = () => Promise.reject(new Error('no case runs here'));

test('every case has a name of its own', () => {
  assert.equal(new Set(conformanceCases.map(({ name }) => name)).size, conformanceCases.length);
});

test('a case is skipped with its reason, and a skip that names no case is refused', () => {
  const name = 'settings: they outlive the handle';
  const declared = new Map<string, string | false>();
  const declare = (title: string, options: { readonly skip: string | false }) =>
    declared.set(title, options.skip);
  persistenceConformance({ test: declare, makePersistence, skip: { [name]: 'keeps nothing' } });
  assert.equal(declared.size, conformanceCases.length);
  assert.deepEqual(
    [...declared].filter(([, skip]) => skip !== false),
    [[name, 'keeps nothing']],
  );
  assert.throws(
    () => persistenceConformance({ test: declare, makePersistence, skip: { typo: '' } }),
    RangeError,
  );
});
