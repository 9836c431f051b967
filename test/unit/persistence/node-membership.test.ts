import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { MemoryDatabase } from '../../../src/persistence/memory/memory-database.ts';
import { MemoryPersistence } from '../../../src/persistence/memory/memory-persistence.ts';
import { NodeMembership } from '../../../src/persistence/nodes/node-membership.ts';
import { SharedClock } from '../../../src/persistence/nodes/shared-clock.ts';

/** Nodes whose database has a clock that the test moves; each has a clock of its own, `aheadMs` from that one. */
function makeNodes() {
  const clock = { ms: 1_700_000_000_000 };
  const database = new MemoryDatabase(() => clock.ms);
  const join = async (name: string, aheadMs = 0) => {
    const lines: string[] = [];
    const write = (...line: unknown[]) => void lines.push(String(line.at(-1)));
    const persistence = new MemoryPersistence(name, database);
    await persistence.open();
    const shared = new SharedClock({
      readClock: () => persistence.readClock(),
      monotonicMs: () => clock.ms - 1_600_000_000_000,
      ownMs: () => clock.ms + aheadMs,
    });
    const logger = { error: write, warn: write, info: write };
    const membership = new NodeMembership({ persistence, clock: shared, logger });
    const states = () => membership.nodes.map((node) => `${node.name} ${node.state}`);
    return { membership, states, lines, clock: shared };
  };
  return { clock, database, join };
}

describe('a node among those of its database', () => {
  it('sees who lives, who fell silent, who came back and who left, and logs each once', async () => {
    const { clock, join } = makeNodes();
    const [one, two] = [await join('one'), await join('two')];
    await two.membership.beat();
    await one.membership.beat();
    assert.deepEqual(one.states(), ['one alive', 'two alive']);
    for (let second = 0; second < 30; second += 3) {
      clock.ms += 3_000;
      await one.membership.beat();
    }
    assert.deepEqual(one.states(), ['one alive', 'two silent']);
    await two.membership.beat();
    await one.membership.beat();
    await two.membership.leave();
    await one.membership.beat();
    assert.deepEqual(one.states(), ['one alive', 'two left']);
    assert.deepEqual(one.lines, [
      'a node fell silent; its peers stay until they expire',
      'a node came',
      'a node left',
    ]);
  });

  it('calls nobody silent when it could not reach the database itself', async () => {
    const { clock, join } = makeNodes();
    const [one, two] = [await join('one'), await join('two')];
    await two.membership.beat();
    await one.membership.beat();
    clock.ms += 60_000; // the database was away, for both
    await one.membership.beat();
    assert.deepEqual(one.states(), ['one alive', 'two alive']);
    clock.ms += 3_000;
    await two.membership.beat();
    await one.membership.beat();
    assert.deepEqual(one.states(), ['one alive', 'two alive']);
    assert.deepEqual(one.lines, []);
    for (let second = 0; second < 30; second += 3) {
      clock.ms += 3_000;
      await one.membership.beat();
    }
    assert.deepEqual(one.states(), ['one alive', 'two silent']);
  });

  it('judges by the clock of the database, however wrong its own is, and says once that it is', async () => {
    const { clock, join } = makeNodes();
    const [one, late] = [await join('one'), await join('late', -3_600_000)];
    for (let second = 0; second < 60; second += 3) {
      await one.membership.beat();
      await late.membership.beat();
      clock.ms += 3_000;
    }
    assert.deepEqual(one.states(), ['one alive', 'late alive']);
    assert.deepEqual(late.states(), ['one alive', 'late alive']);
    assert.equal(late.clock.nowSeconds(), Math.floor(clock.ms / 1_000));
    assert.deepEqual(late.lines, [
      'the clock of this machine differs from that of the database, which is used',
    ]);
    assert.deepEqual(one.lines, ['a node came']);
  });

  it('notices another program that has its name', async () => {
    const { clock, join } = makeNodes();
    const [one, copy] = [await join('one'), await join('one')];
    await one.membership.beat();
    clock.ms += 1_000;
    await copy.membership.beat();
    clock.ms += 2_000;
    await one.membership.beat();
    assert.equal(one.membership.isNameTaken, true);
    assert.equal(one.lines.length, 1);
    assert.match(one.lines[0] ?? '', /--node-name/);
  });

  it('of those that live, the one with the lowest number is the first', async () => {
    const { clock, join } = makeNodes();
    const [one, two] = [await join('one'), await join('two')];
    await one.membership.beat();
    await two.membership.beat();
    assert.deepEqual([one.membership.isFirst, two.membership.isFirst], [true, false]);
    for (let second = 0; second < 30; second += 3) {
      clock.ms += 3_000;
      await two.membership.beat();
    }
    assert.equal(two.membership.isFirst, true);
  });

  it('puts itself back where the database has lost it, and tells when another node took its place', async () => {
    const { database, join } = makeNodes();
    const one = await join('one');
    await one.membership.beat();
    database.nodes.clear();
    await one.membership.beat();
    await one.membership.beat();
    assert.deepEqual([one.states(), one.membership.isNameTaken], [['one alive'], false]);
    database.nodes.clear();
    database.nodes.set(7, { name: 'one', heartbeatAtSeconds: 0 });
    await one.membership.beat();
    await one.membership.beat();
    assert.equal(one.membership.isNameTaken, true);
    assert.deepEqual(
      one.lines.slice(0, 2).map((line) => line.slice(0, 36)),
      ['the database had lost this node; it ', 'the database has lost this node and '],
    );
  });

  it('says of the others that they are unknown while it cannot hear the database, and as before afterwards', async () => {
    const { clock, join } = makeNodes();
    const [one, two, three] = [await join('one'), await join('two'), await join('three')];
    for (const { membership } of [three, two, one]) await membership.beat();
    await three.membership.leave();
    await one.membership.beat();
    clock.ms += 15_000;
    assert.deepEqual(one.states(), ['one alive', 'two alive', 'three left']);
    clock.ms += 1_000;
    assert.deepEqual(one.states(), ['one alive', 'two unknown', 'three left']);
    assert.equal(one.membership.isFirst, true);
    await one.membership.beat();
    assert.deepEqual(one.states(), ['one alive', 'two alive', 'three left']);
    assert.deepEqual(one.lines, ['a node left']);
  });
});
