import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { pino } from 'pino';
import { linesOf, sampleHash } from '../../../src/persistence/conformance/harness.ts';
import { MemoryPersistence } from '../../../src/persistence/memory/memory-persistence.ts';
import { WriteBehind, type WriteBehindOptions } from '../../../src/persistence/write-behind.ts';
import { FaultySink } from './faulty-sink.ts';
import { ManualClock } from './manual-clock.ts';

const ADDRESS = Uint8Array.of(192, 0, 2, 1);
const NOW = 1_700_000_000;

async function makeWriteBehind(options: Partial<WriteBehindOptions> = {}) {
  const persistence = new MemoryPersistence('one');
  await persistence.open();
  const sink = new FaultySink(persistence);
  const clock = new ManualClock();
  const lines: string[] = [];
  const logger = pino(
    { base: null },
    {
      write(line: string) {
        const { level, msg } = JSON.parse(line);
        lines.push(`${pino.levels.labels[level]}: ${msg}`);
      },
    },
  );
  const journal = new WriteBehind({ persistence: sink, logger, clock, ...options });
  const announce = (port: number, left = 0, torrent = 1) => {
    const peer = { peerId: new Uint8Array(20).fill(7), key: 1, uploaded: 0, downloaded: 0, left };
    journal.recordPeer(sampleHash(torrent), ADDRESS, port, peer, NOW, NOW + 3_600);
  };
  const stored = async () =>
    (await linesOf(persistence.loadPeers(NOW))).map((line) => {
      const [, , , port, , , counts = ''] = line.split(' ');
      return `${port} left ${counts.split('/')[2]}`;
    });
  return { persistence, sink, clock, lines, journal, announce, stored };
}

test('writes the peers of a window once each, as they were last', async () => {
  const { journal, announce, stored, sink } = await makeWriteBehind();
  announce(1, 100);
  announce(2, 50);
  announce(1, 90);
  assert.equal(journal.counters.pending, 2);
  await journal.flush();
  assert.deepEqual(await stored(), ['1 left 90', '2 left 50']);
  assert.deepEqual(sink.saved, [2]);
  assert.partialDeepStrictEqual(journal.counters, { flushed: 2, failedFlushes: 0, pending: 0, dropped: 0 });
});

test('a row of another node is older than what waits of its second, and than what was just written of a later one', async () => {
  const { journal, announce } = await makeWriteBehind();
  const isAhead = (port: number, lastSeen: number) =>
    journal.isAheadOf(sampleHash(1), ADDRESS, port, lastSeen);
  assert.equal(isAhead(1, NOW), false);
  announce(1);
  assert.deepEqual([isAhead(1, NOW), isAhead(1, NOW + 1), isAhead(2, NOW)], [true, false, false]);
  await journal.flush();
  assert.deepEqual([isAhead(1, NOW - 1), isAhead(1, NOW)], [true, false]);
  announce(2);
  await journal.flush();
  assert.deepEqual([isAhead(1, NOW - 1), isAhead(2, NOW - 1)], [false, true]);
});

test('a peer that was evicted is taken out at once, unless other nodes have it', async () => {
  for (const keepsEvicted of [false, true]) {
    const { journal, announce, persistence, stored } = await makeWriteBehind({ keepsEvicted });
    announce(1);
    announce(2);
    await journal.flush();
    journal.recordEvicted(sampleHash(1), ADDRESS, 1);
    await journal.flush();
    assert.deepEqual(await stored(), keepsEvicted ? ['1 left 0', '2 left 0'] : ['2 left 0']);
    const deleted = await persistence.expirePeers(NOW + 60);
    assert.equal(deleted, keepsEvicted ? 0 : 1);
  }
});

test('a peer that goes within its window is not stored, and one that comes back is', async () => {
  const { journal, announce, stored } = await makeWriteBehind();
  announce(1);
  announce(2);
  await journal.flush();
  journal.recordGone(sampleHash(1), ADDRESS, 1);
  journal.recordGone(sampleHash(1), ADDRESS, 2);
  announce(2, 5);
  announce(3);
  journal.recordGone(sampleHash(1), ADDRESS, 3);
  await journal.flush();
  assert.deepEqual(await stored(), ['2 left 5']);
});

test('flushes at its interval', async () => {
  const { journal, announce, clock, sink } = await makeWriteBehind({ flushIntervalMs: 250 });
  journal.start();
  announce(1);
  clock.advance(249);
  await setImmediate();
  assert.deepEqual(sink.saved, []);
  clock.advance(1);
  await setImmediate();
  assert.deepEqual(sink.saved, [1]);
  assert.equal(clock.nextDelayMs, 250);
  await journal.stop();
});

