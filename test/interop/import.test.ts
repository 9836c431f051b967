import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import type { TorrentView } from '../../src/api/torrent-view.ts';
import { encodeBencode } from '../../src/bittorrent/bencode.ts';
import { createTorrent } from '../../src/builder/create-torrent.ts';
import { writeRandomFile } from '../support/data.ts';
import { type MysqlServer, openMysql, whyNoMysql } from '../support/mariadb.ts';
import { runProcess } from '../support/processes.ts';
import { seedbedCommand, startSeedbed } from '../support/seedbed.ts';
import { makeTempFolder } from '../support/temp-folder.ts';

const skip = whyNoMysql() ?? false;

interface Imported {
  readonly torrents: number;
  readonly bare: number;
  readonly seeded: number;
  readonly peers: number;
  readonly listed: number;
  readonly passedOver: number;
  readonly reasons: readonly { readonly what: string; readonly why: string }[];
}

/** Runs `seedbed` to its end and returns what it printed. */
async function seedbed(dataDir: string, ...args: string[]): Promise<string> {
  const [program = '', ...rest] = seedbedCommand([...args, '--data-dir', dataDir]);
  const { stdout } = await runProcess(program, rest, { deadlineMs: 60_000 });
  return stdout;
}

async function importJson(dataDir: string, ...args: string[]): Promise<Imported> {
  return JSON.parse(await seedbed(dataDir, 'import', ...args, '--json')) as Imported;
}

async function listed(dataDir: string): Promise<TorrentView[]> {
  const lines = (await seedbed(dataDir, 'list', '--json')).trim().split('\n');
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as TorrentView);
}

/** The tables as PHPTracker's own installation makes them. */
const TABLES = [
  `CREATE TABLE phptracker_peers (peer_id binary(20) NOT NULL, ip_address int(10) unsigned NOT NULL,
     port smallint(20) unsigned NOT NULL, info_hash binary(20) NOT NULL, bytes_uploaded int(10) unsigned DEFAULT NULL,
     bytes_downloaded int(10) unsigned DEFAULT NULL, bytes_left int(10) unsigned DEFAULT NULL,
     status enum('complete','incomplete') NOT NULL DEFAULT 'incomplete', expires timestamp NULL DEFAULT NULL,
     PRIMARY KEY (peer_id, info_hash)) ENGINE=InnoDB DEFAULT CHARSET=latin1`,
  `CREATE TABLE phptracker_torrents (info_hash binary(20) NOT NULL, length int(11) unsigned NOT NULL,
     pieces_length int(11) unsigned NOT NULL, name varchar(255) CHARACTER SET latin1 COLLATE latin1_bin NOT NULL,
     pieces mediumblob NOT NULL, path varchar(1024) NOT NULL, status enum('active','inactive') NOT NULL DEFAULT 'active',
     PRIMARY KEY (info_hash)) ENGINE=InnoDB DEFAULT CHARSET=latin1`,
];

const hexOf = (bytes: Uint8Array): string => `x'${Buffer.from(bytes).toString('hex')}'`;

/** A database of PHPTracker with one torrent whose file is there, one without, one of another maker, one that is switched off, and peers. */
async function phpTracker(t: TestContext, server: MysqlServer, path: string): Promise<string> {
  const url = await server.freshDatabase(t);
  for (const table of TABLES) await server.query(table, url);
  const made = await createTorrent(path, { creationDate: 'none', pieceLength: 32_768 });
  const { info, infoHash } = made.metainfo;
  const insert = (hash: Uint8Array, name: Uint8Array, pieces: Uint8Array, more: string): Promise<unknown> =>
    server.query(
      `INSERT INTO phptracker_torrents VALUES (${hexOf(hash)}, ${info.length}, 32768, ${hexOf(name)}, ${hexOf(pieces)}, ${more})`,
      url,
    );
  const name = Buffer.from(info.name);
  await insert(infoHash, name, info.pieces, `'${path}', 'active'`);
  const elsewhere = Buffer.from('fjord – Ünïcode.iso');
  const fields = { length: info.length, name: elsewhere, 'piece length': 32_768, pieces: info.pieces };
  const otherHash = createHash('sha1').update(encodeBencode(fields)).digest();
  await insert(otherHash, elsewhere, info.pieces, `'/nowhere/fjord.iso', 'active'`);
  await insert(Buffer.alloc(20, 0xaa), Buffer.from('bare'), info.pieces, `'/nowhere/bare', 'active'`);
  await insert(Buffer.alloc(20, 0xbb), Buffer.from('off'), info.pieces, `'/nowhere/off', 'inactive'`);
  const peer = (id: number, hash: Uint8Array, left: number, seconds: number): Promise<unknown> =>
    server.query(
      `INSERT INTO phptracker_peers VALUES (${hexOf(Buffer.alloc(20, id))}, inet_aton('198.51.100.${id}'), ${6000 + id},
         ${hexOf(hash)}, 1, 2, ${left}, 'incomplete', timestampadd(second, ${seconds}, current_timestamp))`,
      url,
    );
  await peer(1, otherHash, 0, 600);
  await peer(2, otherHash, 5, 600);
  await peer(3, otherHash, 5, -10);
  return url;
}

