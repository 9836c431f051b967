import assert from 'node:assert/strict';
import { type ConformanceCase, sampleHash, sampleTorrent } from './harness.ts';

/** The rules of RevisionStore. */
export const revisionCases: readonly ConformanceCase[] = [
  {
    name: 'revisions: what was never changed has none',
    async run({ persistence }) {
      assert.deepEqual(await persistence.revisions(), { torrents: 0, access: 0, users: 0 });
    },
  },
  {
    name: 'revisions: saving, removing and a new state of a torrent raise that of torrents, for every node',
    async run({ persistence: one, openAnother }) {
      const two = await openAnother('two');
      let last = 0;
      const assertRaised = async (change: Promise<unknown>) => {
        await change;
        const { torrents, access, users } = await two.revisions();
        assert.ok(torrents > last, `${torrents} after ${last}`);
        assert.deepEqual([access, users], [0, 0]);
        last = torrents;
      };
      await assertRaised(one.saveTorrent(sampleTorrent(1)));
      await assertRaised(two.saveTorrent(sampleTorrent(1, { name: 'another' })));
      await assertRaised(one.saveTorrentState(sampleHash(1), 'paused'));
      await assertRaised(two.removeTorrent(sampleHash(1)));
    },
  },
  {
    name: 'revisions: peers, counts, settings and resume records leave them as they are',
    async run({ persistence }) {
      await persistence.saveTorrent(sampleTorrent(1));
      const before = await persistence.revisions();
      await persistence.saveResume(sampleHash(1), '{}');
      await persistence.saveCompleted([{ infoHash: sampleHash(1), completed: 3 }], 1_000);
      await persistence.setSetting('name', Uint8Array.of(1));
      await persistence.heartbeat(1_000);
      assert.deepEqual(await persistence.revisions(), before);
    },
  },
  {
    name: 'revisions: nodes that change at the same time raise it once each',
    async run({ persistence: one, openAnother }) {
      const two = await openAnother('two');
      await one.saveTorrent(sampleTorrent(1));
      const { torrents: before } = await one.revisions();
      await Promise.all(
        [one, two, one, two, one, two].map((node, index) => node.saveTorrent(sampleTorrent(index))),
      );
      assert.equal((await two.revisions()).torrents, before + 6);
    },
  },
  {
    name: 'revisions: they outlive the handle',
    async run({ persistence, openAnother }) {
      await persistence.saveTorrent(sampleTorrent(1));
      const before = await persistence.revisions();
      await persistence.close();
      assert.deepEqual(await (await openAnother('one')).revisions(), before);
    },
  },
];
