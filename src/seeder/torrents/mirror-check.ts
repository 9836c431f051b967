import { lengthOfPiece, type Metainfo } from '../../bittorrent/metainfo/metainfo.ts';
import { checkPieces } from '../../builder/hashing/check-pieces.ts';
import { pieceHashesOf } from '../../builder/hashing/piece-hashes.ts';
import { setBit } from '../bits.ts';
import {
  isBlank,
  lookAtPlaces,
  makeFiles,
  occupied,
  requireRoom,
  type SeenPlaces,
} from '../disk/prepare-files.ts';
import { hashedFiles, type StoredFile } from '../disk/storage-layout.ts';
import { SeederError } from '../errors.ts';
import type { CheckOptions } from './data-check.ts';
import { stampFiles } from './file-stamps.ts';
import type { ResumeRecord } from './resume.ts';

/** A torrent that is to be mirrored, where its data is to lie. */
export interface Mirrored {
  readonly metainfo: Metainfo;
  readonly dataPath: string;
  readonly files: readonly StoredFile[];
}

/** What can be said of the places of a torrent's files without hashing anything. */
export interface MirrorPlan extends SeenPlaces {
  /** Pieces of files that have not changed since they were found good. */
  readonly bits: Uint8Array;
  /** Pieces that have to be hashed, ascending. */
  readonly pieces: readonly number[];
  /** Indices of files that may have been there before us: each has to hold a good piece, or it is somebody else's. */
  readonly strangers: readonly number[];
}

/**
 * Looks at what lies where a torrent's files are to lie. What is remembered and has not changed is believed; all else that
 * has bytes is to be hashed. Nothing is changed on disk. What was there before the download began may be somebody else's, and
 * so may a file of another length than ours, which has taken the place of one of them.
 * @throws {SeederError} ERR_STORAGE_MISSING when the target folder is gone, or all files are that were there;
 *   ERR_TARGET_OCCUPIED when something else is in the way.
 */
export async function planMirror(
  { metainfo, dataPath, files, hasBegun }: Mirrored & { readonly hasBegun: boolean },
  remembered: ResumeRecord | undefined,
): Promise<MirrorPlan> {
  const { pieceCount, pieceLength } = metainfo.info;
  const found = await lookAtPlaces(files, dataPath);
  const ours = new Set<number>();
  if (remembered !== undefined || hasBegun)
    for (const [index, { length }] of files.entries()) if (found[index]?.size === length) ours.add(index);
  const isAllGone = !files.some(({ length }, index) => length > 0 && found[index]?.isHollow === false);
  if (remembered?.bits.some((byte) => byte !== 0) && isAllGone && metainfo.info.length > 0)
    throw new SeederError('ERR_STORAGE_MISSING', `${dataPath} is missing, of which parts were there`, {
      path: dataPath,
    });
  const hasData = (index: number): boolean => {
    const { size = 0, isHollow = true } = found[index] ?? {};
    return size > 0 && !(isHollow && ours.has(index));
  };
  const bits =
    remembered === undefined ? new Uint8Array(Math.ceil(pieceCount / 8)) : new Uint8Array(remembered.bits);
  const pieces = new Set<number>();
  for (const [index, file] of files.entries()) {
    const stamp = remembered?.stamps[index];
    if (file.isPadding || file.length === 0) continue;
    if (stamp !== undefined && stamp.mtimeNs === found[index]?.mtimeNs && stamp.size === found[index]?.size)
      continue;
    const last = Math.floor((file.offset + file.length - 1) / pieceLength);
    for (let piece = Math.floor(file.offset / pieceLength); piece <= last; piece++) {
      setBit(bits, piece, false);
      if (hasData(index)) pieces.add(piece);
    }
  }
  return {
    bits,
    pieces: [...pieces].sort((a, b) => a - b),
    strangers: [...files.keys()].filter((index) => hasData(index) && !ours.has(index)),
    found,
    ours,
  };
}

/**
 * Hashes what the plan says, refuses to touch other people's files, and makes the files ready to be written to.
 * @throws {SeederError} ERR_TARGET_OCCUPIED, ERR_STORAGE_*; the signal's reason.
 */
export async function runMirrorCheck(
  mirrored: Mirrored,
  plan: MirrorPlan,
  options: CheckOptions,
): Promise<ResumeRecord> {
  const { metainfo, dataPath, files } = mirrored;
  const bits = new Uint8Array(plan.bits);
  const good = await goodPieces(mirrored, plan, options);
  for (const piece of good) setBit(bits, piece, true);
  await refuseStrangers(mirrored, plan, good);
  await requireRoom(dataPath, missingBytes(metainfo, bits));
  options.signal.throwIfAborted();
  await makeFiles(files, metainfo.info, dataPath, plan, options.signal);
  return { bits, stamps: await stampFiles(files, options.signal, options.disk) };
}

async function goodPieces(
  { metainfo, files }: Mirrored,
  { pieces }: MirrorPlan,
  { pool, signal, onProgress, onPiece }: CheckOptions,
): Promise<ReadonlySet<number>> {
  if (pieces.length === 0) return new Set();
  const bytes = pieces.reduce((sum, piece) => sum + lengthOfPiece(metainfo.info, piece), 0);
  const { good } = await checkPieces({
    files: hashedFiles(files),
    pieceLength: metainfo.info.pieceLength,
    hashes: pieceHashesOf(metainfo),
    pieces,
    pool,
    signal,
    onPiece,
    onProgress: (bytesDone) => onProgress(Math.min(1, bytesDone / bytes)),
  });
  return new Set(good);
}

/** A file in which no piece is good, but something else, is not ours to write over. */
async function refuseStrangers(
  { metainfo, files }: Mirrored,
  plan: MirrorPlan,
  good: ReadonlySet<number>,
): Promise<void> {
  const { pieceLength } = metainfo.info;
  for (const index of plan.strangers) {
    const { path, offset, length } = files[index] as StoredFile; // the plan names files of the torrent
    let piece = Math.floor(offset / pieceLength);
    while (piece * pieceLength < offset + length && !good.has(piece)) piece++;
    if (piece * pieceLength >= offset + length && !(await isBlank(path)))
      throw occupied(path, 'is there already and has nothing of the torrent in it');
  }
}

function missingBytes({ info }: Metainfo, bits: Uint8Array): number {
  let missing = 0;
  for (let piece = 0; piece < info.pieceCount; piece++)
    if (((bits[piece >>> 3] ?? 0) & (0x80 >> (piece & 7))) === 0) missing += lengthOfPiece(info, piece);
  return missing;
}
