import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { encodeInfo, encodeMetainfo, type InfoFields } from '../../../src/bittorrent/metainfo/encode.ts';
import { lengthOfPiece } from '../../../src/bittorrent/metainfo/metainfo.ts';
import { parseInfo, parseMetainfo } from '../../../src/bittorrent/metainfo/parse.ts';
import { bytesOf, names, record, texts, trackerUrls, webSeedUrls } from './arbitraries.ts';

const lengths = fc.oneof(fc.nat(200_000), fc.constantFrom(0, 1, 16384, 32768, 65536));
const pieceLengths = fc.constantFrom(16384, 32768, 100_000);

/** Paths of which none is another's folder: each file lies in a folder of its own number, or beside it. */
const fileLists = fc
  .array(record({ folders: fc.array(names, { maxLength: 3 }), name: names, length: lengths }), {
    minLength: 1,
    maxLength: 8,
  })
  .map((files) =>
    files.map(({ folders, name, length }, i) => ({ path: [...folders, `${i} ${name}`.trim()], length })),
  )
  .filter((files) => {
    const paths = files.map(({ path }) => path.join('/'));
    return !paths.some((a) => paths.some((b) => b.startsWith(`${a}/`)));
  });

const contents: fc.Arbitrary<InfoFields['files']> = fc.oneof(
  lengths.map((length) => [{ path: [], length }]),
  fileLists,
);

const infos: fc.Arbitrary<InfoFields> = fc
  .tuple(names, pieceLengths, contents, fc.boolean(), fc.option(texts))
  .chain(([name, pieceLength, files, isPrivate, source]) =>
    bytesOf(20 * Math.ceil(totalOf(files) / pieceLength)).map((pieces) => ({
      name,
      pieceLength,
      pieces,
      files,
      isPrivate,
      ...(source !== null && { source }),
    })),
  );

function totalOf(files: InfoFields['files']): number {
  return files.reduce((sum, file) => sum + file.length, 0);
}

describe('a metainfo file', () => {
  it('is parsed into what it was made of', () => {
    const tiers = fc.array(fc.array(trackerUrls, { minLength: 1, maxLength: 3 }), { maxLength: 3 });
    const around = record({
      announceTiers: tiers,
      webSeeds: fc.array(webSeedUrls, { maxLength: 3 }),
      comment: fc.option(texts, { nil: undefined }),
      createdBy: fc.option(texts, { nil: undefined }),
      creationDate: fc.option(fc.nat(), { nil: undefined }),
    });
    fc.assert(
      fc.property(infos, around, (fields, outer) => {
        const infoBytes = encodeInfo(fields);
        const metainfo = parseMetainfo(encodeMetainfo({ infoBytes, ...outer }));
        const { comment, createdBy, creationDate, announceTiers, webSeeds } = metainfo;
        assert.deepEqual({ comment, createdBy, creationDate, announceTiers, webSeeds }, outer);
        assert.deepEqual(Buffer.from(metainfo.infoBytes), infoBytes);
        assert.deepEqual(Buffer.from(metainfo.infoHash), createHash('sha1').update(infoBytes).digest());
        assertSame(metainfo.info, fields);
        assert.deepEqual(parseInfo(infoBytes), { infoHash: metainfo.infoHash, info: metainfo.info });
      }),
      { numRuns: 300 },
    );
  });

  it('has pieces that cover its data without gap or overlap', () => {
    fc.assert(
      fc.property(infos, (fields) => {
        const { info } = parseInfo(encodeInfo(fields));
        let covered = 0;
        for (let piece = 0; piece < info.pieceCount; piece++) {
          const length = lengthOfPiece(info, piece);
          assert.ok(length > 0 && length <= info.pieceLength);
          covered += length;
        }
        assert.equal(covered, info.length);
        let offset = 0;
        for (const file of info.files) {
          assert.equal(file.offset, offset);
          offset += file.length;
        }
        assert.equal(offset, info.length);
      }),
    );
  });
});

function assertSame(info: ReturnType<typeof parseInfo>['info'], fields: InfoFields): void {
  const { files, ...rest } = fields;
  const { name, pieceLength, pieces, isPrivate, source } = info;
  assert.deepEqual({ name, pieceLength, pieces, isPrivate, ...(source !== undefined && { source }) }, rest);
  assert.equal(info.isMultiFile, files[0]?.path.length !== 0);
  assert.deepEqual(
    info.files.map(({ path, length }) => ({ path, length })),
    files,
  );
}
