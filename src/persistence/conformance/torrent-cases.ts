import assert from 'node:assert/strict';
import { type ConformanceCase, sampleHash, sampleTorrent } from './harness.ts';

/** The rules of TorrentStore. */
export const torrentCases: readonly ConformanceCase[] = [
  {
    name: 'torrents: an empty database has none',
    async run({ persistence }) {
      assert.deepEqual(await persistence.loadTorrents(), []);
    },
  },
  {
    name: 'torrents: every field comes back as it was saved',
    async run({ persistence }) {
      const torrent = sampleTorrent(1, { infoHashV2: new Uint8Array(32).fill(9) });
      await persistence.saveTorrent(torrent);
      assert.deepEqual(await persistence.loadTorrents(), [torrent]);
    },
  },
  {
    name: 'torrents: what is not known comes back as null',
    async run({ persistence }) {
      const torrent = sampleTorrent(1, {
        dataPath: null,
        metainfo: null,
        resume: null,
        preferences: null,
        transfers: null,
      });
      await persistence.saveTorrent(torrent);
      assert.deepEqual(await persistence.loadTorrents(), [torrent]);
    },
  },
  {
    name: 'torrents: a .torrent file and a resume record of megabytes are kept whole',
    async run({ persistence }) {
      const metainfo = new Uint8Array(3_000_000).map((_, index) => index * 31);
      const torrent = sampleTorrent(1, { metainfo, resume: JSON.stringify('x'.repeat(200_000)) });
      await persistence.saveTorrent(torrent);
      assert.deepEqual(await persistence.loadTorrents(), [torrent]);
    },
  },
  {
    name: 'torrents: saving one again replaces it',
    async run({ persistence }) {
      await persistence.saveTorrent(sampleTorrent(1));
      const changed = sampleTorrent(1, { name: 'another', state: 'paused', metainfo: null });
      await persistence.saveTorrent(changed);
      assert.deepEqual(await persistence.loadTorrents(), [changed]);
    },
  },
  {
    name: 'torrents: they are loaded oldest first, however many',
    async run({ persistence }) {
      const torrents = Array.from({ length: 250 }, (_, i) =>
        sampleTorrent(i, { createdAtSeconds: 1_000_000 - i, metainfo: null }),
      );
      for (const torrent of torrents) await persistence.saveTorrent(torrent);
      assert.deepEqual(await persistence.loadTorrents(), torrents.toReversed());
    },
  },
  {
    name: 'torrents: a removed one is gone, and removing it again says so',
    async run({ persistence }) {
      await persistence.saveTorrent(sampleTorrent(1));
      await persistence.saveTorrent(sampleTorrent(2));
      assert.equal(await persistence.removeTorrent(sampleHash(1)), true);
      assert.equal(await persistence.removeTorrent(sampleHash(1)), false);
      assert.deepEqual(await persistence.loadTorrents(), [sampleTorrent(2)]);
    },
  },
  {
    name: 'torrents: state, resume and preferences change alone, and of the named torrent only',
    async run({ persistence }) {
      await persistence.saveTorrent(sampleTorrent(1));
      await persistence.saveTorrent(sampleTorrent(2));
      assert.equal(await persistence.saveTorrentState(sampleHash(1), 'paused'), true);
      assert.equal(await persistence.saveResume(sampleHash(1), null), true);
      assert.equal(await persistence.savePreferences(sampleHash(1), '{}'), true);
      const changed = sampleTorrent(1, { state: 'paused', resume: null, preferences: '{}' });
      assert.deepEqual(await persistence.loadTorrents(), [changed, sampleTorrent(2)]);
    },
  },
  {
    name: 'torrents: state, resume and preferences of an unknown torrent change nothing',
    async run({ persistence }) {
      assert.equal(await persistence.saveTorrentState(sampleHash(1), 'paused'), false);
      assert.equal(await persistence.saveResume(sampleHash(1), '{}'), false);
      assert.equal(await persistence.savePreferences(sampleHash(1), '{}'), false);
      assert.deepEqual(await persistence.loadTorrents(), []);
    },
  },
  {
    name: 'torrents: what a node has moved of many changes at once, and of none that it does not have',
    async run({ persistence }) {
      const numbers = Array.from({ length: 250 }, (_none, index) => index + 1);
      for (const number of numbers) await persistence.saveTorrent(sampleTorrent(number));
      await persistence.saveTransfers(
        [...numbers, 255].map((number) => ({
          infoHash: sampleHash(number),
          transfers: `{"uploadedBytes":${number}}`,
        })),
      );
      const byHash = new Map(
        (await persistence.loadTorrents()).map((torrent) => [torrent.createdAtSeconds, torrent.transfers]),
      );
      assert.equal(byHash.size, 250);
      for (const number of numbers) {
        const { createdAtSeconds } = sampleTorrent(number);
        assert.equal(byHash.get(createdAtSeconds), `{"uploadedBytes":${number}}`);
      }
      await persistence.saveTransfers([]);
    },
  },
  {
    name: 'torrents: they outlive the handle that saved them',
    async run({ persistence, openAnother }) {
      await persistence.saveTorrent(sampleTorrent(1));
      await persistence.close();
      const again = await openAnother('one');
      assert.deepEqual(await again.loadTorrents(), [sampleTorrent(1)]);
    },
  },
];
