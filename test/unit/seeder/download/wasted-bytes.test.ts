import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { eventually } from '../../../support/eventually.ts';
import { FakeLeech, fakeDownload } from '../../../support/fake-leech.ts';
import { FakePeer, handshakeBytes, messageBytes } from '../../../support/fake-peer.ts';
import { startFakeSeed } from '../../../support/fake-seed.ts';
import { loopbackPeer, mirrorFixture } from '../../../support/mirrored-torrent.ts';
import { makeTorrentFixture, seedFixture, torrentState } from '../../../support/seeded-torrent.ts';

const PIECE = 65_536;
const BLOCK = 16_384;

/** A download that counts what was wasted. */
function download(options: { readonly pieceCount: number; readonly isGood?: () => boolean }) {
  let wasted = 0;
  const listener = {
    onWasted: (bytes: number): void => {
      wasted += bytes;
    },
  };
  const { downloader } = fakeDownload({ pieceLength: PIECE, listener, ...options });
  return { downloader, wasted: () => wasted };
}

describe('bytes that came to no use', () => {
  it('are none when every block is wanted and good', async () => {
    const { downloader, wasted } = download({ pieceCount: 2 });
    const peer = new FakeLeech(downloader);
    peer.unchoke();
    await turn();
    peer.give(8);
    await turn();
    assert.deepEqual([downloader.missing, wasted()], [0, 0]);
  });

  it('are the blocks that nobody asked for', async () => {
    const { downloader, wasted } = download({ pieceCount: 1 });
    const peer = new FakeLeech(downloader);
    downloader.onBlock(peer.leech, 0, 0, new Uint8Array(BLOCK));
    assert.equal(wasted(), BLOCK);
    assert.equal(peer.leech.receivedBytes, 0);
  });

  it('are the blocks that come twice in the endgame', async () => {
    const { downloader, wasted } = download({ pieceCount: 1 });
    const slow = new FakeLeech(downloader);
    slow.unchoke();
    await turn();
    const [first] = slow.asked;
    const fast = new FakeLeech(downloader);
    fast.unchoke();
    await turn();
    fast.give(4);
    await turn();
    assert.deepEqual([first?.piece, first?.begin, downloader.missing, wasted()], [0, 0, 0, 0]);
    downloader.onBlock(slow.leech, 0, 0, new Uint8Array(BLOCK)); // it crossed with the cancel
    assert.equal(wasted(), BLOCK);
  });

  it('are the blocks of a bad piece', async () => {
    let isGood = false;
    const { downloader, wasted } = download({ pieceCount: 1, isGood: () => isGood });
    const peer = new FakeLeech(downloader);
    peer.unchoke();
    await turn();
    peer.give(4);
    await turn();
    assert.equal(wasted(), PIECE);
    isGood = true;
    await turn();
    peer.give(4);
    await turn();
    assert.deepEqual([downloader.missing, wasted()], [0, PIECE]);
  });

  it('are what had come of a piece that is given up', async () => {
    const { downloader, wasted } = download({ pieceCount: 1 });
    const peer = new FakeLeech(downloader);
    peer.unchoke();
    await turn();
    peer.give(3);
    downloader.stop();
    assert.equal(wasted(), 3 * BLOCK);
  });

  it('are counted for the torrent, since ever, and for the node', async (t) => {
    const fixture = await makeTorrentFixture(t, { content: 1_000_000, pieceLength: PIECE });
    const liar = await startFakeSeed(t, fixture, { answer: (data) => Buffer.alloc(data.length, 1) });
    const { node, torrent } = await mirrorFixture(t, fixture, [loopbackPeer(liar.port)]);
    await eventually('the liar to be banned', () => node.counters.closedTotal['bad-data'] > 0);
    const { port } = await seedFixture(t, fixture);
    node.addPeers(torrent.infoHash, [loopbackPeer(port)]);
    await torrentState(node, torrent, 'seeding');
    assert.ok(node.counters.wastedBytes >= PIECE);
    assert.equal(torrent.wastedBytes, node.counters.wastedBytes);
    assert.equal(torrent.totals.record().wastedBytes, torrent.wastedBytes);
    assert.equal(node.counters.downloadedBytes, 1_000_000 + node.counters.wastedBytes);
  });

  it('are the blocks, too, that come when the torrent is complete', async (t) => {
    const fixture = await makeTorrentFixture(t, { content: 2 * BLOCK, pieceLength: BLOCK });
    const { node, torrent } = await mirrorFixture(t, fixture, []);
    await torrentState(node, torrent, 'downloading');
    const join = async (name: string, pieces: Buffer): Promise<FakePeer> => {
      const peer = await FakePeer.connect(t, node.port);
      peer.send(handshakeBytes(torrent.infoHash, { peerId: Buffer.from(`-FK0001-aaaaaaaaaaa${name}`) }));
      peer.send(pieces, messageBytes(1));
      return peer;
    };
    const give = (peer: FakePeer, piece: number): void => {
      const head = Buffer.alloc(8);
      head.writeUInt32BE(piece);
      const block = fixture.data.subarray(piece * BLOCK, (piece + 1) * BLOCK);
      peer.send(messageBytes(7, Buffer.concat([head, block])));
    };
    const slow = await join('s', messageBytes(5, Buffer.of(0x80)));
    await slow.next(6);
    const fast = await join('f', messageBytes(14));
    for (let count = 0; count < 2; count++) give(fast, (await fast.next(6)).readUInt32BE(1));
    await torrentState(node, torrent, 'seeding');
    assert.equal(node.counters.wastedBytes, 0);
    give(slow, 0);
    await eventually('the late block', () => node.counters.wastedBytes === BLOCK);
    assert.equal(torrent.wastedBytes, BLOCK);
  });
});
