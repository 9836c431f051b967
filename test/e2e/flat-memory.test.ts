import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { FakePeer, handshakeBytes, messageBytes, numbersBytes } from '../support/fake-peer.ts';
import { type FakeSeedOptions, startFakeSeed } from '../support/fake-seed.ts';
import { loopbackPeer } from '../support/mirrored-torrent.ts';
import { Scope } from '../support/scope.ts';
import { SeedNodeProcess } from '../support/seed-node-process.ts';
import { makeTorrentFixture, type TorrentFixture } from '../support/seeded-torrent.ts';
import { makeTempFolder } from '../support/temp-folder.ts';

const BLOCK = 16_384;
/**
 * What the last of three rounds may have left more than the first, after those that warm up: pools fill, and code is compiled. Used is
 * what is remembered of peers that were banned, and of pieces that were bad (64 of them).
 */
const MORE_USED_BYTES = 3 << 20;
const MORE_RESIDENT_BYTES = 8 << 20;
const WARMING_ROUNDS = 3;
const ROUNDS = 3;

/** One round of a fault; who takes part is gone when the owner ends. */
type Fault = (owner: Scope, node: SeedNodeProcess, fixture: TorrentFixture) => Promise<void>;

async function assertFlat(
  t: TestContext,
  node: SeedNodeProcess,
  fixture: TorrentFixture,
  fault: Fault,
): Promise<void> {
  const round = async () => {
    const scope = new Scope();
    try {
      await fault(scope, node, fixture);
    } finally {
      await scope.end();
    }
    await node.until('all peers to be gone', ({ connectionCount }) => connectionCount === 0);
    return node.memory();
  };
  for (let count = 0; count < WARMING_ROUNDS; count++) await round();
  const first = await round();
  let last = first;
  for (let count = 1; count < ROUNDS; count++) last = await round();
  const moreUsed = last.usedBytes - first.usedBytes;
  const moreResident = last.residentBytes - first.residentBytes;
  const mib = (bytes: number): string => `${(bytes / (1 << 20)).toFixed(1)} MiB`;
  t.diagnostic(
    `${mib(moreUsed)} more used, ${mib(moreResident)} more resident than ${mib(first.residentBytes)}`,
  );
  assert.ok(moreUsed <= MORE_USED_BYTES, `${moreUsed} bytes more are used`);
  assert.ok(moreResident <= MORE_RESIDENT_BYTES, `${moreResident} bytes more are resident`);
}

/** Peers that have shaken hands, are interested, and unchoked. */
function downloaders(owner: Scope, { port }: SeedNodeProcess, { metainfo }: TorrentFixture, count: number) {
  return Promise.all(Array.from({ length: count }, () => FakePeer.download(owner, port, metainfo.infoHash)));
}

/** Requests for blocks all over the torrent. */
function requests(count: number): Uint8Array {
  return Buffer.concat(
    Array.from({ length: count }, (_none, at) =>
      numbersBytes(6, at % 32, BLOCK * (Math.floor(at / 32) % 64), BLOCK),
    ),
  );
}

const ofThoseWhoTake: readonly (readonly [string, Fault])[] = [
  [
    'peers that ask for as much as they may, and read nothing',
    async (owner, node, fixture) => {
      const { requestsAccepted } = (await node.numbers()).counters;
      const peers = await downloaders(owner, node, fixture, 20);
      for (const peer of peers) {
        peer.socket.pause();
        peer.send(requests(2000));
      }
      const all = requestsAccepted + 20 * 2000;
      await node.until('all requests to be there', ({ counters }) => counters.requestsAccepted >= all);
    },
  ],
  [
    'floods of requests that cannot be served',
    async (owner, node, fixture) => {
      const { closedTotal } = (await node.numbers()).counters;
      const peers = await downloaders(owner, node, fixture, 40);
      const flood = Buffer.concat(Array.from({ length: 5000 }, () => numbersBytes(6, 99, 0, BLOCK)));
      for (const peer of peers) peer.send(flood);
      const all = closedTotal.flood + peers.length;
      await node.until('all to be closed', ({ counters }) => counters.closedTotal.flood >= all);
    },
  ],
  [
    'peers that vanish in mid-block',
    async (owner, node, fixture) => {
      const peers = await downloaders(owner, node, fixture, 50);
      for (const peer of peers) peer.send(requests(200));
      for (const peer of peers) {
        await peer.next(7);
        peer.socket.destroy();
      }
    },
  ],
  [
    'peers that are interested and do nothing',
    async (owner, node, { metainfo }) => {
      const peers = await Promise.all(Array.from({ length: 400 }, () => FakePeer.connect(owner, node.port)));
      for (const peer of peers) peer.send(handshakeBytes(metainfo.infoHash), messageBytes(2));
      await node.until('all to be there', ({ connectionCount }) => connectionCount === peers.length);
    },
  ],
];

test('what peers do that take leaves memory flat', async (t) => {
  const fixture = await makeTorrentFixture(t, { content: 32 << 20, pieceLength: 1 << 20 });
  const torrentPath = join(dirname(fixture.dataPath), 'sample.torrent');
  await writeFile(torrentPath, fixture.torrent);
  for (const [what, fault] of ofThoseWhoTake)
    await t.test(what, async (t) => {
      const node = await SeedNodeProcess.start(t, {
        torrentPath,
        dataPath: fixture.dataPath,
        isMirrored: false,
        limits: { cacheBytes: 8 << 20 },
      });
      await node.until('it to be seeded', ({ state }) => state === 'seeding');
      await assertFlat(t, node, fixture, fault);
    });
});

/** Has the node connect to so many seeds, and waits until it has left or lost each of them. */
function seeds(count: number, options: FakeSeedOptions): Fault {
  let round = 0;
  return async (owner, node, fixture) => {
    const lastByte = 2 + round++; // ports are given again, and who is banned is so by both
    const host = `127.0.0.${lastByte}`;
    const started = await Promise.all(
      Array.from({ length: count }, () => startFakeSeed(owner, fixture, { ...options, host })),
    );
    await node.connectTo(started.map(({ port }) => loopbackPeer(port, lastByte)));
    const areAsked = (): boolean => started.every((seed) => seed.requests() > 0);
    await node.until(
      'each to be asked, and gone',
      ({ connectionCount }) => connectionCount === 0 && areAsked(),
    );
  };
}

const ofThoseWhoGive: readonly (readonly [string, Fault])[] = [
  ['wrong data', seeds(24, { answer: (data) => Buffer.alloc(data.length, 0x5a) })],
  ['blocks of wrong lengths', seeds(24, { answer: (data) => data.subarray(1) })],
  [
    'peers that vanish when they have given half',
    seeds(24, {
      answer: (data, begin) => (begin % (2 * BLOCK) === 0 ? data : undefined),
      requestsUntilGone: 12,
    }),
  ],
];

test('what peers do that give leaves memory flat', async (t) => {
  const fixture = await makeTorrentFixture(t, { content: 32 << 20, pieceLength: 1 << 18 });
  const torrentPath = join(dirname(fixture.dataPath), 'sample.torrent');
  await writeFile(torrentPath, fixture.torrent);
  for (const [what, fault] of ofThoseWhoGive)
    await t.test(what, async (t) => {
      const node = await SeedNodeProcess.start(t, {
        torrentPath,
        dataPath: join(await makeTempFolder(t), 'sample'),
        isMirrored: true,
        limits: { downloadBytes: 16 << 20 },
      });
      await node.until('it to be fetched', ({ state }) => state === 'downloading');
      await assertFlat(t, node, fixture, fault);
    });
});