test('keeps what could not be written, pauses longer after each failure, and lets the newest win', async () => {
  const { journal, announce, clock, sink, stored, lines } = await makeWriteBehind({ maxBackoffMs: 5_000 });
  journal.start();
  announce(1, 100);
  announce(2, 100);
  sink.failuresLeft = 4;
  const pauses: (number | undefined)[] = [];
  for (let i = 0; i < 5; i++) {
    clock.advance(clock.nextDelayMs ?? 0);
    await setImmediate();
    pauses.push(clock.nextDelayMs);
    announce(1, 90 - i);
  }
  assert.deepEqual(pauses, [2_000, 4_000, 5_000, 5_000, 1_000]);
  assert.deepEqual(await stored(), ['1 left 87', '2 left 100']);
  assert.equal(journal.counters.failedFlushes, 4);
  assert.equal(await journal.stop(), true);
  assert.deepEqual(await stored(), ['1 left 86', '2 left 100']);
  assert.deepEqual(lines, ['warn: peers cannot be saved; they are kept', 'info: peers are saved again']);
});

test('goes on behind the batches of a flush that are written already', async () => {
  const { journal, announce, sink, stored } = await makeWriteBehind({ maxBatchPeers: 2 });
  for (let port = 1; port <= 5; port++) announce(port);
  const release = sink.hold();
  const flushed = journal.flush();
  await setImmediate();
  release();
  await flushed;
  for (let port = 1; port <= 5; port++) announce(port, 1);
  sink.failuresLeft = 1;
  await assert.rejects(journal.flush(), /the disk is away/);
  await journal.flush();
  assert.deepEqual(sink.saved, [2, 2, 1, 2, 2, 1]);
  assert.equal((await stored()).length, 5);
});

test('drops and counts new peers beyond its bound, and still updates known ones', async () => {
  const { journal, announce, stored } = await makeWriteBehind({ maxPendingPeers: 2 });
  for (const port of [1, 2, 3, 4]) announce(port, 10);
  announce(1, 9);
  for (const torrent of [1, 2, 3]) journal.recordCompleted(sampleHash(torrent), 1);
  assert.partialDeepStrictEqual(journal.counters, { flushed: 0, failedFlushes: 0, pending: 4, dropped: 3 });
  await journal.flush();
  assert.deepEqual(await stored(), ['1 left 9', '2 left 10']);
});

test('keeps the last quarter of its room for the torrents that have it reserved, and logs what finds none', async () => {
  const registered = Buffer.from(sampleHash(2));
  const { journal, announce, stored, lines } = await makeWriteBehind({
    maxPendingPeers: 4,
    hasReservedRoom: (infoHash) => registered.equals(infoHash),
  });
  for (const port of [1, 2, 3, 4, 5]) announce(port, 10);
  for (const port of [6, 7]) announce(port, 10, 2);
  announce(1, 9);
  for (const torrent of [1, 3, 4, 5, 2]) journal.recordCompleted(sampleHash(torrent), 1);
  assert.partialDeepStrictEqual(journal.counters, { pending: 8, dropped: 4 });
  await journal.flush();
  assert.deepEqual((await stored()).sort(), ['1 left 9', '2 left 10', '3 left 10', '6 left 10']);
  for (let port = 1; port <= 5; port++) announce(port);
  await journal.flush(); // within the same second
  assert.deepEqual(lines, [
    'warn: too much waits for the database: new peers are not saved until their next announce',
  ]);
});

test('beyond its bound the departure of a peer that waits is kept, and that of another is dropped and counted', async () => {
  const { journal, announce, stored } = await makeWriteBehind({ maxPendingPeers: 2 });
  announce(1, 10);
  await journal.flush();
  for (const port of [2, 3]) announce(port, 10);
  journal.recordGone(sampleHash(1), ADDRESS, 1);
  journal.recordGone(sampleHash(1), ADDRESS, 2);
  assert.equal(journal.counters.dropped, 1);
  await journal.flush();
  assert.deepEqual(await stored(), ['1 left 10', '3 left 10']);
});

test('records made during a flush belong to the next one, which their callers share', async () => {
  const { journal, announce, sink, stored } = await makeWriteBehind();
  announce(1);
  const release = sink.hold();
  const first = journal.flush();
  await setImmediate();
  announce(1, 5);
  announce(2);
  const second = journal.flush();
  assert.equal(journal.flush(), second);
  assert.equal(journal.counters.pending, 3);
  release();
  await first;
  assert.deepEqual(sink.saved, [1]);
  await second;
  assert.deepEqual(await stored(), ['1 left 5', '2 left 0']);
});

