import type { Info } from '../../bittorrent/metainfo/metainfo.ts';
import { setBit } from '../bits.ts';
import { PartFile } from '../disk/part-file.ts';
import { partNamesOf, underPartName } from '../disk/part-names.ts';
import { type FoundFile, lookAtPlaces } from '../disk/prepare-files.ts';
import { type StoredFile, sizeOnDisk, spansOf, storedFiles } from '../disk/storage-layout.ts';
import type { FileStamp } from '../disk/torrent-storage.ts';
import { SeederError } from '../errors.ts';
import type { Torrent } from '../torrent.ts';
import type { ResumeRecord } from './resume.ts';

/** A torrent that is to be mirrored, and where its data is to lie. */
export type Mirrored = Pick<Torrent, 'metainfo' | 'dataPath' | 'selection' | 'hasBegun'> & {
  /** A file that is made bears a name with `.part` behind it until it is complete. */
  readonly usesPartNames: boolean;
  /** Files take their room on the disk before anything is fetched. */
  readonly isAllocated: boolean;
};

/** What can be said of the places of a torrent's files without hashing anything. */
export interface MirrorPlan {
  /** Pieces of files that have not changed since they were found good. */
  readonly bits: Uint8Array;
  /** Pieces that have to be hashed, ascending. */
  readonly pieces: readonly number[];
  /** Indices of files that may have been there before us: each has to hold a good piece, or it is somebody else's. */
  readonly strangers: readonly number[];
  /** Where each file lies, or is to lie, when it is not in the part file. */
  readonly files: readonly StoredFile[];
  /** What lies there, and which of those we made. */
  readonly found: readonly (FoundFile | undefined)[];
  readonly ours: ReadonlySet<number>;
  /** Where the bytes of each file lie, or are to lie. */
  readonly places: readonly StoredFile[];
  /** Indices of files that are wanted, and of which all that there is lies in the part file yet. */
  readonly packed: ReadonlySet<number>;
  readonly partFile: PartFile;
  readonly foundParts: FoundFile | undefined;
}

/**
 * Looks at what lies where a torrent's files are to lie. What is remembered and has not changed is believed; all else that
 * has bytes is to be hashed. Nothing is changed on disk. What was there before the download began may be somebody else's, and
 * so may another file than ours, which has taken the place of one of them.
 * @throws {SeederError} ERR_STORAGE_MISSING when the target folder is gone, or all files are that were there;
 *   ERR_TARGET_OCCUPIED when something else is in the way.
 */
export async function planMirror(
  { metainfo, dataPath, selection, hasBegun, usesPartNames }: Mirrored,
  remembered: ResumeRecord | undefined,
): Promise<MirrorPlan> {
  const { info, infoHash } = metainfo;
  const { files, found } = await findFiles(info, { dataPath, selection, usesPartNames });
  const partFile = new PartFile(info, infoHash, dataPath);
  const foundParts = await partFile.look();
  const ours = new Set<number>();
  if (remembered !== undefined || hasBegun)
    for (const [index, { length }] of files.entries())
      if (isOurs(found[index], length, remembered?.stamps[index])) ours.add(index);
  refuseEmptyPlace({ dataPath, files, found, foundParts, remembered });

  const packed = new Set<number>();
  const places = files.map((file, index) => {
    if (file.isPadding) return file;
    const parted = partFile.placeOf(file, foundParts === undefined);
    const isKept = foundParts !== undefined && isSame(remembered?.stamps[index], foundParts);
    if (!selection.wantsFile(index)) return found[index] !== undefined && !isKept ? file : parted;
    if (found[index] !== undefined || foundParts === undefined || file.length === 0) return file;
    packed.add(index);
    return parted;
  });
  const looked = { files, places, found, foundParts, ours };
  return {
    ...piecesToHash(info.pieceLength, looked, remembered ?? noRecord(info.pieceCount)),
    files,
    strangers: [...files.keys()].filter((index) => hasOwnData(looked, index) && !ours.has(index)),
    found,
    ours,
    places,
    packed,
    partFile,
    foundParts,
  };
}

/**
 * Files that bear their own names count first; then those under the names of files that are not complete. What is not there is to have
 * either name.
 */
