import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { pino } from 'pino';
import { linesOf, sampleHash } from '../../../src/persistence/conformance/harness.ts';
import { GroupCommit } from '../../../src/persistence/group-commit.ts';
import { MemoryPersistence } from '../../../src/persistence/memory/memory-persistence.ts';
import { WriteBehind } from '../../../src/persistence/write-behind.ts';
import { FaultySink } from './faulty-sink.ts';
import { ManualClock } from './manual-clock.ts';

const NOW = 1_700_000_000;

async function makeGroupCommit(maxPendingPeers = 1_000) {
  const persistence = new MemoryPersistence('one');
  await persistence.open();
  const sink = new FaultySink(persistence);
  const clock = new ManualClock();
  const logger = pino({ level: 'silent' });
  const journal = new WriteBehind({ persistence: sink, logger, clock, maxPendingPeers });
  const group = new GroupCommit({ journals: [journal], clock, timeoutMs: 5_000, pauseMs: 1_000 });
  const commit = (port: number): Promise<void> => {
    const peer = { peerId: new Uint8Array(20), key: 1, uploaded: 0, downloaded: 0, left: 0 };
    journal.recordPeer(sampleHash(1), Uint8Array.of(192, 0, 2, 1), port, peer, NOW, NOW + 3_600);
    return group.commit();
  };
  const stored = async () => (await linesOf(persistence.loadPeers(NOW))).length;
  return { sink, clock, journal, commit, stored };
}

test('resolves when what was recorded is stored', async () => {
  const { commit, stored } = await makeGroupCommit();
  await commit(1);
  assert.equal(await stored(), 1);
});

test('those who come during a commit share the next one', async () => {
  const { commit, sink, stored } = await makeGroupCommit();
  const release = sink.hold();
  const first = commit(1);
  await setImmediate();
  const others = [commit(2), commit(3), commit(4)];
  release();
  await Promise.all([first, ...others]);
  assert.deepEqual(sink.saved, [1, 3]);
  assert.equal(await stored(), 4);
});

test('rejects when the database refuses, leaves it alone for a second, and then tries again', async () => {
  const { commit, sink, clock, journal, stored } = await makeGroupCommit();
  sink.failuresLeft = 1;
  await assert.rejects(commit(1), /the disk is away/);
  await assert.rejects(commit(2), /the disk is away/);
  assert.equal(journal.counters.failedFlushes, 1, 'the database was asked once');
  clock.advance(1_000);
  await commit(3);
  assert.equal(await stored(), 3, 'what was refused is written as well');
});

test('rejects within its limit when the database hangs, and at once for those who come later', async () => {
  const { commit, sink, clock, stored } = await makeGroupCommit();
  const release = sink.hold();
  const first = commit(1);
  await setImmediate();
  const second = commit(2);
  clock.advance(5_000);
  await assert.rejects(first, /did not answer within 5000 ms/);
  await assert.rejects(second, /did not answer within 5000 ms/);
  await assert.rejects(commit(3), /did not answer within 5000 ms/);
  release();
  while ((await stored()) < 3) await setImmediate();
  await commit(4);
  assert.equal(await stored(), 4);
});

test('rejects for whom the journal had no room, and for nobody else', async () => {
  const { commit, stored } = await makeGroupCommit(2);
  const kept = [commit(1), commit(2)];
  await assert.rejects(commit(3), /no room/);
  await Promise.all(kept);
  await commit(4);
  assert.equal(await stored(), 3);
});

test('rejects once the journal has ended', async () => {
  const { commit, journal } = await makeGroupCommit();
  await commit(1);
  await journal.stop();
  await assert.rejects(commit(2), /no room/);
});

test('waits for all of several journals', async () => {
  const flushes = [Promise.withResolvers<void>(), Promise.withResolvers<void>()] as const;
  const journals = flushes.map(({ promise }) => ({ flush: () => promise }));
  const group = new GroupCommit({ journals, clock: new ManualClock() });
  let isCommitted = false;
  const commit = group.commit().then(() => {
    isCommitted = true;
  });
  assert.equal(group.commit(), group.commit(), 'those who come together share one wait');
  flushes[0].resolve();
  await setImmediate();
  assert.equal(isCommitted, false);
  flushes[1].resolve();
  await commit;
});
