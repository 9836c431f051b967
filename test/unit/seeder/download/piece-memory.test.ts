import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PieceMemory } from '../../../../src/seeder/download/piece-memory.ts';

test('what was given back is taken again, and no other length', () => {
  const memory = new PieceMemory(() => true);
  const first = memory.take(100);
  memory.giveBack(first);
  assert.equal(memory.spareBytes, 100);
  assert.equal(memory.take(50).length, 50);
  assert.equal(memory.take(100), first);
  assert.equal(memory.spareBytes, 0);
});

test('keeps no more than it may, and lets go of what it keeps when the room is wanted', () => {
  let room = 250;
  const memory = new PieceMemory((bytes) => bytes <= room);
  for (const bytes of [memory.take(100), memory.take(100), memory.take(100)]) memory.giveBack(bytes);
  assert.equal(memory.spareBytes, 200);
  room = 100;
  memory.take(50);
  assert.equal(memory.spareBytes, 0);
});
