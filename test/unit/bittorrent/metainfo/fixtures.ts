import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { type BencodeInput, encodeBencode } from '../../../../src/bittorrent/bencode.ts';
import type { Metainfo } from '../../../../src/bittorrent/metainfo/metainfo.ts';
import { parseMetainfo } from '../../../../src/bittorrent/metainfo/parse.ts';

/** Members of a dictionary; undefined ones are left out. */
export type Members = Record<string, BencodeInput | undefined>;

/** The only piece's hash in these files. */
export const pieceHash = new Uint8Array(20).fill(0x61);
/** The info dictionary of a file of 100 bytes. */
export const single: Members = { name: 'a.bin', 'piece length': 16384, length: 100, pieces: pieceHash };
/** An entry of `files`. */
export const file = (length: number, ...path: string[]): Members => ({ length, path });

/** A metainfo file with the fields of `single` and others. */
export function parse(info: Members, root: Members = {}): Metainfo {
  return parseMetainfo(encodeBencode({ ...root, info: { ...single, ...info } as BencodeInput }));
}

/** The same with a list of files. */
export function parseFolder(files: readonly BencodeInput[], more: Members = {}): Metainfo {
  return parse({ length: undefined, files, ...more });
}

/** A metainfo file put together by hand, for what our encoder would never write. */
export function parseRaw(info: string, before = '', after = ''): Metainfo {
  return parseMetainfo(Buffer.from(`d${before}4:info${info}${after}e`, 'latin1'));
}

/** Checks that a parser throws its own error, with one sentence. */
export function refuses(act: () => unknown, message: RegExp, field?: string): void {
  assert.throws(act, (error: { code?: string; message: string; field?: string }) => {
    assert.equal(error.code, 'ERR_METAINFO');
    assert.match(error.message, message);
    assert.doesNotMatch(error.message, /\n/);
    if (field !== undefined) assert.equal(error.field, field);
    return true;
  });
}

/** SHA-1 of Latin-1 text, hexadecimal. */
export const sha1 = (text: string): string =>
  createHash('sha1').update(Buffer.from(text, 'latin1')).digest('hex');
/** `single` as it stands in a file. */
export const rawInfo = `d6:lengthi100e4:name5:a.bin12:piece lengthi16384e6:pieces20:${'a'.repeat(20)}e`;