test('a failed flush rejects for those who wait for its commit; the next one serves them', async () => {
  const { journal, announce, sink, stored } = await makeWriteBehind();
  announce(1);
  sink.failuresLeft = 1;
  const first = journal.flush();
  announce(2);
  await assert.rejects(first, /the disk is away/);
  await journal.flush();
  assert.deepEqual(await stored(), ['1 left 0', '2 left 0']);
});

test('saves the latest count of completed downloads, again after a failure', async () => {
  const { journal, persistence, sink } = await makeWriteBehind();
  journal.recordCompleted(sampleHash(1), 4);
  journal.recordCompleted(sampleHash(1), 5);
  sink.failuresLeft = 1;
  await assert.rejects(journal.flush());
  assert.equal(journal.counters.pending, 1);
  await journal.flush();
  assert.deepEqual(
    (await persistence.loadCompleted()).map(({ completed }) => completed),
    [5],
  );
});

test('counts of completed downloads are written in batches too, each once', async () => {
  const { journal, persistence, sink } = await makeWriteBehind({ maxBatchPeers: 2 });
  for (let torrent = 1; torrent <= 5; torrent++) journal.recordCompleted(sampleHash(torrent), torrent);
  const release = sink.hold();
  const flushed = journal.flush();
  await setImmediate();
  sink.failuresLeft = 1;
  release();
  await assert.rejects(flushed, /the disk is away/);
  assert.equal(journal.counters.pending, 5);
  await journal.flush();
  assert.equal(journal.counters.pending, 0);
  assert.deepEqual(sink.savedCounts, [2, 2, 1]);
  assert.equal((await persistence.loadCompleted()).length, 5);
});

test('stop writes what is pending, once however often it is called, and takes nothing afterwards', async () => {
  const { journal, announce, stored, clock } = await makeWriteBehind();
  journal.start();
  announce(1);
  const stopped = journal.stop();
  assert.equal(journal.stop(), stopped);
  announce(2);
  assert.equal(await stopped, true);
  assert.deepEqual(await stored(), ['1 left 0']);
  assert.equal(journal.counters.dropped, 1);
  assert.equal(clock.nextDelayMs, undefined);
});

test('stop tries again while there is time, and says what was lost when there is none', async () => {
  const { journal, announce, sink, clock, lines } = await makeWriteBehind();
  announce(1);
  sink.failuresLeft = Number.POSITIVE_INFINITY;
  const stopped = journal.stop(1_000);
  for (let i = 0; i < 11; i++) {
    await setImmediate();
    clock.advance(100);
  }
  assert.equal(await stopped, false);
  assert.ok(journal.counters.failedFlushes >= 5);
  assert.equal(lines.at(-1), 'error: peers were lost: the database took them no more');
});

test('stop does not wait longer than its deadline for a database that hangs', async () => {
  const { journal, announce, sink, clock } = await makeWriteBehind();
  announce(1);
  const release = sink.hold();
  const stopped = journal.stop(1_000);
  await setImmediate();
  clock.advance(1_000);
  assert.equal(await stopped, false);
  release();
});

test('stop goes on past its deadline while the database takes what waits, up to the longest time', async () => {
  for (const [longestMs, isSaved] of [
    [60_000, true],
    [2_500, false],
  ] as const) {
    const { journal, announce, sink, clock, lines } = await makeWriteBehind({ maxBatchPeers: 1 });
    for (let port = 1; port <= 8; port++) announce(port);
    let release = sink.hold();
    const stopped = journal.stop(1_000, longestMs);
    for (let batch = 0; batch < 8; batch++) {
      await setImmediate();
      release();
      release = sink.hold();
      await setImmediate();
      clock.advance(500);
    }
    release();
    assert.equal(await stopped, isSaved);
    assert.equal(lines.length, isSaved ? 0 : 1);
  }
});

test('a flush that is under way when stop gives up begins no other batch, and logs nothing more', async () => {
  const { journal, announce, sink, clock, lines } = await makeWriteBehind({ maxBatchPeers: 1 });
  for (const port of [1, 2, 3]) announce(port);
  const release = sink.hold();
  const flushed = journal.flush();
  const stopped = journal.stop(1_000);
  await setImmediate();
  clock.advance(1_000);
  assert.equal(await stopped, false);
  release();
  await assert.rejects(flushed, /has ended/);
  assert.deepEqual(sink.saved, [1]);
  assert.deepEqual(lines, ['error: peers were lost: the database took them no more']);
});

test('a process that has nothing else left to do tries until the deadline, and says what was lost', () => {
  const script = new URL('./stop-while-refused.ts', import.meta.url).pathname;
  const { status, stdout, stderr } = spawnSync(process.execPath, [script], {
    encoding: 'utf8',
    timeout: 30_000,
  });
  assert.equal(stdout, 'peers were lost: the database took them no more\nfalse\n', stderr);
  assert.equal(status, 0);
});
