import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { scanBencode } from '../../../../src/bittorrent/bencode-scan.ts';
import { encodeInfo, encodeMetainfo } from '../../../../src/bittorrent/metainfo/encode.ts';
import { parseMetainfo } from '../../../../src/bittorrent/metainfo/parse.ts';

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');
const pieces = new Uint8Array(20).fill(0x61);

describe('encodeInfo', () => {
  it('writes a single file', () => {
    const bytes = encodeInfo({ name: 'x', pieceLength: 16384, pieces, files: [{ path: [], length: 5 }] });
    assert.equal(text(bytes), `d6:lengthi5e4:name1:x12:piece lengthi16384e6:pieces20:${'a'.repeat(20)}e`);
  });

  it('writes a folder, private and with its source', () => {
    const bytes = encodeInfo({
      name: 'x',
      pieceLength: 16384,
      pieces,
      files: [{ path: ['a', 'b'], length: 5 }],
      isPrivate: true,
      source: 'S',
    });
    assert.equal(
      text(bytes),
      `d5:filesld6:lengthi5e4:pathl1:a1:beee4:name1:x12:piece lengthi16384e6:pieces20:${'a'.repeat(20)}7:privatei1e6:source1:Se`,
    );
  });
});

describe('encodeMetainfo', () => {
  const infoBytes = encodeInfo({ name: 'x', pieceLength: 16384, pieces, files: [{ path: [], length: 5 }] });

  it('writes nothing but the info dictionary where nothing else is given', () => {
    assert.equal(text(encodeMetainfo({ infoBytes })), `d4:info${text(infoBytes)}e`);
  });

  it('writes canonical bencode with everything in it', () => {
    const bytes = encodeMetainfo({
      infoBytes,
      announceTiers: [['http://a/', 'http://b/'], [], ['http://c/']],
      webSeeds: ['http://w/'],
      comment: 'c',
      createdBy: 'm',
      creationDate: 1,
    });
    assert.equal(scanBencode(bytes).isCanonical, true);
    const { announceTiers, webSeeds, comment, createdBy, creationDate } = parseMetainfo(bytes);
    assert.deepEqual(announceTiers, [['http://a/', 'http://b/'], ['http://c/']]);
    assert.deepEqual([webSeeds, comment, createdBy, creationDate], [['http://w/'], 'c', 'm', 1]);
  });

  it('leaves "announce-list" out for one URL (BEP 12)', () => {
    assert.doesNotMatch(text(encodeMetainfo({ infoBytes, announceTiers: [['http://a/']] })), /announce-list/);
  });

  it('copies the info dictionary byte for byte, canonical or not', () => {
    const unordered = Buffer.from(text(infoBytes).replace('4:name', '1:zi1e4:name'), 'latin1');
    const { infoBytes: found } = parseMetainfo(encodeMetainfo({ infoBytes: unordered }));
    assert.equal(text(found), text(unordered));
  });
});
