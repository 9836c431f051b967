import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { CertificateAuthority } from '../../../../support/certificates.ts';
import { eventually } from '../../../../support/eventually.ts';
import { startFileServer } from '../../../../support/file-server.ts';
import { cleanup } from '../../../../support/scope.ts';
import { torrentState } from '../../../../support/seeded-torrent.ts';
import { requireTool } from '../../../../support/tools.ts';
import { mirrorFromWeb, onlySource, webSeedFixture } from '../../../../support/web-seeded.ts';

test('a server whose certificate nobody trusts gets no request', async (t) => {
  if (requireTool(t, 'openssl') === undefined) return;
  const authority = await CertificateAuthority.create(t);
  const { fixture, files } = await webSeedFixture(t);
  const server = await startFileServer(t, files, { tls: await authority.issue() });
  const { node, torrent } = await mirrorFromWeb(t, fixture.metainfo, { webSeeds: [server.url] });
  await torrentState(node, torrent, 'downloading');
  const source = onlySource(torrent);
  await eventually('the failure', () => source.state === 'waiting');
  assert.equal(source.error?.code, 'ERR_UNREACHABLE');
  assert.match(source.error?.message ?? '', /certificate/);
  assert.equal(server.requests.length, 0);
});

test('fetches over TLS from a server that is trusted', async (t) => {
  if (requireTool(t, 'openssl') === undefined) return;
  const authority = await CertificateAuthority.create(t);
  const before = getCACertificates('default');
  setDefaultCACertificates([...before, authority.root]);
  cleanup(t, () => setDefaultCACertificates(before));
  const { fixture, files } = await webSeedFixture(t, { content: 2_000_000 });
  const server = await startFileServer(t, files, { tls: await authority.issue() });
  const { node, torrent, dataPath } = await mirrorFromWeb(t, fixture.metainfo, { webSeeds: [server.url] });
  await torrentState(node, torrent, 'seeding');
  assert.deepEqual(await readFile(dataPath), fixture.data);
});
