import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { pino } from 'pino';
import { addressFromBytes } from '../../../src/bittorrent/endpoint.ts';
import { batchOf, sampleHash, sampleTorrent } from '../../../src/persistence/conformance/harness.ts';
import { MemoryDatabase } from '../../../src/persistence/memory/memory-database.ts';
import { MemoryPersistence } from '../../../src/persistence/memory/memory-persistence.ts';
import { ChangeFollower } from '../../../src/persistence/nodes/change-follower.ts';
import { WriteBehind } from '../../../src/persistence/write-behind.ts';
import { TrackerCore } from '../../../src/tracker/core.ts';
import { ManualClock } from './manual-clock.ts';

const infoHash = sampleHash(1);
const address = addressFromBytes(Uint8Array.of(192, 0, 2, 1));

/** A node that follows, and another one that writes. */
async function makeFollower(reload: { torrents?: (isFromStart: boolean) => Promise<void> } = {}) {
  const database = new MemoryDatabase();
  const [own, other] = [new MemoryPersistence('own', database), new MemoryPersistence('other', database)];
  await own.open();
  await other.open();
  const journal = new WriteBehind({
    persistence: own,
    logger: pino({ level: 'silent' }),
    clock: new ManualClock(),
  });
  const tracker = new TrackerCore({ access: 'open', clock: () => 1_000, journal });
  const setBacks: unknown[] = [];
  const onSetBack = (where: unknown): void => void setBacks.push(where);
  const follower = new ChangeFollower({ persistence: own, tracker, journal, reload, onSetBack });
  await follower.begin();
  return { database, own, other, journal, tracker, follower, setBacks };
}

describe('a node that follows the others', () => {
  it('takes in peers and departures page by page, and says while there is more', async () => {
    const { other, tracker, follower } = await makeFollower();
    await other.savePeers(batchOf(...Array.from({ length: 4_500 }, (_, i) => ({ port: i + 1 }))));
    for (let page = 0; page < 4; page++) assert.equal(await follower.poll(), true);
    assert.equal(await follower.poll(), false);
    assert.equal(tracker.swarm(infoHash)?.incomplete, 4_500);
    assert.equal(follower.peersTaken, 4_500);
    await other.savePeers(batchOf({ port: 9, isGone: true }));
    await follower.poll();
    assert.equal(tracker.swarm(infoHash)?.incomplete, 4_499);
  });

  it('keeps what it knows itself, when that is as new and not written yet', async () => {
    const { other, journal, tracker, follower } = await makeFollower();
    const peer = { peerId: new Uint8Array(20).fill(7), key: 99, uploaded: 0, downloaded: 0, left: 0 };
    tracker.restorePeer(infoHash, address, 6881, peer, 4_000);
    journal.recordPeer(infoHash, address, 6881, peer, 1_000, 4_000);
    await other.savePeers(batchOf({ left: 3, lastSeen: 1_000 }));
    await follower.poll();
    assert.deepEqual([tracker.swarm(infoHash)?.complete, tracker.swarm(infoHash)?.incomplete], [1, 0]);
    await other.savePeers(batchOf({ isGone: true, lastSeen: 999 }));
    await follower.poll();
    assert.equal(tracker.swarm(infoHash)?.complete, 1);
  });

  it('takes what is newer than its own unwritten word, and what came after it was written', async () => {
    const { other, journal, tracker, follower } = await makeFollower();
    const peer = { peerId: new Uint8Array(20).fill(7), key: 99, uploaded: 0, downloaded: 0, left: 0 };
    tracker.restorePeer(infoHash, address, 6881, peer, 4_000);
    journal.recordPeer(infoHash, address, 6881, peer, 1_000, 4_000);
    await other.savePeers(batchOf({ left: 3, lastSeen: 1_001 }));
    await follower.poll();
    assert.deepEqual([tracker.swarm(infoHash)?.complete, tracker.swarm(infoHash)?.incomplete], [0, 1]);
    await journal.flush();
    await other.savePeers(batchOf({ isGone: true, lastSeen: 1_001 }));
    await follower.poll();
    assert.equal(tracker.swarm(infoHash), undefined); // its last peer is gone
  });

  it('adds what others counted to its own count, however often it is told', async () => {
    const { own, other, tracker, follower } = await makeFollower();
    tracker.registerTorrent(infoHash, { completed: 2 });
    await own.saveCompleted([{ infoHash, completed: 2 }]);
    for (const completed of [3, 5]) {
      await other.saveCompleted([{ infoHash, completed }]);
      await follower.poll();
      assert.equal(tracker.swarm(infoHash)?.downloaded, 2 + completed);
    }
  });

  it('has shared data read anew when its revision has changed, and again when that failed', async () => {
    let calls = 0;
    const { other, follower } = await makeFollower({
      torrents: async () => {
        calls++;
        if (calls === 1) throw new Error('away');
      },
    });
    await follower.poll();
    assert.equal(calls, 0);
    await other.saveTorrent(sampleTorrent(1));
    await assert.rejects(follower.poll(), /away/);
    await follower.poll();
    await follower.poll();
    assert.equal(calls, 2);
  });

  it('hears the others again when the database is one that was restored from a backup, and says so once', async () => {
    const reloads: boolean[] = [];
    let isAway = false;
    const { database, own, other, tracker, follower, setBacks } = await makeFollower({
      torrents: async (isFromStart) => {
        if (isAway) throw new Error('away');
        reloads.push(isFromStart);
      },
    });
    await other.saveTorrent(sampleTorrent(1));
    await other.savePeers(batchOf({ port: 1 }, { port: 2 }, { port: 3 }));
    await other.saveCompleted([{ infoHash, completed: 3 }]);
    await follower.poll();
    assert.deepEqual([reloads, follower.setBackAtMs], [[false], undefined]);
    database.sequence = 1;
    database.counterSequence = 0;
    database.revisions.torrents = 0;
    await other.savePeers(batchOf({ port: 4 })); // 2, where 3 were read
    await other.saveTorrent(sampleTorrent(2)); // the same revision as before
    await own.saveCompleted([]);
    await other.saveCompleted([{ infoHash, completed: 9 }]);
    isAway = true;
    await assert.rejects(follower.poll(), /away/);
    await assert.rejects(follower.poll(), /away/);
    assert.equal(follower.isStartingOver, true);
    isAway = false;
    while (await follower.poll());
    assert.equal(tracker.swarm(infoHash)?.incomplete, 4);
    assert.equal(tracker.swarm(infoHash)?.downloaded, 9);
    assert.deepEqual(reloads, [false, true]);
    assert.deepEqual([follower.isStartingOver, typeof follower.setBackAtMs], [false, 'number']);
    assert.deepEqual(setBacks, [{ readUntil: 3, databaseAt: 2 }]);
  });

  it('starts over too where only shared data was set back', async () => {
    const reloads: boolean[] = [];
    const { database, other, follower, setBacks } = await makeFollower({
      torrents: async (isFromStart) => void reloads.push(isFromStart),
    });
    for (const byte of [1, 2]) await other.saveTorrent(sampleTorrent(byte));
    await follower.poll();
    database.revisions.torrents = 1;
    await follower.poll();
    await follower.poll();
    assert.deepEqual([reloads, setBacks.length], [[false, true], 1]);
  });
});
