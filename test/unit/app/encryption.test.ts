import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeFileTorrent, startTestApp } from '../../support/app.ts';
import { FakePeer, handshakeBytes } from '../../support/fake-peer.ts';

test('--encryption require is what the seed node of a server does', async (t) => {
  const app = await startTestApp(t, { encryption: 'require' });
  const { torrent, metainfo, path, resume } = await makeFileTorrent(t);
  await app.catalogue.add({ torrent, dataPath: path, resume });
  const peer = await FakePeer.connect(t, app.peerPort);
  peer.send(handshakeBytes(metainfo.infoHash));
  await peer.end();
  assert.equal(peer.handshake.length, 0);
});
