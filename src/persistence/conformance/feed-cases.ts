import assert from 'node:assert/strict';
import { batchOf, type ConformanceCase, lineOf, linesOf } from './harness.ts';

/** The rules of the change feed between nodes. */
export const feedCases: readonly ConformanceCase[] = [
  {
    name: 'feed: nodes have numbers from 1 on, the same after a restart',
    async run({ persistence, openAnother }) {
      const two = await openAnother('two');
      assert.ok(persistence.nodeId >= 1);
      assert.ok(two.nodeId >= 1);
      assert.notEqual(two.nodeId, persistence.nodeId);
      await two.close();
      assert.equal((await openAnother('two')).nodeId, two.nodeId);
    },
  },
  {
    name: 'feed: an empty database tells nothing',
    async run({ persistence }) {
      assert.equal(await persistence.lastSequence(), 0);
      const { peers, lastSequence, isMore } = await persistence.changesSince(0, persistence.nodeId, 100);
      assert.deepEqual([peers.length, lastSequence, isMore], [0, 0, false]);
    },
  },
  {
    name: 'feed: a node reads what others wrote and not what it wrote itself',
    async run({ persistence: one, openAnother }) {
      const two = await openAnother('two');
      await one.savePeers(batchOf({ port: 1 }));
      await two.savePeers(batchOf({ port: 2 }));
      const forOne = await one.changesSince(0, one.nodeId, 100);
      const forTwo = await two.changesSince(0, two.nodeId, 100);
      assert.deepEqual(await linesOf([forOne.peers]), await linesOf([batchOf({ port: 2 })]));
      assert.deepEqual(await linesOf([forTwo.peers]), await linesOf([batchOf({ port: 1 })]));
      const forAnyone = await two.changesSince(0, 0, 100);
      assert.equal(forAnyone.peers.length, 2);
    },
  },
  {
    name: 'feed: going on from the last sequence tells each change once, own ones passed over',
    async run({ persistence: one, openAnother }) {
      const two = await openAnother('two');
      await two.savePeers(batchOf({ port: 1 }));
      const first = await one.changesSince(0, one.nodeId, 100);
      await one.savePeers(batchOf({ port: 2 }));
      const second = await one.changesSince(first.lastSequence, one.nodeId, 100);
      assert.deepEqual([second.peers.length, second.isMore], [0, false]);
      assert.equal(second.lastSequence, await one.lastSequence());
      await two.savePeers(batchOf({ port: 1, left: 0 }, { port: 3 }));
      const third = await one.changesSince(second.lastSequence, one.nodeId, 100);
      assert.deepEqual(
        await linesOf([third.peers]),
        await linesOf([batchOf({ port: 1, left: 0 }, { port: 3 })]),
      );
    },
  },
  {
    name: 'feed: a peer that moved to another node is told by the node that wrote it last',
    async run({ persistence: one, openAnother }) {
      const two = await openAnother('two');
      await two.savePeers(batchOf({ left: 9 }));
      await one.savePeers(batchOf({ left: 5 }));
      assert.equal((await one.changesSince(0, one.nodeId, 100)).peers.length, 0);
      const { peers } = await two.changesSince(0, two.nodeId, 100);
      assert.deepEqual(await linesOf([peers]), await linesOf([batchOf({ left: 5 })]));
    },
  },
  {
    name: 'feed: a peer that has gone is told as gone',
    async run({ persistence: one, openAnother }) {
      const two = await openAnother('two');
      await two.savePeers(batchOf({}));
      const { lastSequence } = await one.changesSince(0, one.nodeId, 100);
      await two.savePeers(batchOf({ isGone: true }));
      const { peers } = await one.changesSince(lastSequence, one.nodeId, 100);
      assert.deepEqual(await linesOf([peers]), await linesOf([batchOf({ isGone: true })]));
    },
  },
  {
    name: 'feed: what another node saw later stays, present or gone, whoever writes last',
    async run({ persistence: one, openAnother }) {
      const two = await openAnother('two');
      await one.savePeers(batchOf({ port: 1, left: 9, lastSeen: 50 }, { port: 2, left: 9, lastSeen: 50 }));
      await two.savePeers(batchOf({ port: 1, left: 5, lastSeen: 200 }, { port: 2, left: 5, lastSeen: 50 }));
      await two.savePeers(batchOf({ port: 2, isGone: true, lastSeen: 200 }));
      const { lastSequence } = await two.changesSince(0, two.nodeId, 100);
      const waited = [
        { port: 1, left: 9, lastSeen: 199 },
        { port: 2, left: 9, lastSeen: 199 },
      ];
      await one.savePeers(batchOf(...waited));
      await one.savePeers(batchOf({ port: 1, isGone: true, lastSeen: 199 }));
      assert.deepEqual(
        await linesOf(one.loadPeers(0)),
        await linesOf([batchOf({ port: 1, left: 5, lastSeen: 200 })]),
      );
      assert.equal((await two.changesSince(lastSequence, two.nodeId, 100)).peers.length, 0);
      assert.equal((await one.changesSince(0, one.nodeId, 100)).peers.length, 2);
      const back = { port: 2, left: 3, lastSeen: 200 };
      await one.savePeers(batchOf({ port: 1, isGone: true, lastSeen: 200 }, back));
      assert.deepEqual(await linesOf(two.loadPeers(0)), await linesOf([batchOf(back)]));
    },
  },
  {
    name: 'feed: pages come in order of change and lose nothing',
    async run({ persistence: one, openAnother }) {
      const two = await openAnother('two');
      await two.savePeers(batchOf({ port: 1 }, { port: 2 }, { port: 3 }));
      await one.savePeers(batchOf({ port: 4 }));
      await two.savePeers(batchOf({ port: 5 }, { port: 6 }, { port: 1, left: 0 }));
      const ports: string[] = [];
      let [sequence, calls] = [0, 0];
      for (let isMore = true; isMore; calls++) {
        const page = await one.changesSince(sequence, one.nodeId, 2);
        assert.ok(page.peers.length <= 2 && page.lastSequence >= sequence);
        for (let row = 0; row < page.peers.length; row++)
          ports.push(lineOf(page.peers, row).split(' ')[3] ?? '');
        ({ lastSequence: sequence, isMore } = page);
      }
      assert.deepEqual(ports, ['2', '3', '5', '6', '1']);
      assert.ok(calls <= 4);
    },
  },
  {
    name: 'feed: a limit below 1 is refused: a reader would ask for ever',
    async run({ persistence, openAnother }) {
      await (await openAnother('two')).savePeers(batchOf({}));
      for (const limit of [0, -1, 0.5, Number.NaN])
        await assert.rejects(persistence.changesSince(0, persistence.nodeId, limit), RangeError);
      const { peers, isMore } = await persistence.changesSince(0, persistence.nodeId, 1);
      assert.deepEqual([peers.length, isMore], [1, true]);
    },
  },
  {
    name: 'feed: opening what is open already changes nothing',
    async run({ persistence, openAnother }) {
      await persistence.savePeers(batchOf({}));
      const { nodeId } = persistence;
      await persistence.open();
      assert.equal(persistence.nodeId, nodeId);
      assert.equal(await persistence.lastSequence(), 1);
      await persistence.close();
      await assert.rejects(persistence.lastSequence(), { code: 'ERR_DATABASE_CLOSED' });
      assert.equal((await openAnother('one')).nodeId, nodeId);
    },
  },
  {
    name: 'feed: nodes that write at the same time overlook nothing of each other',
    async run({ persistence: one, openAnother }) {
      const two = await openAnother('two');
      const [firstPort, rounds] = [1_000, 20];
      const writing = Promise.all(
        Array.from({ length: rounds }, (_, i) =>
          Promise.all([
            one.savePeers(batchOf({ port: firstPort + i, torrent: 1 })),
            two.savePeers(batchOf({ port: firstPort + i, torrent: 2 }, { port: firstPort + i, torrent: 3 })),
          ]),
        ),
      );
      let [sequence, seen, isWriting] = [0, 0, true];
      const done = writing.then(() => {
        isWriting = false;
      });
      for (let isLast = false; !isLast; ) {
        isLast = !isWriting; // one more look after the last write
        const page = await one.changesSince(sequence, one.nodeId, 1_000);
        [sequence, seen] = [page.lastSequence, seen + page.peers.length];
      }
      await done;
      assert.equal(seen, 2 * rounds);
    },
  },
];