describe('seedbed import phptracker', { skip }, () => {
  it('takes torrents with their files, seeds what is there, and knows the peers at once', async (t) => {
    const server = await openMysql(t);
    const folder = await makeTempFolder(t);
    const path = join(folder, 'film.mkv');
    await writeRandomFile(path, 100_000);
    const url = await phpTracker(t, server, path);
    const dataDir = join(folder, 'data');
    await startSeedbed(t, { dataDir });
    const imported = await importJson(dataDir, 'phptracker', url, '--seed');
    assert.partialDeepStrictEqual(imported, { torrents: 2, bare: 1, seeded: 1, peers: 2, passedOver: 1 });
    assert.match(imported.reasons[0]?.what ?? '', /^bbbb.* off$/);
    const torrents = await listed(dataDir);
    const fjord = torrents.find(({ name }) => name === 'fjord – Ünïcode.iso');
    assert.partialDeepStrictEqual(fjord, { seeders: 1, leechers: 1, state: 'tracked' });
    assert.equal(torrents.find(({ name }) => name === 'film.mkv')?.dataPath, path);
    assert.partialDeepStrictEqual(
      torrents.find(({ name }) => name === 'bare'),
      { infoHash: 'aa'.repeat(20), torrentPath: null, fileCount: 0 },
    );
  });

  it('counts only, when it is to be a dry run', async (t) => {
    const server = await openMysql(t);
    const folder = await makeTempFolder(t);
    const path = join(folder, 'film.mkv');
    await writeRandomFile(path, 100_000);
    const url = await phpTracker(t, server, path);
    const dataDir = join(folder, 'data');
    const imported = await importJson(dataDir, 'phptracker', url, '--dry-run');
    assert.partialDeepStrictEqual(imported, { torrents: 2, bare: 1, seeded: 0, passedOver: 1 });
    assert.deepEqual(await listed(dataDir), []);
  });

  it('says what is wrong with the database', async (t) => {
    const server = await openMysql(t);
    const dataDir = join(await makeTempFolder(t), 'data');
    const empty = await server.freshDatabase(t);
    await assert.rejects(importJson(dataDir, 'phptracker', empty), /phptracker_torrents/);
    await assert.rejects(importJson(dataDir, 'phptracker', 'mysql://x'), /names no MySQL database/);
  });
});

describe('seedbed import list', () => {
  const LIST = `# whitelist\n${'11'.repeat(20)}\r\n- note\n\n${'22'.repeat(20)}\nnonsense\n${'33'.repeat(32)}`;

  it('registers the info-hashes of a list without a running server, and again changes nothing', async (t) => {
    const folder = await makeTempFolder(t);
    const dataDir = join(folder, 'data');
    await writeFile(join(folder, 'list'), LIST);
    for (let time = 0; time < 2; time++) {
      const imported = await importJson(dataDir, 'list', join(folder, 'list'), '--to', 'registered');
      assert.partialDeepStrictEqual(imported, { bare: 3, passedOver: 1 });
      assert.match(imported.reasons[0]?.what ?? '', /list:6$/);
    }
    assert.equal((await listed(dataDir)).length, 3);
  });

  it('puts them on the deny list of a running server', async (t) => {
    const folder = await makeTempFolder(t);
    const dataDir = join(folder, 'data');
    await writeFile(join(folder, 'list'), LIST);
    const { httpPort } = await startSeedbed(t, { dataDir, args: ['--access', 'deny'] });
    const imported = await importJson(dataDir, 'list', join(folder, 'list'), '--to', 'deny');
    assert.partialDeepStrictEqual(imported, { listed: 3, passedOver: 1 });
    const query = `info_hash=${'%22'.repeat(20)}&peer_id=-XX0001-000000000001&port=7000&uploaded=0&downloaded=0&left=1`;
    const reply = await (await fetch(`http://127.0.0.1:${httpPort}/announce?${query}`)).text();
    assert.match(reply, /failure reason/);
  });
});

describe('seedbed import torrents', () => {
  it('takes a folder of .torrent files, seeds what lies in the data folder, and names what is none', async (t) => {
    const folder = await makeTempFolder(t);
    const dataDir = join(folder, 'data');
    const torrents = join(folder, 'torrents', 'below');
    await mkdir(torrents, { recursive: true });
    for (const name of ['a.bin', 'b.bin']) {
      await writeRandomFile(join(folder, name), 50_000);
      const { torrent } = await createTorrent(join(folder, name), { creationDate: 'none' });
      await writeFile(join(torrents, `${name}.torrent`), torrent);
    }
    await writeFile(join(torrents, 'c.torrent'), 'nonsense');
    await startSeedbed(t, { dataDir });
    const downloads = join(folder, 'downloads');
    await mkdir(downloads);
    await writeFile(join(downloads, 'unrelated'), '');
    const tracked = await importJson(dataDir, 'torrents', join(folder, 'torrents'), '--data', downloads);
    assert.partialDeepStrictEqual(tracked, { torrents: 2, seeded: 0, passedOver: 1 });
    const seeded = await importJson(dataDir, 'torrents', join(folder, 'torrents'), '--data', folder);
    assert.partialDeepStrictEqual(seeded, { torrents: 2, seeded: 2, passedOver: 1 });
    await symlink('.', join(torrents, 'loop'));
    await symlink('a.bin.torrent', join(torrents, 'linked.torrent'));
    const again = await importJson(dataDir, 'torrents', join(folder, 'torrents'));
    assert.partialDeepStrictEqual(again, { torrents: 3, seeded: 0, passedOver: 1 });
    assert.equal((await listed(dataDir)).filter(({ dataPath }) => dataPath !== null).length, 2);
  });
});
