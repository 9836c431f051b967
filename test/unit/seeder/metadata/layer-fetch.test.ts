import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hashesOfRange } from '../../../../src/bittorrent/metainfo/hash-range.ts';
import { powerOfTwoFrom } from '../../../../src/bittorrent/metainfo/merkle.ts';
import { MerkleNodes } from '../../../../src/bittorrent/metainfo/merkle-nodes.ts';
import type { Info } from '../../../../src/bittorrent/metainfo/metainfo.ts';
import { type HashPeer, LayerFetch } from '../../../../src/seeder/metadata/layer-fetch.ts';
import type { HashRequest } from '../../../../src/seeder/wire/hash-messages.ts';
import { randomBytesOf } from '../../../support/data.ts';

const PIECES = 3000; // six requests
const layer = randomBytesOf(1, 32 * PIECES);
const tree = new MerkleNodes({ hashes: layer, width: powerOfTwoFrom(PIECES), level: 0 });
const file = { path: ['a'], length: PIECES * 16_384, offset: 0, isPadding: false, piecesRoot: tree.root };
const info = { files: [file], pieceLength: 16_384 } as unknown as Info;

/** A peer that keeps what it is asked for; it leaves the fetch when it is closed. */
class Asked implements HashPeer {
  readonly requests: HashRequest[] = [];
  readonly fetch: LayerFetch;
  closed: string | undefined;

  constructor(fetch: LayerFetch) {
    this.fetch = fetch;
    fetch.join(this);
  }

  askHashes(request: HashRequest): void {
    this.requests.push(request);
  }

  close(reason: string): void {
    this.closed ??= reason;
    this.fetch.leave(this);
  }

  /** Answers what it was asked for, and what it is asked for then. */
  answerAll(change: (hashes: Uint8Array) => Uint8Array = (hashes) => hashes): void {
    for (let next = this.requests.shift(); next !== undefined; next = this.requests.shift())
      this.fetch.answered(this, next, change(answerTo(next)));
  }
}

function answerTo(request: HashRequest): Uint8Array {
  return hashesOfRange(request, (level, index) => tree.at(level, index));
}

async function assertDone(fetch: LayerFetch): Promise<void> {
  const [[root, found] = ['', new Uint8Array()]] = [...(await fetch.done)];
  assert.equal(root, Buffer.from(tree.root).toString('hex'));
  assert.deepEqual(Buffer.from(found), layer);
}

test('a peer is asked for a few parts at a time, until all are here', async () => {
  const fetch = new LayerFetch(info);
  const peer = new Asked(fetch);
  assert.equal(peer.requests.length, 4);
  peer.answerAll();
  await assertDone(fetch);
});

test('hashes that do not lead to the root count for nothing, and who gave them is left', async () => {
  const fetch = new LayerFetch(info);
  const liar = new Asked(fetch);
  liar.answerAll((hashes) => hashes.fill(7));
  assert.equal(liar.closed, 'bad-data');
  new Asked(fetch).answerAll();
  await assertDone(fetch);
});

test('what one peer refuses another is asked for', async () => {
  const fetch = new LayerFetch(info);
  const unwilling = new Asked(fetch);
  const [first] = unwilling.requests;
  assert.ok(first);
  fetch.refused(unwilling, first);
  assert.equal(unwilling.closed, 'torrent-unavailable');
  new Asked(fetch).answerAll();
  await assertDone(fetch);
});

test('what a peer owed that is gone is asked of those who are there', async () => {
  const fetch = new LayerFetch(info);
  const gone = new Asked(fetch);
  const other = new Asked(fetch);
  assert.deepEqual([gone.requests.length, other.requests.length], [4, 2]);
  fetch.leave(gone);
  other.answerAll();
  await assertDone(fetch);
});

test('an answer that nobody asked for ends the connection, and so does one that comes twice', () => {
  for (const twist of [
    {},
    { index: 1 },
    { length: 2 },
    { proofLayers: 0 },
    { piecesRoot: new Uint8Array(32) },
  ]) {
    const fetch = new LayerFetch(info);
    const peer = new Asked(fetch);
    const request = { ...(peer.requests[0] as HashRequest), ...twist };
    const isAsked = Object.keys(twist).length === 0;
    assert.equal(fetch.answered(peer, request, answerTo(peer.requests[0] as HashRequest)), isAsked);
    if (isAsked) fetch.answered(peer, request, answerTo(request));
    assert.equal(peer.closed, 'bad-message');
  }
});

test('a refusal of what nobody asked for ends the connection', () => {
  const fetch = new LayerFetch(info);
  const peer = new Asked(fetch);
  fetch.refused(peer, { ...(peer.requests[0] as HashRequest), index: 4096 });
  assert.equal(peer.closed, 'bad-message');
});
