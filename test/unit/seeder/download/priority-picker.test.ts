import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { PriorityPicker } from '../../../../src/seeder/download/priority-picker.ts';

const ALL = { isComplete: true, has: () => true };

function makePicker(priorities: number[], random = () => 0): PriorityPicker {
  const missing = priorities.flatMap((priority, piece) => (priority > 0 ? [piece] : []));
  const priorityOf = (piece: number): number => priorities[piece] ?? 0;
  return new PriorityPicker({ pieceCount: priorities.length, missing, random, priorityOf });
}

function takeAll(picker: PriorityPicker): number[] {
  const taken: number[] = [];
  for (let piece = picker.take(ALL); piece !== undefined; piece = picker.take(ALL)) taken.push(piece);
  return taken;
}

test('pieces with a higher priority come first, and those without never', () => {
  const picker = makePicker([1, 0, 7, 1, 3]);
  picker.isSequential = true;
  assert.equal(picker.size, 4);
  assert.deepEqual(takeAll(picker), [2, 4, 0, 3]);
});

test('another choice holds for the pieces that are to be chosen yet, and keeps what is known of the peers', () => {
  const priorities = [1, 1, 1, 1, 1, 1, 1, 1];
  const picker = makePicker(priorities);
  for (const piece of [0, 1, 2, 3, 4, 5, 6]) picker.increment(piece);
  priorities[1] = 0;
  priorities[0] = 2;
  const taken = picker.take(ALL);
  picker.prioritiesChanged();
  assert.equal(picker.size, [0, 2, 3, 4, 5, 6, 7].filter((piece) => piece !== taken).length);
  if (taken !== 0) assert.equal(picker.take(ALL), 0);
  picker.add(1);
  assert.equal(takeAll(picker).includes(1), false);
});

test('a peer gives the best piece of those that it has', () => {
  const picker = makePicker([1, 7]);
  assert.equal(picker.take({ isComplete: false, has: (piece) => piece === 0 }), 0);
});

test('property: every wanted piece is taken once, by falling priority, whatever peers come and go', () => {
  fc.assert(
    fc.property(
      fc.array(fc.nat(7), { minLength: 1, maxLength: 30 }),
      fc.array(fc.tuple(fc.boolean(), fc.nat(29)), { maxLength: 60 }),
      (priorities, moves) => {
        const picker = makePicker(priorities, Math.random);
        for (const [isMore, piece] of moves)
          (isMore ? picker.increment : picker.decrement).call(picker, piece);
        picker.prioritiesChanged();
        const taken = takeAll(picker);
        assert.deepEqual(
          [...taken].sort((a, b) => a - b),
          priorities.flatMap((priority, piece) => (priority > 0 ? [piece] : [])),
        );
        const order = taken.map((piece) => priorities[piece] ?? 0);
        assert.deepEqual(
          order,
          [...order].sort((a, b) => b - a),
        );
      },
    ),
  );
});
