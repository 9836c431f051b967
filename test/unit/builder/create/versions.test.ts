import assert from 'node:assert/strict';
import { chmod, mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { toHex } from '../../../../src/bittorrent/hex.ts';
import { TORRENT_VERSIONS, type TorrentVersion } from '../../../../src/bittorrent/metainfo/metainfo.ts';
import { rehearse } from '../../../../src/builder/create/assemble.ts';
import type { PlannedFile } from '../../../../src/builder/create/layout.ts';
import { planTorrent } from '../../../../src/builder/create/plan.ts';
import { createTorrent } from '../../../../src/builder/create-torrent.ts';
import type { CreateTorrentOptions } from '../../../../src/builder/options.ts';
import { writeRandomFile } from '../../../support/data.ts';
import { refusal } from '../../../support/refusal.ts';
import { makeTempFolder } from '../../../support/temp-folder.ts';

async function makeFolder(test: TestContext): Promise<string> {
  const folder = join(await makeTempFolder(test), 'folder');
  await writeRandomFile(join(folder, 'a', 'one'), 100_000, 1);
  await writeRandomFile(join(folder, 'a.txt'), 40_000, 2);
  await writeRandomFile(join(folder, 'empty'), 0);
  return folder;
}

const listed = (files: readonly { path: readonly string[]; length: number }[]): [string, number][] =>
  files.map(({ path, length }) => [path.join('/'), length]);

describe('a torrent of each version', () => {
  it('lists its files in the order that it needs: by whole paths in v1, by the file tree in the others', async (test) => {
    const folder = await makeFolder(test);
    const order = async (options: CreateTorrentOptions): Promise<string[]> => {
      const { metainfo } = await createTorrent(folder, { pieceLength: 16_384, ...options });
      return metainfo.info.files.filter((file) => !file.isPadding).map(({ path }) => path.join('/'));
    };
    assert.deepEqual(await order({ version: 'v1' }), ['a.txt', 'a/one', 'empty']);
    assert.deepEqual(await order({ version: 'hybrid' }), ['a/one', 'a.txt', 'empty']);
    assert.deepEqual(await order({ version: 'v2' }), ['a/one', 'a.txt', 'empty']);
    await assert.rejects(order({ version: 'v2', sort: 'size' }), refusal('ERR_OPTION', 'size', 'v2'));
  });

  it('tells the files with their pad files before it reads one', async (test) => {
    const folder = await makeFolder(test);
    let told: readonly PlannedFile[] = [];
    const { metainfo, files } = await createTorrent(folder, {
      version: 'hybrid',
      pieceLength: 65_536,
      onListed: (planned) => {
        told = planned;
      },
    });
    assert.deepEqual(listed(told), listed(metainfo.info.files));
    assert.deepEqual(
      files,
      ['a/one', 'a.txt', 'empty'].map((path) => join(folder, path)),
    );
  });

  for (const version of TORRENT_VERSIONS)
    it(`has the size that its plan tells: ${version}`, async (test) => {
      const folder = await makeFolder(test);
      const options: CreateTorrentOptions = { version, pieceLength: 16_384, comment: 'c', creationDate: 1 };
      const plan = await planTorrent([folder], options);
      const { torrent, metainfo } = await createTorrent(folder, options);
      assert.equal(rehearse(plan, options), torrent.length);
      assert.deepEqual([plan.length, plan.pieceCount], [metainfo.info.length, metainfo.info.pieceCount]);
      assert.equal(plan.length - plan.paddingLength, metainfo.info.contentLength);
    });

  it('marks executable files in v2 and hybrid, in v1 when asked', async (test) => {
    const folder = await makeFolder(test);
    await chmod(join(folder, 'a', 'one'), 0o755);
    const marked = async (options: CreateTorrentOptions): Promise<boolean> => {
      const { metainfo } = await createTorrent(folder, options);
      return metainfo.info.files.some((file) => file.isExecutable === true);
    };
    assert.deepEqual(
      [
        await marked({ version: 'v1' }),
        await marked({ version: 'v1', attributes: true }),
        await marked({ version: 'v2' }),
        await marked({ version: 'hybrid' }),
        await marked({ version: 'hybrid', attributes: false }),
      ],
      [false, true, true, true, false],
    );
  });

  for (const version of TORRENT_VERSIONS)
    it(`keeps links when asked (BEP 47): ${version}`, async (test) => {
      const folder = await makeFolder(test);
      await mkdir(join(folder, 'b'));
      await symlink('../a/one', join(folder, 'b', 'link'));
      const { metainfo, files } = await createTorrent(folder, { version, links: 'keep' });
      const link = metainfo.info.files.find((file) => file.path.join('/') === 'b/link');
      assert.deepEqual([link?.length, link?.linkTarget], [0, ['a', 'one']]);
      assert.equal(files.includes(join(folder, 'b', 'link')), false);
    });
});

describe('the known torrents of zeros', () => {
  const known: readonly (readonly [string, number, TorrentVersion, string | undefined, string])[] = [
    ['test1MB', 1 << 20, 'v2', undefined, '95e04d0c4bad94ab206efa884666fd89777dbe4f7bd9945af1829037a85c6192'],
    [
      'test1MB',
      1 << 20,
      'hybrid',
      '6c68c1bcc24c65b6fef4724d8234b67e0e9ac6a4',
      '108ac2c3718ce722e6896edc56c4afa98f1d711ecaace7aad74fca418ebd03de',
    ],
    [
      'test64K',
      1 << 16,
      'hybrid',
      'c14199bbec64d0e9e439aa3b6b7639e666b86eca',
      '597b180c1a170a585dfc5e85d834d69013ceda174b8f357d5bb1a0ca509faf0a',
    ],
  ];
  for (const [name, length, version, v1, v2] of known)
    it(`come out as they are known: ${name}, ${version}`, async (test) => {
      const path = join(await makeTempFolder(test), name);
      await writeFile(path, new Uint8Array(length));
      const { metainfo } = await createTorrent(path, { pieceLength: 65_536, version });
      assert.equal(toHex(metainfo.infoHashV2 ?? new Uint8Array()), v2);
      assert.equal(toHex(metainfo.infoHash), v1 ?? v2.slice(0, 40));
    });
});

describe('what a torrent says beside its files', () => {
  const options: CreateTorrentOptions = {
    announceTiers: [['http://t.example/announce']],
    webSeeds: ['http://w.example/'],
    httpSeeds: ['http://h.example/seed'],
    dhtNodes: [
      { host: 'router.example', port: 6881 },
      { host: '2001:db8::1', port: 1 },
    ],
    source: 'S',
    similar: ['ab'.repeat(20), 'CD'.repeat(32)],
    collections: ['one', 'two'],
    updateUrl: 'https://u.example/feed',
    comment: 'c',
    createdBy: 'm',
    creationDate: 5,
  };

  it('is read back as it was given', async (test) => {
    const { metainfo } = await createTorrent(await makeFolder(test), options);
    const { info } = metainfo;
    assert.deepEqual(
      { ...metainfo, info: undefined, infoBytes: undefined, infoHash: undefined },
      {
        info: undefined,
        infoBytes: undefined,
        infoHash: undefined,
        announceTiers: options.announceTiers,
        webSeeds: options.webSeeds,
        httpSeeds: options.httpSeeds,
        dhtNodes: options.dhtNodes,
        similar: info.similar,
        collections: info.collections,
        comment: 'c',
        createdBy: 'm',
        creationDate: 5,
        warnings: [],
      },
    );
    assert.deepEqual(info.similar.map(toHex), ['ab'.repeat(20), 'cd'.repeat(20)]);
    assert.deepEqual(
      [info.collections, info.updateUrl, info.source],
      [['one', 'two'], 'https://u.example/feed', 'S'],
    );
  });

  it('says that it is not private, as Transmission 3 does, only when asked', async (test) => {
    const folder = await makeFolder(test);
    const infoOf = async (more: CreateTorrentOptions): Promise<string> =>
      Buffer.from((await createTorrent(folder, more)).metainfo.infoBytes).toString('latin1');
    assert.ok((await infoOf({ saysPublic: true })).includes('7:privatei0e'));
    assert.ok(!(await infoOf({})).includes('7:private'));
    assert.ok((await infoOf({ saysPublic: true, isPrivate: true })).includes('7:privatei1e'));
  });

  it('is refused before a file is touched when it makes no sense', async () => {
    const make = (more: CreateTorrentOptions): Promise<unknown> => createTorrent('/nowhere', more);
    await assert.rejects(make({ httpSeeds: ['ftp://x/'] }), refusal('ERR_OPTION', 'HTTP seed'));
    await assert.rejects(make({ updateUrl: 'feed' }), refusal('ERR_OPTION', 'update URL'));
    await assert.rejects(make({ dhtNodes: [{ host: 'a b', port: 1 }] }), refusal('ERR_OPTION', 'DHT node'));
    await assert.rejects(make({ dhtNodes: [{ host: 'a', port: 0 }] }), refusal('ERR_OPTION', 'DHT node'));
    const nodes = [{ host: 'a', port: 1 }];
    await assert.rejects(
      make({ dhtNodes: nodes, isPrivate: true }),
      refusal('ERR_OPTION', 'private', 'BEP 27'),
    );
    await assert.rejects(make({ similar: ['abc'] }), refusal('ERR_OPTION', 'similar', '40 or 64'));
    await assert.rejects(make({ collections: [''] }), refusal('ERR_OPTION', 'collections'));
    await assert.rejects(make({ source: '' }), refusal('ERR_OPTION', 'source'));
    await assert.rejects(make({ expectInfoHash: 'xyz' }), refusal('ERR_OPTION', 'expected'));
    await assert.rejects(make({ webSeeds: Array(1001).fill('http://x/') }), refusal('ERR_OPTION', '1000'));
  });

  it('has the info-hash that was expected, by either name, or is not made', async (test) => {
    const folder = await makeFolder(test);
    const { metainfo } = await createTorrent(folder, { version: 'hybrid' });
    const [v1, v2] = [toHex(metainfo.infoHash), toHex(metainfo.infoHashV2 ?? new Uint8Array())];
    for (const expectInfoHash of [v1, v2, v2.toUpperCase()])
      await createTorrent(folder, { version: 'hybrid', expectInfoHash });
    const other = 'ab'.repeat(32);
    await assert.rejects(
      createTorrent(folder, { version: 'hybrid', expectInfoHash: other }),
      refusal('ERR_INFO_HASH_DIFFERS', v2, other),
    );
  });
});
