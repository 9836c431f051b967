// Mirrors a torrent from another node of ours that is found on the IPv6 network fd77::/64 alone. Ends with 0 when all has come.
import assert from 'node:assert/strict';
import { mirrorFixture } from './mirrored-torrent.ts';
import { Scope } from './scope.ts';
import { makeTorrentFixture, seedFixture, torrentState } from './seeded-torrent.ts';

const HOST = 'fd77::1';
const scope = new Scope();
try {
  const options = { host: HOST, discovery: { local: {} } };
  const fixture = await makeTorrentFixture(scope);
  const mirror = await mirrorFixture(scope, fixture, [], options);
  await seedFixture(scope, fixture, options);
  await torrentState(mirror.node, mirror.torrent, 'seeding', 'failed');
  const { peersFound } = mirror.node.counters.discovery;
  assert.ok(peersFound.local === 1 || peersFound.incoming === 1);
  assert.equal(mirror.torrent.state, 'seeding');
} finally {
  await scope.end();
}
