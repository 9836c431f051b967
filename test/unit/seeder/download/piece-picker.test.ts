import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { PiecePicker } from '../../../../src/seeder/download/piece-picker.ts';
import { seededRandom } from '../../../support/seeded-random.ts';

const everything = { isComplete: true, has: () => true };

test('takes each piece once, and none that is not missing', () => {
  const picker = new PiecePicker(10, [1, 3, 5, 7], Math.random);
  const taken = [0, 0, 0, 0].map(() => picker.take(everything));
  assert.deepEqual(
    taken.toSorted((a, b) => Number(a) - Number(b)),
    [1, 3, 5, 7],
  );
  assert.equal(picker.take(everything), undefined);
});

test('takes only what the peer has', () => {
  const picker = new PiecePicker(10, [1, 3, 5], Math.random);
  assert.equal(picker.take({ isComplete: false, has: (piece) => piece === 3 }), 3);
  assert.equal(picker.take({ isComplete: false, has: (piece) => piece === 3 }), undefined);
});

test('takes pieces in their order from one on, and those before it at last', () => {
  const picker = new PiecePicker(10, [1, 3, 5, 7], Math.random);
  picker.increment(7);
  const has = (piece: number): boolean => piece !== 5;
  const taken = [4, 8, 4, 4].map((from) => picker.takeFrom(from, { isComplete: false, has }));
  assert.deepEqual(taken, [7, 1, 3, undefined]);
  assert.equal(picker.takeFrom(10, everything), 5);
  assert.equal(picker.takeFrom(0, everything), undefined);
});

test('the first pieces are random, then the rarest comes first', () => {
  const picker = new PiecePicker(100, [...Array(100).keys()], Math.random);
  for (let piece = 0; piece < 100; piece++) if (piece !== 42) picker.increment(piece);
  for (let count = 0; count < 4; count++) picker.take({ isComplete: false, has: (piece) => piece !== 42 });
  assert.equal(picker.take(everything), 42);
});

test('of equally rare pieces, downloads with random sources of their own choose others, none of them in order', () => {
  const all = [...Array(100).keys()];
  const orderOf = (seed: number): number[] => {
    const picker = new PiecePicker(all.length, all, seededRandom(seed * 123_456_789));
    for (const piece of all) picker.increment(piece); // a peer that has each tells so in their order
    return all.map(() => picker.take(everything) as number);
  };
  const orders = [1, 2, 3, 4, 5, 6, 7, 8].map(orderOf);
  for (const order of orders) {
    assert.deepEqual(
      order.toSorted((a, b) => a - b),
      all,
    );
    const steps = order.slice(1).filter((piece, at) => piece === (order[at] ?? 0) + 1).length;
    assert.ok(steps < 10, `${steps} of 99 pieces come behind those before them`);
    const rising = order.slice(1).filter((piece, at) => piece > (order[at] ?? 0)).length;
    assert.ok(rising > 30 && rising < 70, `${rising} of 99 pieces lie behind those before them`);
  }
  for (let count = 1; count <= 4; count++) {
    const firsts = orders.map((order) => order.slice(0, count).join());
    assert.ok(new Set(firsts).size >= 7, `the first ${count}: ${firsts.join(' ')}`);
  }
  assert.deepEqual(orderOf(1), orders[0], 'the same source chooses the same');
});

test('sequential: the pieces come in their order, and one that was put back comes first again', () => {
  const picker = new PiecePicker(10, [7, 1, 5, 3], Math.random);
  picker.isSequential = true;
  picker.increment(1);
  assert.deepEqual([picker.take(everything), picker.take(everything)], [1, 3]);
  picker.add(1);
  assert.equal(picker.take({ isComplete: false, has: (piece) => piece > 4 }), 5);
  assert.deepEqual([picker.take(everything), picker.take(everything)], [1, 7]);
  assert.equal(picker.take(everything), undefined);
});

test('loses no piece where no piece is had by as many peers as lie between', () => {
  for (let run = 0; run < 50; run++) {
    const picker = new PiecePicker(3, [0, 1, 2], Math.random);
    picker.increment(2);
    picker.increment(2);
    const first = picker.take(everything);
    picker.increment(first === 0 ? 1 : 0);
    const taken = [first, picker.take(everything), picker.take(everything)];
    assert.deepEqual(
      taken.toSorted((a, b) => Number(a) - Number(b)),
      [0, 1, 2],
    );
  }
});

/** What happens to a picker: a piece becomes commoner or rarer, is taken, or comes back. */
const steps = fc.array(
  fc.record({ kind: fc.constantFrom('more', 'less', 'take', 'add'), piece: fc.nat({ max: 19 }) }),
  { maxLength: 300 },
);

test('whatever happens, it takes one of the rarest pieces that are left', () => {
  fc.assert(
    fc.property(steps, (script) => {
      const counts = new Array<number>(20).fill(0);
      const left = new Set(counts.keys());
      const picker = new PiecePicker(20, [...left], () => 0);
      for (let count = 0; count < 4; count++) left.delete(picker.take(everything) as number); // the random ones
      for (const { kind, piece } of script) {
        if (kind === 'more') {
          picker.increment(piece);
          counts[piece] = (counts[piece] ?? 0) + 1;
        } else if (kind === 'less') {
          picker.decrement(piece);
          counts[piece] = Math.max(0, (counts[piece] ?? 0) - 1);
        } else if (kind === 'add') {
          picker.add(piece);
          left.add(piece);
        } else {
          const taken = picker.take(everything);
          const rarest = Math.min(...[...left].map((index) => counts[index] ?? 0));
          if (taken === undefined) assert.equal(left.size, 0);
          else assert.equal(counts[taken], rarest);
          if (taken !== undefined) assert.ok(left.delete(taken));
        }
        assert.equal(picker.size, left.size);
      }
    }),
  );
});
