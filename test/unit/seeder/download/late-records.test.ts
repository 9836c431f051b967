import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loopbackPeer, startMirrorNode } from '../../../support/mirrored-torrent.ts';
import { makeTorrentFixture, seedFixture, torrentState } from '../../../support/seeded-torrent.ts';
import { makeTempFolder } from '../../../support/temp-folder.ts';

test('what a removed torrent says late is not for the one in its place', async (t) => {
  const fixture = await makeTorrentFixture(t);
  const { metainfo } = fixture;
  const { port } = await seedFixture(t, fixture);
  const node = await startMirrorNode(t);
  const told: string[] = [];
  node.on('resumeChanged', () => void told.push('resumeChanged'));
  node.on('finished', () => void told.push('finished'));
  const [one, two] = [await makeTempFolder(t), await makeTempFolder(t)];
  const peers = [loopbackPeer(port)];
  const torrent = node.add({ metainfo, dataPath: `${one}/sample`, isMirrored: true, peers });
  await torrentState(node, torrent, 'seeding'); // the disk has not all of it yet
  node.remove(metainfo.infoHash);
  node.add({ metainfo, dataPath: `${two}/sample`, isMirrored: true, isPaused: true });
  told.length = 0;
  await node.stop(); // waits for what is being flushed
  assert.ok(!told.includes('finished'), told.join());
  assert.ok(told.filter((each) => each === 'resumeChanged').length <= 1, told.join());
});
