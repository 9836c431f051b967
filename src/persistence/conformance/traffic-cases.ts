import assert from 'node:assert/strict';
import { MAX_TOTAL, type SessionRow, type TrafficRow } from '../traffic-store.ts';
import { type ConformanceCase, sampleHash } from './harness.ts';
import { NO_TRAFFIC } from './user-cases.ts';

const NOW = 1_000_000;
const TERABYTES = 5_000_000_000_000;

function row(change: Partial<TrafficRow> = {}): TrafficRow {
  return { ...NO_TRAFFIC, infoHash: new Uint8Array(sampleHash(1)), ...change };
}

/** Another info-hash for each number below 65536. */
function hashOf(i: number): Uint8Array {
  return Uint8Array.from({ length: 20 }, (_, at) => [i & 0xff, i >> 8][at] ?? 0x5a);
}

/** What loadUserTorrents gives for one row. */
function totalsOf({ userId, ...totals }: TrafficRow): Omit<TrafficRow, 'userId'> {
  return totals;
}

const full = row({
  uploadedBytes: TERABYTES,
  downloadedBytes: 2,
  creditedUpBytes: 2 * TERABYTES,
  creditedDownBytes: 1,
  suspiciousBytes: 3,
  seedingSeconds: 4,
  leechingSeconds: 5,
  completedAtSeconds: NOW - 7,
});

function session(change: Partial<SessionRow> = {}): SessionRow {
  return {
    userId: 1,
    infoHash: new Uint8Array(sampleHash(1)),
    peerId: new Uint8Array(20).fill(0xfe),
    key: 0xffff_ffff,
    uploaded: TERABYTES,
    downloaded: 7,
    isSeeder: true,
    isStopped: false,
    intervalSeconds: 1800,
    lastSeenSeconds: NOW,
    ...change,
  };
}

