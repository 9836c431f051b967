import { lengthOfPiece, type Metainfo } from '../../bittorrent/metainfo/metainfo.ts';
import { checkPieces } from '../../builder/hashing/check-pieces.ts';
import { pieceHashesOf } from '../../builder/hashing/piece-hashes.ts';
import type { HashPool } from '../../builder/hashing/pool.ts';
import { countBits, fullBits, setBit } from '../bits.ts';
import type { Disk } from '../disk/disk.ts';
import { type StoredFile, spansOf } from '../disk/storage-layout.ts';
import { SeederError } from '../errors.ts';
import { changedFiles, stampFiles } from './file-stamps.ts';
import { hashFilesOf } from './hash-files.ts';
import type { ResumeRecord } from './resume.ts';

/** What can be said without hashing anything. */
export interface CheckPlan {
  readonly record: ResumeRecord;
  /** Pieces that have to be hashed, ascending. */
  readonly pieces: readonly number[];
}

/** How a check is planned. */
export interface PlanOptions {
  readonly signal: AbortSignal;
  /** What files are looked at with. */
  readonly disk: Disk;
  /** Where nothing is remembered, files of the right lengths are believed, and their pieces are unchecked. */
  readonly isBelieved?: boolean;
}

/**
 * Looks at the files and at what is remembered: pieces of files that have not changed (size and time) need no hashing.
 * @throws {SeederError} when a file is missing or has another length.
 */
export async function planCheck(
  metainfo: Metainfo,
  files: readonly StoredFile[],
  remembered: ResumeRecord | undefined,
  { signal, disk, isBelieved = false }: PlanOptions,
): Promise<CheckPlan> {
  const { pieceCount, pieceLength } = metainfo.info;
  const stamps = await stampFiles(files, signal, disk);
  if (remembered === undefined && isBelieved)
    return {
      record: { bits: fullBits(pieceCount), stamps, unchecked: fullBits(pieceCount) },
      pieces: [],
    };
  if (remembered === undefined) {
    const pieces = Array.from({ length: pieceCount }, (_none, index) => index);
    return { record: { bits: new Uint8Array(Math.ceil(pieceCount / 8)), stamps }, pieces };
  }
  const touched = new Set<number>();
  for (const index of changedFiles(remembered.stamps, stamps)) {
    const { offset, length } = files[index] as StoredFile; // the stamps are one a file
    const last = Math.floor((offset + length - 1) / pieceLength);
    for (let piece = Math.floor(offset / pieceLength); piece <= last; piece++) touched.add(piece);
  }
  const pieces = [...touched].sort((a, b) => a - b);
  const bits = new Uint8Array(remembered.bits);
  const unchecked = remembered.unchecked && new Uint8Array(remembered.unchecked);
  for (const piece of pieces) {
    setBit(bits, piece, false);
    if (unchecked !== undefined) setBit(unchecked, piece, false);
  }
  return { record: { ...remembered, bits, stamps, unchecked }, pieces };
}

/** How a check is watched. */
export interface CheckOptions {
  /** Left out where nothing is to be hashed. */
  readonly pool: HashPool | undefined;
  readonly signal: AbortSignal;
  /** What files are looked at with. */
  readonly disk: Disk;
  /** Part of the pieces to hash that is done, 0 to 1. */
  readonly onProgress: (fraction: number) => void;
  /** Each piece when it was hashed; left out when nobody wants to know. */
  readonly onPiece?: ((piece: number, isGood: boolean) => void) | undefined;
}

/**
 * Hashes what the plan says and tells what is good.
 * @throws {SeederError} ERR_STORAGE_* when a file cannot be read or changed meanwhile; the signal's reason.
 */
export async function runCheck(
  metainfo: Metainfo,
  files: readonly StoredFile[],
  plan: CheckPlan,
  { pool, signal, disk, onProgress, onPiece }: CheckOptions,
): Promise<ResumeRecord> {
  if (plan.pieces.length === 0) return plan.record;
  const { pieceLength } = metainfo.info;
  const bytes = plan.pieces.reduce((sum, piece) => sum + lengthOfPiece(metainfo.info, piece), 0);
  const { good } = await checkPieces({
    files: hashFilesOf(files),
    pieceLength,
    hashes: pieceHashesOf(metainfo),
    pieces: plan.pieces,
    pool,
    signal,
    onPiece,
    onProgress: (bytesDone) => onProgress(Math.min(1, bytesDone / bytes)),
  });
  const stamps = await stampFiles(files, signal, disk);
  const [changed] = changedFiles(plan.record.stamps, stamps);
  if (changed !== undefined) {
    const { path } = files[changed] as StoredFile; // the stamps are one a file
    throw new SeederError('ERR_STORAGE_CHANGED', `${path} was changed while it was checked`, { path });
  }
  const bits = new Uint8Array(plan.record.bits);
  for (const piece of good) setBit(bits, piece, true);
  return { ...plan.record, bits, stamps };
}

/** The error for data that is not what the torrent says, or undefined when every piece is good. */
export function badPieces(
  metainfo: Metainfo,
  files: readonly StoredFile[],
  bits: Uint8Array,
): SeederError | undefined {
  const { pieceCount, pieceLength } = metainfo.info;
  const bad = pieceCount - countBits(bits);
  if (bad === 0) return undefined;
  const first = firstMissing(bits, pieceCount);
  const path = spansOf(files, first * pieceLength, pieceLength).find(({ file }) => !file.isPadding)?.file
    .path;
  const where = path === undefined ? '' : ` (first in ${path})`;
  return new SeederError(
    'ERR_PIECES_BAD',
    `${bad} of ${pieceCount} pieces do not match the torrent${where}`,
    path === undefined ? {} : { path },
  );
}

function firstMissing(bits: Uint8Array, pieceCount: number): number {
  const full = fullBits(pieceCount);
  const at = bits.findIndex((byte, index) => byte !== full[index]);
  const missing = (bits[at] ?? 0) ^ (full[at] ?? 0);
  return 8 * at + Math.clz32(missing) - 24;
}
