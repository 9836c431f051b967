import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { encodeBencode } from '../../src/bittorrent/bencode.ts';
import { aria2 } from '../support/clients/aria2.ts';
import { type Client, download } from '../support/clients/client.ts';
import { libtorrent } from '../support/clients/libtorrent.ts';
import { checksums } from '../support/data.ts';
import { eventually } from '../support/eventually.ts';
import { startFixedTracker } from '../support/fixed-tracker.ts';
import { makeSeedNode, makeTorrentFixture, torrentState } from '../support/seeded-torrent.ts';
import { makeTempFolder } from '../support/temp-folder.ts';
import { requireTool, type ToolName } from '../support/tools.ts';

/** Slow enough that there is a middle of the download. */
const RATE = 4_000_000;

const cases: readonly (readonly [ToolName, Client, string])[] = [
  ['aria2c', aria2, 'aria2'],
  ['libtorrent', libtorrent, 'libtorrent'],
];

for (const [tool, client, name] of cases)
  test(`${client.name} is seen among the peers, waits while the torrent is paused, and ends once it is started`, async (t) => {
    if (requireTool(t, tool) === undefined) return;
    const limits = { node: RATE, eachTorrent: null, eachPeer: null };
    const node = makeSeedNode(t, { rates: { limits, isLocalLimited: true } });
    const { port } = await node.start();
    const peers = Buffer.from([127, 0, 0, 1, port >> 8, port & 255]);
    const tracker = await startFixedTracker(t, (_request, response) =>
      response.end(encodeBencode({ interval: 1800, peers })),
    );
    const fixture = await makeTorrentFixture(t, {
      content: 12_000_001,
      pieceLength: 262_144,
      announceTiers: [[tracker.url]],
    });
    const seeded = node.add(fixture);
    const { infoHash } = seeded;
    await torrentState(node, seeded, 'seeding');
    const torrent = join(await makeTempFolder(t), 'sample.torrent');
    await writeFile(torrent, fixture.torrent);
    const folder = await makeTempFolder(t);
    const done = download(client, { torrent, folder, address: '127.0.0.1', encryption: 'rc4' });
    const peer = await eventually('it to download', () => {
      const [connected] = node.peers(infoHash);
      return connected !== undefined && connected.uploadedBytes > 500_000 && connected;
    });
    assert.ok(peer.client.toLowerCase().includes(name), peer.client);
    assert.deepEqual(
      [peer.isEncrypted, peer.isOutgoing, peer.isInterested, peer.isChoked],
      [true, false, true, false],
    );
    node.pauseTorrent(infoHash);
    await eventually('nothing moves', () => node.peers(infoHash)[0]?.uploadBytesPerSecond === 0);
    const [waiting] = node.peers(infoHash);
    assert.deepEqual([waiting?.isInterested, waiting?.isChoked], [true, true]);
    assert.ok(seeded.uploadedBytes < fixture.data.length);
    node.startTorrent(infoHash);
    await done;
    const ignore = (path: string): boolean => path.endsWith('.aria2');
    assert.deepEqual(await checksums(join(folder, 'sample'), ignore), await checksums(fixture.dataPath));
  });
