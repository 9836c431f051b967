import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { posix, win32 } from 'node:path';
import { toHex } from '../../src/bittorrent/hex.ts';
import { MERKLE_HASH_LENGTH } from '../../src/bittorrent/metainfo/merkle.ts';
import {
  hasV1,
  hasV2,
  type Info,
  lengthOfPiece,
  type Metainfo,
  PIECE_HASH_LENGTH,
  type TorrentFile,
} from '../../src/bittorrent/metainfo/metainfo.ts';
import { parsePieceLayers, pieceHashesV2 } from '../../src/bittorrent/metainfo/piece-layers.ts';

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const UNPRINTABLE = /[\u0000-\u001f\u007f-\u009f]/;
const SCHEME = /^(https?|udp|wss?|ftp):$/;
/** Beyond so many, pieces are not walked one by one. */
const MAX_WALKED_PIECES = 10_000;

/**
 * Checks all that the rest of the program trusts in a metainfo file that was accepted, whoever wrote it: names stay in their folder,
 * files lie end to end, pieces and hashes fit, URLs can be followed and printed. Throws an AssertionError.
 */
export function assertSafeMetainfo(metainfo: Metainfo): void {
  const { info } = metainfo;
  assertSafePaths(info);
  assertContiguous(info);
  assertHashesFit(info);
  if (hasV2(info)) assertTrees(metainfo);
  assertInfoHashes(metainfo);
  const { announceTiers, webSeeds, httpSeeds } = metainfo;
  for (const url of [...announceTiers.flat(), ...webSeeds, ...httpSeeds]) {
    assert.match(URL.parse(url)?.protocol ?? '', SCHEME);
    assert.doesNotMatch(url, UNPRINTABLE);
  }
  for (const { code, message } of metainfo.warnings) {
    assert.match(code, /^WARN_[A-Z_]+$/);
    assert.doesNotMatch(message, UNPRINTABLE);
  }
}

function assertSafePaths(info: Info): void {
  assertSafeName(info.name);
  for (const { path, linkTarget = [] } of info.files)
    for (const name of [...path, ...linkTarget]) assertSafeName(name);
  const content = info.files.filter((file) => !file.isPadding);
  const isSingle = content.length === 1 && content[0]?.path.length === 0;
  assert.equal(info.isMultiFile, !isSingle);
  if (isSingle) return;
  for (const { path } of info.files) assert.ok(path.length > 0, 'a file of a folder has a path');
  assertNoCollisions(info.files);
}

function assertSafeName(name: string): void {
  assert.ok(name.length > 0 && name.length <= 255);
  assert.doesNotMatch(name, UNPRINTABLE);
  assert.ok(name.isWellFormed());
  assert.equal(posix.relative('/root', posix.join('/root', name)), name);
  // A colon is a good name elsewhere; on Windows such a file is not opened.
  if (!name.includes(':')) assert.equal(win32.dirname(win32.join('C:\\root', name)), 'C:\\root');
}

/** No path twice, and none that is a folder elsewhere; pad files are on no disk. */
function assertNoCollisions(files: readonly TorrentFile[]): void {
  const paths = new Set<string>();
  const folders = new Set<string>();
  for (const { path, isPadding } of files) {
    if (isPadding) continue;
    const whole = path.join('/');
    assert.ok(!paths.has(whole), `${whole} is there twice`);
    paths.add(whole);
    for (let depth = 1; depth < path.length; depth++) folders.add(path.slice(0, depth).join('/'));
  }
  for (const path of paths) assert.ok(!folders.has(path), `${path} is a file and a folder`);
}

function assertContiguous({ files, length, contentLength }: Info): void {
  let end = 0;
  let content = 0;
  for (const file of files) {
    assert.equal(file.offset, end);
    assert.ok(Number.isSafeInteger(file.length) && file.length >= 0);
    if (file.linkTarget !== undefined) assert.equal(file.length, 0);
    end += file.length;
    if (!file.isPadding) content += file.length;
  }
  assert.ok(Number.isSafeInteger(end));
  assert.equal(length, end);
  assert.equal(contentLength, content);
}

function assertHashesFit(info: Info): void {
  const { pieceLength, pieceCount, pieces, length } = info;
  assert.ok(Number.isSafeInteger(pieceLength) && pieceLength > 0);
  assert.equal(pieceCount, Math.ceil(length / pieceLength));
  assert.equal(pieces.length, hasV1(info) ? pieceCount * PIECE_HASH_LENGTH : 0);
  if (pieceCount > MAX_WALKED_PIECES) return;
  let covered = 0;
  for (let piece = 0; piece < pieceCount; piece++) {
    const bytes = lengthOfPiece(info, piece);
    assert.ok(bytes > 0 && bytes <= pieceLength, `piece ${piece} has ${bytes} bytes`);
    covered += bytes;
  }
  assert.equal(covered, hasV1(info) ? length : info.contentLength);
}

/** BEP 52: every file with bytes begins with a piece and has a root; every piece has a hash. */
function assertTrees({ info, pieceLayers }: Metainfo): void {
  const { files, pieceLength, pieceCount } = info;
  assert.ok(pieceLength >= 16_384 && Number.isInteger(Math.log2(pieceLength)));
  for (const { offset, length, isPadding, piecesRoot } of files) {
    if (isPadding || length === 0) continue;
    assert.equal(offset % pieceLength, 0);
    assert.equal(piecesRoot?.length, MERKLE_HASH_LENGTH);
  }
  const hashes = pieceHashesV2(info, parsePieceLayers(pieceLayers, info));
  // A hybrid may lack layers: its pieces are checked by SHA-1.
  if (hashes === undefined) return assert.equal(info.version, 'hybrid');
  assert.equal(hashes.length, pieceCount * MERKLE_HASH_LENGTH);
  for (let piece = 0; piece < pieceCount; piece++) {
    const at = piece * MERKLE_HASH_LENGTH;
    assert.notEqual(toHex(hashes.subarray(at, at + MERKLE_HASH_LENGTH)), '00'.repeat(MERKLE_HASH_LENGTH));
  }
}

function assertInfoHashes({ info, infoBytes, infoHash, infoHashV2 }: Metainfo): void {
  const digest = (algorithm: string): string => createHash(algorithm).update(infoBytes).digest('hex');
  assert.equal(infoHashV2 && toHex(infoHashV2), hasV2(info) ? digest('sha256') : undefined);
  assert.equal(toHex(infoHash), hasV1(info) ? digest('sha1') : digest('sha256').slice(0, 40));
}
