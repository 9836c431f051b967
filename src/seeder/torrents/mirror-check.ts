import { type Info, lengthOfPiece } from '../../bittorrent/metainfo/metainfo.ts';
import { checkPieces } from '../../builder/hashing/check-pieces.ts';
import { pieceHashesOf } from '../../builder/hashing/piece-hashes.ts';
import { hasBit, setBit } from '../bits.ts';
import { allocateFiles } from '../disk/allocate-files.ts';
import { dropFormerName, partNamesOf, renameToFinal } from '../disk/part-names.ts';
import { isBlank, makeFile, makeFiles, occupied, requireRoom } from '../disk/prepare-files.ts';
import { type StoredFile, spansOf } from '../disk/storage-layout.ts';
import type { CheckOptions } from './data-check.ts';
import { stampFiles } from './file-stamps.ts';
import { hashFilesOf } from './hash-files.ts';
import type { Mirrored, MirrorPlan } from './mirror-plan.ts';
import { neededRoom } from './needed-room.ts';
import type { ResumeRecord } from './resume.ts';

/** What a check of a torrent that is mirrored finds. */
export interface MirrorChecked {
  readonly record: ResumeRecord;
  /** Where its files lie now. */
  readonly places: readonly StoredFile[];
}

/**
 * Hashes what the plan says, refuses to touch other people's files, and makes the files ready to be written to: those that are
 * wanted, and a part file for what their pieces bring of others.
 * @throws {SeederError} ERR_TARGET_OCCUPIED, ERR_STORAGE_*; the signal's reason.
 */
export async function runMirrorCheck(
  mirrored: Mirrored,
  plan: MirrorPlan,
  options: CheckOptions,
): Promise<MirrorChecked> {
  const { metainfo, dataPath, selection } = mirrored;
  const { info } = metainfo;
  const { signal } = options;
  const bits = new Uint8Array(plan.bits);
  const good = await goodPieces(mirrored, plan, options);
  for (const piece of good) setBit(bits, piece, true);
  const foreign = await findStrangers(mirrored, plan, good);
  const isNeeded = (piece: number): boolean => selection.wantsPiece(piece) || hasBit(bits, piece);
  await requireRoom(dataPath, neededRoom(mirrored, plan, bits));
  signal.throwIfAborted();

  let places = plan.files.map((file, index) => {
    const isParted =
      !plan.packed.has(index) && (plan.places[index]?.parted !== undefined || foreign.has(index));
    return isParted ? plan.partFile.placeOf(file, true) : file;
  });
  const make = (file: StoredFile, index: number): Promise<void> =>
    plan.packed.has(index)
      ? plan.partFile.unpack(file, goodRanges(file, info, bits), signal)
      : makeFile(file);
  await makeFiles(places, info, dataPath, { ...plan, make }, signal);
  const { onProgress } = options;
  if (mirrored.isAllocated)
    await allocateFiles(places, { pieceLength: info.pieceLength, bits, signal, onProgress });
  if (needsPartFile(places, info, isNeeded)) {
    await plan.partFile.make(plan.foundParts);
    places = places.map((file) => (file.parted === undefined ? file : plan.partFile.placeOf(file, false)));
  } else if (plan.foundParts !== undefined) await plan.partFile.remove();
  for (const [index, file] of places.entries())
    if (isWhole(file, info, bits)) places[index] = await nameFinally(file);
  await dropFormerNames(info, plan);
  return { record: { bits, stamps: await stampFiles(places, signal, options.disk) }, places };
}

async function goodPieces(
  { metainfo }: Mirrored,
  { pieces, places }: MirrorPlan,
  { pool, signal, onProgress, onPiece }: CheckOptions,
): Promise<ReadonlySet<number>> {
  if (pieces.length === 0) return new Set();
  const bytes = pieces.reduce((sum, piece) => sum + lengthOfPiece(metainfo.info, piece), 0);
  const { good } = await checkPieces({
    files: hashFilesOf(places),
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

/**
 * A file in which no piece is good, but something else, is not ours to write over: an error when it is wanted, else it is let alone.
 * The indices of those that are let alone.
 */
async function findStrangers(
  { metainfo, selection }: Mirrored,
  plan: MirrorPlan,
  good: ReadonlySet<number>,
): Promise<ReadonlySet<number>> {
  const { pieceLength } = metainfo.info;
  const foreign = new Set<number>();
  for (const index of plan.strangers) {
    const { path, offset, length } = plan.places[index] as StoredFile; // the plan names files of the torrent
    let piece = Math.floor(offset / pieceLength);
    while (piece * pieceLength < offset + length && !good.has(piece)) piece++;
    if (piece * pieceLength < offset + length) continue;
    if (!selection.wantsFile(index)) foreign.add(index);
    else if (!(await isBlank(path)))
      throw occupied(path, 'is there already and has nothing of the torrent in it');
  }
  return foreign;
}

/** Whether a piece that is wanted, or there, has bytes of a file that has no place of its own. */
function needsPartFile(
  places: readonly StoredFile[],
  { pieceLength }: Info,
  isNeeded: (piece: number) => boolean,
): boolean {
  return places.some(({ parted, length, offset, isPadding }) => {
    if (parted === undefined || length === 0 || isPadding) return false;
    // Pieces between the first and the last have nothing of other files.
    return (
      isNeeded(Math.floor(offset / pieceLength)) || isNeeded(Math.floor((offset + length - 1) / pieceLength))
    );
  });
}

async function dropFormerNames(info: Info, { files, found }: MirrorPlan): Promise<void> {
  for (const [index, partName] of partNamesOf(info, files).entries()) {
    const file = files[index];
    if (file === undefined || partName === undefined || found[index] === undefined) continue;
    if (file.finalPath === undefined) await dropFormerName(file, partName);
  }
}

/** A run that was cut short did not come to it. */
async function nameFinally(file: StoredFile): Promise<StoredFile> {
  let place = file;
  await renameToFinal(file, (renamed) => {
    place = renamed;
  });
  return place;
}

/** Whether a file bears another name though all of its pieces are good. */
function isWhole(
  { finalPath, offset, length }: StoredFile,
  { pieceLength }: Info,
  bits: Uint8Array,
): boolean {
  if (finalPath === undefined) return false;
  for (let piece = Math.floor(offset / pieceLength); piece * pieceLength < offset + length; piece++)
    if (!hasBit(bits, piece)) return false;
  return true;
}

/** The parts of a file that lie in good pieces. */
function goodRanges(
  file: StoredFile,
  { pieceLength }: Info,
  bits: Uint8Array,
): { readonly start: number; readonly length: number }[] {
  const ranges: { start: number; length: number }[] = [];
  const end = file.offset + file.length;
  for (let piece = Math.floor(file.offset / pieceLength); piece * pieceLength < end; piece++) {
    if (!hasBit(bits, piece)) continue;
    const [span] = spansOf([file], piece * pieceLength, pieceLength);
    if (span !== undefined) ranges.push({ start: span.start, length: span.length });
  }
  return ranges;
}
