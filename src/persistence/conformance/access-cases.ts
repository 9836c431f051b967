import assert from 'node:assert/strict';
import { infoHashFromBytes, infoHashToHex } from '../../bittorrent/info-hash.ts';
import type { Persistence } from '../persistence.ts';
import { type ConformanceCase, sampleHash } from './harness.ts';

const NOW = 1_700_000_000;

/** The first bytes of the torrents of a list, page by page. */
async function pagesOf({ access }: Persistence, limit: number): Promise<number[][]> {
  const pages: number[][] = [];
  for (let after: ReturnType<typeof sampleHash> | null = null; ; ) {
    const page = await access.listAfter('allow', after, limit);
    if (page.length === 0) return pages;
    pages.push(page.map((hash) => hash[0] ?? -1));
    after = page.at(-1) ?? null;
  }
}

/** The rules of AccessStore. */
export const accessCases: readonly ConformanceCase[] = [
  {
    name: 'access: an empty database has no mode, no torrents on its lists and no rules',
    async run({ persistence: { access } }) {
      assert.equal(await access.loadAccessMode(), undefined);
      for (const list of ['allow', 'deny', 'off'] as const)
        assert.deepEqual(await access.listAfter(list, null, 10), []);
      assert.deepEqual(await access.loadAccessRules(), []);
    },
  },
  {
    name: 'access: the latest mode stands',
    async run({ persistence: { access } }) {
      await access.saveAccessMode('deny');
      await access.saveAccessMode('open');
      assert.equal(await access.loadAccessMode(), 'open');
    },
  },
  {
    name: 'access: lists keep apart, take a torrent once, and say what was new',
    async run({ persistence: { access } }) {
      const hashes = [sampleHash(1), sampleHash(2), sampleHash(1)];
      assert.equal(await access.addToList('allow', hashes, NOW), 2);
      assert.equal(await access.addToList('allow', [sampleHash(2), sampleHash(3)], NOW), 1);
      assert.equal(await access.addToList('deny', [sampleHash(2)], NOW), 1);
      assert.deepEqual(await access.listAfter('allow', null, 10), [1, 2, 3].map(sampleHash));
      assert.equal(await access.removeFromList('allow', [sampleHash(2), sampleHash(9)]), 1);
      assert.equal(await access.removeFromList('allow', [sampleHash(2)]), 0);
      assert.deepEqual(await access.listAfter('allow', null, 10), [1, 3].map(sampleHash));
      assert.deepEqual(await access.listAfter('deny', null, 10), [sampleHash(2)]);
      assert.deepEqual(await access.listAfter('off', null, 10), []);
    },
  },
  {
    name: 'access: a list is read in pages, in the order of the bytes',
    async run({ persistence }) {
      const bytes = [200, 0, 7, 127, 128, 255, 10];
      await persistence.access.addToList('allow', bytes.map(sampleHash), NOW);
      assert.deepEqual(await pagesOf(persistence, 3), [[0, 7, 10], [127, 128, 200], [255]]);
    },
  },
  {
    name: 'access: a thousand torrents come and go in one call',
    async run({ persistence: { access } }) {
      const hashes = Array.from({ length: 1000 }, (_, index) => {
        const hash = sampleHash(5);
        new DataView(hash.buffer).setUint32(0, index);
        return infoHashFromBytes(hash);
      });
      assert.equal(await access.addToList('deny', hashes.slice(0, 600), NOW), 600);
      assert.equal(await access.addToList('deny', hashes, NOW), 400);
      assert.deepEqual(
        (await access.listAfter('deny', null, 2000)).map(infoHashToHex),
        hashes.map(infoHashToHex),
      );
      assert.equal(await access.removeFromList('deny', hashes), 1000);
    },
  },
  {
    name: 'access: rules keep apart by kind, case and every character',
    async run({ persistence: { access } }) {
      const rules = [
        { kind: 'allow-client', value: '-lt' },
        { kind: 'deny-address', value: '2001:db8::/32' },
        { kind: 'deny-client', value: '-LT' },
        { kind: 'deny-client', value: '-lt' },
      ] as const;
      for (const rule of [...rules].reverse()) assert.equal(await access.addAccessRule(rule, NOW), true);
      assert.equal(await access.addAccessRule(rules[3], NOW), false);
      assert.deepEqual(await access.loadAccessRules(), rules);
      assert.equal(await access.removeAccessRule(rules[2]), true);
      assert.equal(await access.removeAccessRule(rules[2]), false);
      assert.deepEqual(await access.loadAccessRules(), [rules[0], rules[1], rules[3]]);
    },
  },
  {
    name: 'access: what changes something raises its revision, what does not leaves it',
    async run({ persistence }) {
      const { access } = persistence;
      const rule = { kind: 'deny-client', value: '-XL' } as const;
      const changes: (() => Promise<unknown>)[] = [
        () => access.saveAccessMode('deny'),
        () => access.addToList('deny', [sampleHash(1)], NOW),
        () => access.addAccessRule(rule, NOW),
      ];
      const undo: (() => Promise<unknown>)[] = [
        () => access.removeFromList('deny', [sampleHash(1)]),
        () => access.removeAccessRule(rule),
      ];
      for (const change of [...changes, ...undo]) {
        const before = (await persistence.revisions()).access;
        await change();
        const after = (await persistence.revisions()).access;
        assert.ok(after > before, String(change));
        await change();
        assert.equal((await persistence.revisions()).access, after, String(change));
      }
    },
  },
  {
    name: 'access: other nodes see it, and it outlives the handle',
    async run({ persistence, openAnother }) {
      const two = await openAnother('two');
      await persistence.access.saveAccessMode('allow');
      await persistence.access.addToList('allow', [sampleHash(1)], NOW);
      await persistence.close();
      assert.equal(await two.access.loadAccessMode(), 'allow');
      const again = await openAnother('one');
      assert.deepEqual(await again.access.listAfter('allow', null, 10), [sampleHash(1)]);
    },
  },
];
