import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { it } from 'node:test';
import fc from 'fast-check';
import { TORRENT_VERSIONS } from '../../../src/bittorrent/metainfo/metainfo.ts';
import { parseMetainfo } from '../../../src/bittorrent/metainfo/parse.ts';
import { createTorrent } from '../../../src/builder/create-torrent.ts';
import { verify } from '../../../src/builder/verify.ts';
import { randomBytesOf } from '../../support/data.ts';
import { makeTempFolder } from '../../support/temp-folder.ts';

/** Names that every file system and torrent takes; the prefix keeps them apart from junk and from one another. */
const name = fc
  .string({
    unit: fc.constantFrom('a', 'B', '7', ' ', '-', '.', 'é', '語', '🌱'),
    minLength: 1,
    maxLength: 8,
  })
  .map((text) => `n${text}e`);
const path = fc.array(name, { minLength: 1, maxLength: 3 });
const length = fc.oneof(
  fc.nat(40_000),
  fc.constantFrom(0, 1, 16_383, 16_384, 16_385, 32_768, 65_536, 98_304),
);
const tree = fc
  .uniqueArray(fc.record({ path, length }), {
    minLength: 1,
    maxLength: 8,
    selector: ({ path: [first] }) => first?.normalize().toLowerCase(),
  })
  .filter((files) => files.some((file) => file.length > 0));

it('what is made, read and verified is complete, and a changed byte is found', async (test) => {
  const temp = await makeTempFolder(test);
  const property = fc.asyncProperty(
    tree,
    fc.nat(),
    fc.constantFrom(14, 15, 16),
    fc.constantFrom(...TORRENT_VERSIONS),
    async (files, seed, exponent, version) => {
      const folder = await mkdtemp(join(temp, 'tree-'));
      for (const [index, file] of files.entries()) {
        const place = join(folder, ...file.path);
        await mkdir(dirname(place), { recursive: true });
        await writeFile(place, randomBytesOf(seed + index, file.length));
      }
      const made = await createTorrent(folder, {
        pieceLength: 2 ** exponent,
        version,
        announceTiers: [['http://x.example/']],
      });
      const read = parseMetainfo(made.torrent);
      assert.deepEqual(read, made.metainfo);
      assert.equal(read.info.files.filter((file) => !file.isPadding).length, files.length);
      assert.equal((await verify(read, folder)).isComplete, true);
      const victim = files.find((file) => file.length > 0);
      const bytes = randomBytesOf(
        seed + files.indexOf(victim ?? { path: [], length: 0 }),
        victim?.length ?? 0,
      );
      bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 0x80;
      await writeFile(join(folder, ...(victim?.path ?? [])), bytes);
      assert.equal((await verify(read, folder)).badPieces.length, 1);
      await rm(folder, { recursive: true });
    },
  );
  await fc.assert(property, { numRuns: 60 });
});
