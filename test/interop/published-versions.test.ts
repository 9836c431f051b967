import assert from 'node:assert/strict';
import { symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { toHex } from '../../src/bittorrent/hex.ts';
import { isNamedByV2Only } from '../../src/bittorrent/info-hash.ts';
import { readMetainfo } from '../../src/builder/read-metainfo.ts';
import { download } from '../support/clients/client.ts';
import { libtorrent } from '../support/clients/libtorrent.ts';
import { checksums, writeRandomFile, writeSampleFolder } from '../support/data.ts';
import { eventually } from '../support/eventually.ts';
import { runProcess } from '../support/processes.ts';
import { Scope } from '../support/scope.ts';
import {
  makeTorrentCommand,
  publish,
  type RunningSeedbed,
  runSeedbed,
  startSeedbed,
} from '../support/seedbed.ts';
import { makeTempFolder } from '../support/temp-folder.ts';
import { requireTool } from '../support/tools.ts';

const deadlineMs = 60_000;

describe('what is published as v2 or hybrid (BEP 52)', { timeout: 180_000 }, () => {
  const scope = new Scope();
  let originals = '';
  let server: RunningSeedbed;

  before(async () => {
    originals = await makeTempFolder(scope);
    await writeRandomFile(join(originals, 'file.bin'), 5_000_001);
    await writeSampleFolder(join(originals, 'folder'));
    await writeRandomFile(join(originals, 'lonely', 'only.bin'), 100_000);
    await writeRandomFile(join(originals, 'linked', 'a'), 100_000);
    await symlink('a', join(originals, 'linked', 'b'));
    server = await startSeedbed(scope, { dataDir: join(await makeTempFolder(scope), 'data') });
  });
  after(() => scope.end());

  for (const version of ['v2', 'hybrid'] as const)
    for (const name of ['file.bin', 'folder'])
      it(`is downloaded by libtorrent: ${name}, ${version}`, async (test) => {
        if (requireTool(test, 'libtorrent') === undefined) return;
        const { torrentPath, magnet, infoHash } = await publish(server.dataDir, join(originals, name), [
          `--${version}`,
        ]);
        const { metainfo } = await readMetainfo(torrentPath);
        assert.equal(metainfo.info.version, version);
        assert.equal(toHex(metainfo.infoHash), infoHash);
        assert.equal(
          magnet.includes('xt=urn:btih:'),
          !isNamedByV2Only(metainfo.infoHash, metainfo.infoHashV2),
        );
        assert.ok(magnet.includes(`xt=urn:btmh:1220${toHex(metainfo.infoHashV2 ?? new Uint8Array())}`));
        const folder = await makeTempFolder(test);
        await download(libtorrent, {
          torrent: torrentPath,
          folder,
          address: '127.0.0.1',
          deadlineMs,
          signal: test.signal,
        });
        assert.deepEqual(await checksums(join(folder, name)), await checksums(join(originals, name)));
      });

  const links = [
    ['v2', 'by its one info-hash', (magnet: string) => magnet],
    ['hybrid', 'by both info-hashes', (magnet: string) => magnet],
    ['hybrid', 'by the v2 info-hash', (magnet: string) => magnet.replace(/xt=urn:btih:[0-9a-f]+&/, '')],
  ] as const;
  for (const [version, by, linkOf] of links)
    it(`is downloaded by a magnet link that names it ${by}: ${version}`, async (test) => {
      if (requireTool(test, 'libtorrent') === undefined) return;
      const { magnet } = await publish(server.dataDir, join(originals, 'folder'), [
        ...[`--${version}`, '-s', `by magnet, ${by}`],
      ]);
      const folder = await makeTempFolder(test);
      const torrent = linkOf(magnet);
      assert.equal(torrent.includes('urn:btih:'), by === 'by both info-hashes');
      await download(libtorrent, {
        torrent,
        folder,
        address: '127.0.0.1',
        deadlineMs,
        signal: test.signal,
      });
      assert.deepEqual(await checksums(join(folder, 'folder')), await checksums(join(originals, 'folder')));
    });

  it('may be a folder with one file, and a folder with links that are kept', async () => {
    for (const args of [
      ['lonely', '--v2'],
      ['lonely', '--hybrid'],
      ['linked', '--hybrid', '--links', 'keep'],
    ]) {
      const [name = '', ...flags] = args;
      const { infoHash } = await publish(server.dataDir, join(originals, name), flags);
      await eventually(`${args.join(' ')} to be seeded`, async () => {
        const lines = (await runSeedbed(['list', '--json', '--data-dir', server.dataDir]))
          .trimEnd()
          .split('\n');
        const torrents = lines.map((line) => JSON.parse(line) as { infoHash: string; state: string });
        return torrents.find((torrent) => torrent.infoHash === infoHash)?.state === 'seeding';
      });
    }
  });
});

describe('what make-torrent makes with every option', () => {
  it('is loaded by aria2, transmission and libtorrent with the same info-hash', async (test) => {
    const folder = await makeTempFolder(test);
    await writeSampleFolder(join(folder, 'sample'));
    const torrent = join(folder, 'made.torrent');
    const [node = '', ...args] = makeTorrentCommand([
      join(folder, 'sample'),
      ...['-a', 'http://one.example/announce,udp://two.example:1/announce', '-a', 'http://three.example/'],
      ...['-w', 'http://seed.example/', '--http-seed', 'http://old.example/seed'],
      ...['--dht-node', 'router.example:6881', '-c', 'Ünï', '-s', 'SRC', '--date', '2020-01-01'],
      ...['--similar', 'ab'.repeat(20), '--collection', 'c', '--update-url', 'https://u.example/'],
      ...['-o', torrent, '-q'],
    ]);
    await runProcess(node, args);
    const { metainfo } = await readMetainfo(torrent);
    const infoHash = toHex(metainfo.infoHash);
    const shown: Record<string, string> = {};
    const aria2c = requireTool(test, 'aria2c');
    if (aria2c !== undefined) shown['aria2'] = (await runProcess(aria2c, ['-S', torrent])).stdout;
    const daemon = requireTool(test, 'transmission-create');
    if (daemon !== undefined)
      shown['transmission'] = (await runProcess('transmission-show', [torrent])).stdout;
    const python = requireTool(test, 'libtorrent');
    const load = 'import sys, libtorrent as lt; print(lt.torrent_info(sys.argv[1]).info_hashes().v1)';
    if (python !== undefined) shown['libtorrent'] = (await runProcess(python, ['-c', load, torrent])).stdout;
    for (const [client, text] of Object.entries(shown))
      assert.ok(text.includes(infoHash), `${client}: ${text}`);
  });
});
