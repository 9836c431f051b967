import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HashingThread } from '../../../../src/seeder/download/piece-checker.ts';

/** A thread that dies of a piece without leaves, and answers others as they are. */
const PROGRAM = `data:text/javascript,${encodeURIComponent(`
  import { parentPort } from 'node:worker_threads';
  parentPort.on('message', ({ id, bytes, leaves }) => {
    if (leaves === 0) throw new Error('broken');
    parentPort.postMessage({ id, bytes, v1: bytes, v2: bytes });
  });
`)}`;

test('a thread that dies takes its own pieces along, and not those of the next', async (t) => {
  const thread = new HashingThread(new URL(PROGRAM));
  t.after(() => thread.stop());
  const piece = (leaves: number) => ({
    version: 'v1' as const,
    bytes: new Uint8Array(1),
    own: 1,
    padding: 0,
    leaves,
  });
  await assert.rejects(thread.hash(piece(0)), { code: 'ERR_STOPPED' });
  const answers = await Promise.all([thread.hash(piece(1)), thread.hash(piece(1))]);
  assert.equal(answers.length, 2);
});

test('a piece that cannot be sent is told so', async (t) => {
  const thread = new HashingThread(new URL(PROGRAM));
  t.after(() => thread.stop());
  const bytes = new Uint8Array(1);
  structuredClone(bytes, { transfer: [bytes.buffer] });
  const piece = { version: 'v1' as const, bytes, own: 1, padding: 0, leaves: 1 };
  await assert.rejects(thread.hash(piece), { name: 'DataCloneError' });
});

test('a thread that has nothing to do can rest, and hashes the next piece', async (t) => {
  const thread = new HashingThread(new URL(PROGRAM));
  t.after(() => thread.stop());
  const piece = { version: 'v1' as const, bytes: new Uint8Array(1), own: 1, padding: 0, leaves: 1 };
  const first = thread.hash(piece);
  thread.rest(); // not now
  await first;
  assert.equal(thread.isRunning, true);
  thread.rest();
  assert.equal(thread.isRunning, false);
  assert.ok(await thread.hash(piece));
});
