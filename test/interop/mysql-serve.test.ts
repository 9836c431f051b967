import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { pino } from 'pino';
import { storedTorrents } from '../../src/app.ts';
import { decodeTrackerReply } from '../../src/bittorrent/announce-response.ts';
import { infoHashToHex } from '../../src/bittorrent/info-hash.ts';
import { percentEncode } from '../../src/bittorrent/query.ts';
import { makeFileTorrent, startTestApp, testConfig } from '../support/app.ts';
import { eventually } from '../support/eventually.ts';
import { type Mariadb, startMariadb, whyNoMariadb } from '../support/mariadb.ts';
import { Scope } from '../support/scope.ts';
import { publish, runSeedbed, startSeedbed } from '../support/seedbed.ts';
import { makeTempFolder } from '../support/temp-folder.ts';

/** Announces a leecher; the ports of the peers that it is given. */
async function announce(origin: string, infoHash: Uint8Array, port: number): Promise<number[]> {
  const id = percentEncode(Buffer.from(`-XX0001-${String(port).padStart(12, '0')}`));
  const query = `info_hash=${percentEncode(infoHash)}&peer_id=${id}&port=${port}&left=1&uploaded=0&downloaded=0&compact=1`;
  const response = await fetch(`${origin}/announce?${query}`);
  const reply = decodeTrackerReply(new Uint8Array(await response.arrayBuffer()));
  assert.ok('peers' in reply, JSON.stringify(reply));
  return reply.peers.map((peer) => peer.port);
}

describe('Seedbed on MariaDB', { skip: whyNoMariadb() ?? false }, () => {
  const scope = new Scope();
  let server: Mariadb;
  before(async () => {
    server = await startMariadb(scope);
  });
  after(() => scope.end());

  it('knows its torrents, its peers and its own name again after a restart', async (t) => {
    const database = await server.freshDatabase(t);
    const first = await startTestApp(t, { database });
    const made = await makeFileTorrent(t);
    await first.catalogue.add({ torrent: made.torrent, dataPath: made.path, resume: made.resume });
    await announce(first.url, made.metainfo.infoHash, 7_001);
    await first.stop();
    const peers = await server.query<{ port: number; node: string }>(
      'SELECT port, node FROM readable_peers WHERE port = 7001',
      database,
    );
    const name = (await readFile(join(first.dataDir, 'node-name'), 'utf8')).trim();
    assert.deepEqual(peers, [{ port: 7_001, node: name }]);

    const second = await startTestApp(t, { database, dataDir: first.dataDir });
    await eventually(
      'the torrent is seeded again',
      () => second.catalogue.get(made.metainfo.infoHash)?.seed?.state === 'seeding',
    );
    assert.ok((await announce(second.url, made.metainfo.infoHash, 7_002)).includes(7_001));
    await second.stop();
    assert.deepEqual(
      (await server.query<{ name: string }>('SELECT name FROM nodes', database)).map((row) => row.name),
      [name],
    );
    const { torrents: rows } = await storedTorrents(
      testConfig(first.dataDir, { database }),
      pino({ level: 'silent' }),
    );
    assert.deepEqual(
      rows.map(({ name: title }) => title),
      ['film.mkv'],
    );
  });

  it('answers announces while the server is away, and writes them when it is back', async (t) => {
    const own = await startMariadb(t);
    const database = await own.freshDatabase(t);
    const app = await startTestApp(t, { database, access: 'open' });
    const infoHash = new Uint8Array(20).fill(5);
    await announce(app.url, infoHash, 7_001);
    await own.stop();
    for (let port = 7_002; port <= 7_010; port++)
      assert.ok((await announce(app.url, infoHash, port)).includes(port - 1));
    await own.start();
    await eventually(
      'all ten peers to be in the database',
      async () => {
        const [row] = await own.query<{ n: number }>(
          'SELECT COUNT(*) AS n FROM peers WHERE port BETWEEN 7001 AND 7010',
          database,
        );
        return Number(row?.n) === 10;
      },
      { deadlineMs: 60_000 },
    );
  });

  it('serves, publishes and lists by the command, and every command is the same node', async (t) => {
    const database = await server.freshDatabase(t);
    const folder = await makeTempFolder(t);
    const made = await makeFileTorrent(t);
    const running = await startSeedbed(t, {
      dataDir: folder,
      args: ['--database', database, '--node-name', 'north-1'],
    });
    const { infoHash } = await publish(folder, made.path);
    assert.equal(infoHash, infoHashToHex(made.metainfo.infoHash));
    running.process.kill('SIGKILL');
    await running.process.exited;
    const listed = await runSeedbed(['list', '--json', '--data-dir', folder, '--database', database]);
    assert.equal((JSON.parse(listed) as { infoHash: string }).infoHash, infoHash);
    assert.deepEqual(await server.query('SELECT name FROM nodes', database), [{ name: 'north-1' }]);
  });
});