/** The rules of TrafficStore. */
export const trafficCases: readonly ConformanceCase[] = [
  {
    name: 'traffic: batches add up, and the first completion and the last sight stand',
    async run({ persistence: { users } }) {
      await users.saveTraffic({ number: 1, traffic: [full], sessions: [] });
      const later = { ...full, completedAtSeconds: NOW, lastSeenSeconds: NOW - 1 };
      await users.saveTraffic({ number: 2, traffic: [later], sessions: [] });
      assert.deepEqual(await users.loadUserTorrents(1, 0, 10), [
        totalsOf({
          ...full,
          uploadedBytes: 2 * TERABYTES,
          downloadedBytes: 4,
          creditedUpBytes: 4 * TERABYTES,
          creditedDownBytes: 2,
          suspiciousBytes: 6,
          seedingSeconds: 8,
          leechingSeconds: 10,
        }),
      ]);
    },
  },
  {
    name: 'traffic: totals stay at the highest, in a row and in a sum, and nobody else is held up',
    async run({ persistence: { users } }) {
      const highest = {
        uploadedBytes: MAX_TOTAL,
        downloadedBytes: MAX_TOTAL,
        creditedUpBytes: MAX_TOTAL,
        creditedDownBytes: MAX_TOTAL,
        suspiciousBytes: MAX_TOTAL,
      };
      // So many that 64 bits do not hold their sum.
      const traffic = Array.from({ length: 1_100 }, (_, i) => row({ ...highest, infoHash: hashOf(i) }));
      await users.saveTraffic({ number: 1, traffic, sessions: [] });
      await users.saveTraffic({ number: 2, traffic, sessions: [] });
      await users.saveTraffic({ number: 3, traffic: [row({ userId: 2, uploadedBytes: 7 })], sessions: [] });
      const [one, two] = await users.loadUserTotals([1, 2]);
      assert.partialDeepStrictEqual(one, { ...highest, userId: 1, torrents: 1_100 });
      assert.equal(two?.uploadedBytes, 7);
      const [torrent] = await users.loadUserTorrents(1, 0, 1);
      assert.partialDeepStrictEqual(torrent, highest);
    },
  },
  {
    name: 'traffic: a batch that is sent again changes nothing, also after a restart',
    async run({ persistence, openAnother }) {
      assert.equal(await persistence.users.lastTrafficBatch(), 0);
      const batch = { number: 3, traffic: [row({ uploadedBytes: 10 })], sessions: [session()] };
      await persistence.users.saveTraffic(batch);
      await persistence.users.saveTraffic(batch);
      await persistence.close();
      const again = await openAnother('one');
      assert.equal(await again.users.lastTrafficBatch(), 3);
      await again.users.saveTraffic({ ...batch, number: 2, sessions: [session({ uploaded: 1 })] });
      assert.equal((await again.users.loadUserTotals([1]))[0]?.uploadedBytes, 10);
      assert.equal((await again.users.loadSessions(0, null, 10))[0]?.uploaded, TERABYTES);
    },
  },
  {
    name: 'traffic: each node adds to its own, and the sums are what a user did',
    async run({ persistence: one, openAnother }) {
      const two = await openAnother('two');
      await one.users.saveTraffic({ number: 1, traffic: [row({ uploadedBytes: 1 })], sessions: [] });
      await two.users.saveTraffic({
        number: 1,
        traffic: [row({ uploadedBytes: 2, completedAtSeconds: NOW }), row({ infoHash: sampleHash(2) })],
        sessions: [],
      });
      for (const { users } of [one, two]) {
        const [totals] = await users.loadUserTotals([1]);
        assert.deepEqual([totals?.uploadedBytes, totals?.torrents, totals?.completed], [3, 2, 1]);
      }
    },
  },
  {
    name: 'traffic: totals are those of the users asked for, and nobody is invented',
    async run({ persistence: { users } }) {
      const traffic = [row({ userId: 1 }), row({ userId: 2 }), row({ userId: 3 })];
      await users.saveTraffic({ number: 1, traffic, sessions: [] });
      const totals = await users.loadUserTotals([3, 1, 9]);
      assert.deepEqual(totals.map(({ userId }) => userId).sort(), [1, 3]);
      assert.deepEqual(await users.loadUserTotals([]), []);
      assert.deepEqual(await users.loadUserTorrents(9, 0, 10), []);
    },
  },
  {
    name: 'traffic: the torrents of a user come page by page, the last seen first',
    async run({ persistence: { users } }) {
      const traffic = Array.from({ length: 5 }, (_, i) =>
        row({ infoHash: new Uint8Array(sampleHash(i)), lastSeenSeconds: NOW + i }),
      );
      await users.saveTraffic({ number: 1, traffic, sessions: [] });
      const page = async (skip: number) =>
        (await users.loadUserTorrents(1, skip, 2)).map(({ infoHash }) => infoHash[0]);
      assert.deepEqual([await page(0), await page(2), await page(4)], [[4, 3], [2, 1], [0]]);
    },
  },
  {
    name: 'sessions: the last one stands, and each field comes back',
    async run({ persistence: { users } }) {
      const changed = session({ uploaded: 1, isSeeder: false, isStopped: true, key: 0 });
      await users.saveTraffic({ number: 1, traffic: [], sessions: [session(), session({ userId: 2 })] });
      await users.saveTraffic({ number: 2, traffic: [], sessions: [changed] });
      assert.deepEqual(await users.loadSessions(0, null, 10), [changed, session({ userId: 2 })]);
    },
  },
  {
    name: 'sessions: pages follow one another, and the old ones are left out, then deleted',
    async run({ persistence: { users } }) {
      const sessions = Array.from({ length: 450 }, (_, i) =>
        session({
          infoHash: new Uint8Array(sampleHash(i % 3)),
          peerId: new Uint8Array(20).fill(i & 0xff),
          userId: 1 + (i >> 8),
          lastSeenSeconds: NOW + (i % 2),
        }),
      );
      await users.saveTraffic({ number: 1, traffic: [], sessions });
      const read: SessionRow[] = [];
      for (;;) {
        const page = await users.loadSessions(NOW + 1, read.at(-1) ?? null, 100);
        read.push(...page);
        if (page.length < 100) break;
      }
      assert.equal(read.length, 225);
      assert.equal(new Set(read.map((one) => JSON.stringify(one))).size, 225);
      assert.equal(await users.expireSessions(NOW + 1), 225);
      assert.equal((await users.loadSessions(0, null, 1000)).length, 225);
    },
  },
];