async function findFiles(
  info: Info,
  { dataPath, selection, usesPartNames }: Pick<Mirrored, 'dataPath' | 'selection' | 'usesPartNames'>,
): Promise<Pick<MirrorPlan, 'files' | 'found'>> {
  const own = storedFiles(info, dataPath);
  const found = await lookAtPlaces(own, dataPath, (index) => selection.wantsFile(index));
  const partNames = partNamesOf(info, own);
  const named = own.map((file, index) => {
    const partName = found[index] === undefined ? partNames[index] : undefined;
    return partName === undefined ? file : underPartName(file, partName);
  });
  const hasPartName = (index: number): boolean => named[index]?.finalPath !== undefined;
  const partly = await lookAtPlaces(
    named,
    dataPath,
    (index) => selection.wantsFile(index) && hasPartName(index),
  );
  const isPart = (index: number): boolean =>
    hasPartName(index) && (usesPartNames || partly[index] !== undefined);
  return {
    files: own.map((file, index) => (isPart(index) ? (named[index] ?? file) : file)),
    found: found.map((whole, index) => whole ?? (isPart(index) ? partly[index] : undefined)),
  };
}

interface Looked {
  readonly files: readonly StoredFile[];
  readonly places: readonly StoredFile[];
  readonly found: readonly (FoundFile | undefined)[];
  readonly foundParts: FoundFile | undefined;
  readonly ours: ReadonlySet<number>;
}

function piecesToHash(
  pieceLength: number,
  looked: Looked,
  remembered: ResumeRecord,
): Pick<MirrorPlan, 'bits' | 'pieces'> {
  const { places, found, foundParts } = looked;
  const bits = new Uint8Array(remembered.bits);
  const pieces = new Set<number>();
  for (const [index, place] of places.entries()) {
    const { isPadding, length, offset, parted } = place;
    if (isPadding || length === 0) continue;
    if (isSame(remembered.stamps[index], parted === undefined ? found[index] : foundParts)) continue;
    const last = Math.floor((offset + length - 1) / pieceLength);
    for (let piece = Math.floor(offset / pieceLength); piece <= last; piece++) {
      setBit(bits, piece, false);
      if (parted === undefined ? hasOwnData(looked, index) : mayBeKept(looked, piece, pieceLength))
        pieces.add(piece);
    }
  }
  return { bits, pieces: [...pieces].sort((a, b) => a - b) };
}

/** Whether a file has bytes at its own place that may be good. */
function hasOwnData({ places, found, ours }: Looked, index: number): boolean {
  const { size = 0, isHollow = true } = found[index] ?? {};
  return places[index]?.parted === undefined && size > 0 && !(isHollow && ours.has(index));
}

/** Only pieces that touch a wanted file bring something into the part file. */
function mayBeKept({ places, foundParts }: Looked, piece: number, pieceLength: number): boolean {
  if (foundParts === undefined || foundParts.isHollow) return false;
  return spansOf(places, piece * pieceLength, pieceLength).some(
    ({ file }) => file.parted === undefined && !file.isPadding,
  );
}

/**
 * Whether a file is the one that we made: it has the length of ours, and is the same file where its number is known. Another one is
 * hashed, and is ours when it has something of the torrent in it, such as a copy that was put back.
 */
function isOurs(found: FoundFile | undefined, length: number, stamp: FileStamp | undefined): boolean {
  if (found?.size !== length) return false;
  return stamp?.ino === undefined || stamp.ino === found.ino || isSame(stamp, found);
}

function isSame(stamp: FileStamp | undefined, found: FoundFile | undefined): boolean {
  return (
    stamp !== undefined && found !== undefined && stamp.mtimeNs === found.mtimeNs && stamp.size === found.size
  );
}

function noRecord(pieceCount: number): ResumeRecord {
  return { bits: new Uint8Array(Math.ceil(pieceCount / 8)), stamps: [] };
}

/** A disk that is not mounted must not be taken for an empty one. */
function refuseEmptyPlace(place: {
  readonly dataPath: string;
  readonly files: readonly StoredFile[];
  readonly found: readonly (FoundFile | undefined)[];
  readonly foundParts: FoundFile | undefined;
  readonly remembered: ResumeRecord | undefined;
}): void {
  const { dataPath, files, found, foundParts, remembered } = place;
  if (remembered?.bits.some((byte) => byte !== 0) !== true || foundParts?.isHollow === false) return;
  if (files.some((file, index) => sizeOnDisk(file) > 0 && found[index]?.isHollow === false)) return;
  if (!files.some(({ length }) => length > 0)) return;
  throw new SeederError('ERR_STORAGE_MISSING', `${dataPath} is missing, of which parts were there`, {
    path: dataPath,
  });
}
