import { infoHashToHex } from '../../bittorrent/info-hash.ts';
import type { Metainfo } from '../../bittorrent/metainfo/metainfo.ts';
import { countBits, fullBits } from '../bits.ts';
import { storedFiles } from '../disk/storage-layout.ts';
import type { FileStamp } from '../disk/torrent-storage.ts';
import { stampFiles } from './file-stamps.ts';

/** What is remembered of a check: which pieces were good, and what the files were like. */
export interface ResumeRecord {
  /** A bit a piece. */
  readonly bits: Uint8Array;
  /** One a file, in the torrent's order. */
  readonly stamps: readonly FileStamp[];
  /** Those of the pieces that are believed and were never hashed, a bit each; undefined: none. */
  readonly unchecked?: Uint8Array | undefined;
  /** The files were written by us. */
  readonly isOurs?: boolean;
  /** Pieces that went bad are being fetched into them. */
  readonly isRepairing?: boolean;
}

const VERSION = 1;
/** Of records with unchecked pieces: whoever does not know of them has to check everything. */
const VERSION_WITH_UNCHECKED = 2;
const ALL = 'all';

/** Bytes of a record's text; larger ones are not read. */
const MAX_TEXT = 64 * 1024 * 1024;

/** The record as JSON: times are texts, because nanoseconds do not fit a number; so are the numbers of files, which older records lack. */
export function encodeResume(metainfo: Metainfo, record: ResumeRecord): string {
  const { bits, stamps, unchecked, isOurs, isRepairing } = record;
  const { pieceCount } = metainfo.info;
  const hasUnchecked = unchecked !== undefined && countBits(unchecked) > 0;
  return JSON.stringify({
    version: hasUnchecked ? VERSION_WITH_UNCHECKED : VERSION,
    infoHash: infoHashToHex(metainfo.infoHash),
    pieces: textOf(bits, pieceCount),
    ...(hasUnchecked && { unchecked: textOf(unchecked, pieceCount) }),
    ...(isOurs === true && { mirrored: true }),
    ...(isRepairing === true && { repairing: true }),
    files: stamps.map(({ size, mtimeNs, ino }) =>
      ino === undefined ? [size, mtimeNs.toString()] : [size, mtimeNs.toString(), ino.toString()],
    ),
  });
}

function textOf(bits: Uint8Array, pieceCount: number): string {
  return countBits(bits) === pieceCount ? ALL : Buffer.from(bits).toString('base64');
}

/** Reads a record; undefined when it is none, or is another torrent's: then the data is checked. Never throws. */
export function decodeResume(text: string, metainfo: Metainfo): ResumeRecord | undefined {
  if (text.length > MAX_TEXT) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined; // not JSON: no record
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const { version, infoHash, pieces, files, ...rest } = value as Record<string, unknown>; // every member is checked below
  if (version !== VERSION && version !== VERSION_WITH_UNCHECKED) return undefined;
  if (infoHash !== infoHashToHex(metainfo.infoHash)) return undefined;
  const bits = bitsFrom(pieces, metainfo.info.pieceCount);
  const stamps = stampsFrom(files, metainfo.info.files.length);
  if (bits === undefined || stamps === undefined) return undefined;
  const isOurs = rest.mirrored === true;
  const isRepairing = rest.repairing === true;
  if (version === VERSION) return { bits, stamps, isOurs, isRepairing };
  const unchecked = bitsFrom(rest.unchecked, metainfo.info.pieceCount);
  return unchecked === undefined ? undefined : { bits, stamps, unchecked, isOurs, isRepairing };
}

function bitsFrom(pieces: unknown, pieceCount: number): Uint8Array | undefined {
  if (pieces === ALL) return fullBits(pieceCount);
  if (typeof pieces !== 'string') return undefined;
  const bits = new Uint8Array(Buffer.from(pieces, 'base64'));
  const full = fullBits(pieceCount);
  if (bits.length !== full.length) return undefined;
  return bits.map((byte, at) => byte & (full[at] ?? 0)); // spare bits stay zero
}

function stampsFrom(files: unknown, fileCount: number): FileStamp[] | undefined {
  if (!Array.isArray(files) || files.length !== fileCount) return undefined;
  const stamps = files.flatMap((entry: unknown) => stampFrom(entry) ?? []);
  return stamps.length === fileCount ? stamps : undefined;
}

function stampFrom(entry: unknown): FileStamp | undefined {
  if (!Array.isArray(entry)) return undefined;
  const [size, mtimeNs, ino]: unknown[] = entry;
  if (typeof size !== 'number' || typeof mtimeNs !== 'string' || !/^-?\d{1,20}$/.test(mtimeNs))
    return undefined;
  if (ino === undefined) return { size, mtimeNs: BigInt(mtimeNs) };
  if (typeof ino !== 'string' || !/^\d{1,20}$/.test(ino)) return undefined;
  return { size, mtimeNs: BigInt(mtimeNs), ino: BigInt(ino) };
}

/**
 * The record of data that is good because the torrent was made from it.
 * @param stamps of the files, in the torrent's order, **before** they were hashed: a file that was changed since is checked.
 */
export function resumeOfMade(metainfo: Metainfo, stamps: readonly FileStamp[]): string {
  return encodeResume(metainfo, { bits: fullBits(metainfo.info.pieceCount), stamps });
}

/**
 * The record of data that is known to be good as it lies there now. Whoever just hashed it uses {@link resumeOfMade} instead:
 * a file may have been changed while others were being hashed.
 * @param dataPath the file, or the folder that holds the files.
 * @throws {SeederError} ERR_STORAGE_MISSING, _CHANGED or _UNREADABLE when a file is not as the torrent says.
 */
export async function resumeFor(metainfo: Metainfo, dataPath: string): Promise<string> {
  const stamps = await stampFiles(storedFiles(metainfo.info, dataPath));
  return resumeOfMade(metainfo, stamps);
}
