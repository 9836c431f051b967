import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { storedFiles } from '../../../../../src/seeder/disk/storage-layout.ts';
import { SourceConnection } from '../../../../../src/seeder/download/web-source/source-connection.ts';
import { FilePlaces } from '../../../../../src/seeder/download/web-source/source-places.ts';
import type { WebSourceError } from '../../../../../src/seeder/download/web-source/web-source-error.ts';
import { eventually } from '../../../../support/eventually.ts';
import { type FileServer, startFileServer } from '../../../../support/file-server.ts';
import { cleanup } from '../../../../support/scope.ts';
import { ManualClock } from '../../../../support/seeder-clock.ts';
import { webSeedFixture } from '../../../../support/web-seeded.ts';

const BLOCK = 16_384;

/** A connection to a server that has the file of a torrent, and what it gave. */
async function connected(t: TestContext) {
  const { fixture, files } = await webSeedFixture(t, { content: 64 * BLOCK, pieceLength: 4 * BLOCK });
  const server: FileServer = await startFileServer(t, files);
  const { metainfo } = fixture;
  const clock = new ManualClock();
  const given: number[] = [];
  const troubles: WebSourceError[] = [];
  const connection = new SourceConnection({
    torrent: { metainfo },
    places: new FilePlaces(server.url, metainfo, storedFiles(metainfo.info, '/nowhere')),
    missingFiles: new Set(),
    userAgent: 'Seedbed/test',
    clock,
    listener: {
      onBytes: () => {},
      onDone: () => {},
      onTrouble: (error) => troubles.push(error),
      onClosed: () => {},
    },
  });
  cleanup(t, () => connection.close('removed'));
  connection.sink = {
    onBlock: (piece: number, begin: number, bytes: Uint8Array) => {
      const offset = piece * 4 * BLOCK + begin;
      assert.deepEqual(Buffer.from(bytes), fixture.data.subarray(offset, offset + bytes.length));
      given.push(offset / BLOCK);
    },
    onChoke: () => {},
  } as unknown as NonNullable<SourceConnection['sink']>;
  const ask = (...blocks: number[]): void => {
    for (const at of blocks) connection.askBlock(Math.floor(at / 4), (at % 4) * BLOCK, BLOCK);
  };
  const cancel = (at: number): void => connection.cancelBlock(Math.floor(at / 4), (at % 4) * BLOCK);
  return { connection, server, clock, given, troubles, ask, cancel };
}

test('blocks that are asked for one by one do not make a request each', async (t) => {
  const { server, clock, given, ask } = await connected(t);
  ask(0);
  await eventually('the first block', () => given.length === 1);
  for (const at of [1, 2, 3, 4, 5]) {
    ask(at);
    await turn();
  }
  assert.equal(server.requests.length, 1);
  clock.advance(250);
  await eventually('the others', () => given.length === 6);
  assert.deepEqual(server.requests, ['/sample bytes=0-16383', '/sample bytes=16384-98303']);
});

test('a block that is taken back is not given, and ends its request when it was the last', async (t) => {
  const { server, clock, given, ask, cancel, troubles } = await connected(t);
  const held: (() => void)[] = [];
  server.misbehave = (_request, response) => {
    response.on('close', () => held.push(() => {}));
    return true;
  };
  ask(0, 1);
  await eventually('a request', () => server.requests.length === 1);
  cancel(0);
  assert.equal(held.length, 0);
  cancel(1);
  await eventually('the end of the request', () => held.length === 1);
  server.misbehave = undefined;
  ask(7);
  clock.advance(250);
  await eventually('another block', () => given.length === 1);
  assert.deepEqual([given, troubles], [[7], []]);
});

test('what waits when nothing is wanted any more is forgotten', async (t) => {
  const { connection, server, clock, given, ask } = await connected(t);
  ask(0);
  await eventually('the first block', () => given.length === 1);
  ask(1);
  await turn();
  connection.uninterested();
  clock.advance(1000);
  await turn();
  assert.deepEqual(clock.pendingMs, []);
  assert.equal(server.requests.length, 1);
});

test('rather gives the next piece', async (t) => {
  const { connection, ask } = await connected(t);
  assert.deepEqual(connection.suggestedPieces, []);
  ask(8, 9, 10, 11);
  assert.deepEqual(connection.suggestedPieces, [3]);
  ask(12);
  assert.deepEqual(connection.suggestedPieces, [4]);
});
