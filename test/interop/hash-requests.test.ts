import assert from 'node:assert/strict';
import { copyFile, mkdir, readFile, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { toHex } from '../../src/bittorrent/hex.ts';
import { makePeerId } from '../../src/bittorrent/peer-id.ts';
import { createTorrent } from '../../src/builder/create-torrent.ts';
import type { SeedNode } from '../../src/seeder/seed-node.ts';
import { type LibtorrentOptions, startLibtorrent } from '../support/clients/libtorrent.ts';
import { checksums, writeRandomFile } from '../support/data.ts';
import { makeSeedNode, torrentState } from '../support/seeded-torrent.ts';
import { makeTempFolder } from '../support/temp-folder.ts';
import { requireTool } from '../support/tools.ts';

const deadlineMs = 60_000;
const KIB = 1024;

/** Data that has every shape of tree, and the length of its pieces. */
const shapes: Readonly<Record<string, readonly [number, (path: string) => Promise<void>]>> = {
  'a file of one block': [64 * KIB, (path) => writeRandomFile(path, 9_000)],
  'a file of exactly a piece': [64 * KIB, (path) => writeRandomFile(path, 64 * KIB)],
  'a file of many pieces, the last one short': [64 * KIB, (path) => writeRandomFile(path, 5_000_001)],
  'a file with one piece behind 512 others': [32 * KIB, (path) => writeRandomFile(path, 513 * 32 * KIB)],
  'a file with pieces of one block, four layers above 512': [
    16 * KIB,
    (path) => writeRandomFile(path, 5_000 * 16 * KIB),
  ],
  'a folder with equal files, empty ones and such as end a piece': [32 * KIB, writeFolder],
};

async function writeFolder(path: string): Promise<void> {
  for (const [at, [name, length]] of Object.entries({
    'deep/er/exactly a piece': 32 * KIB,
    'deep/exactly two': 64 * KIB,
    empty: 0,
    many: 1_000_001,
    'one block': 16 * KIB,
    small: 17,
  }).entries())
    await writeRandomFile(join(path, name), length, 10 + at);
  await mkdir(join(path, 'twins'));
  await copyFile(join(path, 'many'), join(path, 'twins', 'of many'));
  await copyFile(join(path, 'small'), join(path, 'twins', 'of small'));
}

/** Seeds a torrent of the data; the links name our peer, and no tracker. */
async function seed(
  t: TestContext,
  shape: keyof typeof shapes,
  version: 'v2' | 'hybrid',
): Promise<{ node: SeedNode; path: string; links: Record<'both' | 'v2', string> }> {
  const work = await makeTempFolder(t);
  const path = join(work, 'data');
  const [pieceLength, write] = shapes[shape] ?? [0, writeFolder];
  await write(path);
  const { metainfo } = await createTorrent(path, { version, pieceLength });
  const node = makeSeedNode(t);
  const { port } = await node.start();
  await torrentState(node, node.add({ metainfo, dataPath: path }), 'seeding');
  const v1 = `xt=urn:btih:${toHex(metainfo.infoHash)}`;
  const v2 = `xt=urn:btmh:1220${toHex(metainfo.infoHashV2 ?? new Uint8Array())}`;
  const peer = `x.pe=127.0.0.1:${port}`;
  return {
    node,
    path,
    links: { v2: `magnet:?${v2}&${peer}`, both: `magnet:?${v1}&${v2}&${peer}` },
  };
}

async function downloadAndCompare(
  t: TestContext,
  node: SeedNode,
  path: string,
  options: Pick<LibtorrentOptions, 'torrent' | 'encryption'>,
): Promise<void> {
  const folder = await makeTempFolder(t);
  const client = await startLibtorrent(t, { ...options, folder });
  await client.finished(deadlineMs);
  assert.deepEqual(await checksums(join(folder, 'data')), await checksums(path));
  const { closedTotal, hashRequestsRefused } = node.counters;
  assert.equal(hashRequestsRefused, 0);
  for (const reason of ['bad-message', 'flood', 'internal', 'storage'] as const)
    assert.equal(closedTotal[reason], 0, reason);
  assert.ok(node.counters.connectionsAccepted <= 2, `${node.counters.connectionsAccepted} connections`);
}

describe('libtorrent and a magnet link that brings no hashes of pieces (BEP 52)', {
  timeout: 300_000,
}, () => {
  for (const shape of Object.keys(shapes))
    for (const version of ['v2', 'hybrid'] as const)
      it(`downloads by the v2 info-hash alone: ${shape}, ${version}`, async (t) => {
        if (requireTool(t, 'libtorrent') === undefined) return;
        const { node, path, links } = await seed(t, shape, version);
        await downloadAndCompare(t, node, path, { torrent: links.v2 });
        if (!shape.includes('one block') && !shape.includes('exactly a piece'))
          assert.ok(node.counters.hashAnswersSent > 0);
      });

  for (const encryption of ['off', 'rc4'] as const)
    it(`goes on as a v2 peer where it came by the v1 info-hash of a hybrid, encryption ${encryption}`, async (t) => {
      if (requireTool(t, 'libtorrent') === undefined) return;
      const { node, path, links } = await seed(t, 'a file of many pieces, the last one short', 'hybrid');
      await downloadAndCompare(t, node, path, { torrent: links.both, encryption });
      assert.ok(node.counters.hashAnswersSent > 0, 'it asked for hashes, as v2 peers do');
      assert.equal(node.counters.encryptedHandshakes.rc4, encryption === 'rc4' ? 1 : 0);
    });

  it('downloads by the v2 info-hash alone over an encrypted connection', async (t) => {
    if (requireTool(t, 'libtorrent') === undefined) return;
    const { node, path, links } = await seed(t, 'a file with one piece behind 512 others', 'v2');
    await downloadAndCompare(t, node, path, { torrent: links.v2, encryption: 'rc4' });
    assert.ok(node.counters.hashAnswersSent > 0);
  });

  it('finds by the hashes of blocks which peer sent bad data', async (t) => {
    if (requireTool(t, 'libtorrent') === undefined) return;
    const { node, path, links } = await seed(t, 'a file of many pieces, the last one short', 'v2');
    const bad = await seedBad(t, path);
    const folder = await makeTempFolder(t);
    const client = await startLibtorrent(t, {
      torrent: `${links.v2}&x.pe=127.0.0.2:${bad.port}`,
      folder,
      downloadLimitKiB: 4000,
    });
    await client.finished(deadlineMs);
    assert.deepEqual(await checksums(join(folder, 'data')), await checksums(path));
    const [ofGood, ofBad] = [node.counters, bad.counters];
    assert.ok(ofBad.uploadedBytes > 0, 'bad data came');
    // It asks one of the two; the bad one finds then what its data is like, and vouches for nothing.
    const asked = ofGood.hashAnswersSent + ofBad.hashAnswersSent + ofBad.closedTotal.storage;
    assert.ok(asked >= 2, `${asked} requests for hashes`);
    assert.equal(
      ofGood.closedTotal.flood + ofGood.closedTotal['bad-message'] + ofGood.closedTotal.storage,
      0,
    );
  });
});

/**
 * Seeds a copy of the data in which every piece has a wrong byte, taken for good: its time is that of the check. The address is another,
 * since libtorrent bans addresses.
 */
async function seedBad(t: TestContext, path: string): Promise<SeedNode> {
  const copy = join(await makeTempFolder(t), 'data');
  await copyFile(path, copy);
  const second = new Date(1_700_000_000_000);
  await utimes(copy, second, second);
  const { metainfo } = await createTorrent(copy, { version: 'v2', pieceLength: 64 * KIB });
  const node = makeSeedNode(t, { host: '127.0.0.2', peerId: makePeerId(new Uint8Array(12).fill(0x62)) });
  await node.start();
  await torrentState(node, node.add({ metainfo, dataPath: copy }), 'seeding');
  const bytes = await readFile(copy);
  for (let at = 20 * KIB; at < bytes.length; at += 64 * KIB) bytes[at] = (bytes[at] ?? 0) ^ 1;
  await writeFile(copy, bytes);
  await utimes(copy, second, second);
  return node;
}
