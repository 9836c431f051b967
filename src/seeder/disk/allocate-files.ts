import { constants } from 'node:fs';
import * as fs from 'node:fs/promises';
import { hasBit } from '../bits.ts';
import { SAFE_FLAGS } from './prepare-files.ts';
import type { StoredFile } from './storage-layout.ts';
import { unwritable } from './torrent-writer.ts';

/** Zeros that are written at once. */
const ZERO_BYTES = 1024 * 1024;

/** How files are allocated. */
export interface AllocateOptions {
  readonly pieceLength: number;
  /** Good pieces, a bit each: their bytes are let alone. */
  readonly bits: Uint8Array;
  readonly signal: AbortSignal;
  /** Part of the bytes that are allocated, 0 to 1. */
  readonly onProgress: (fraction: number) => void;
}

/** A run of bytes of a file of which no piece is good. */
interface Run {
  readonly start: number;
  readonly length: number;
}

/**
 * Takes the room on the disk that the files need which are not complete, by writing zeros where no piece is good: so a disk that is too
 * full says so before anything is fetched, and the file lies in few parts. Files have their lengths already. What was allocated by an
 * earlier run is written again only where the file system says that something is missing.
 * @throws {SeederError} ERR_STORAGE_FULL, ERR_STORAGE_UNWRITABLE, ERR_STORAGE_MISSING; the signal's reason.
 */
export async function allocateFiles(files: readonly StoredFile[], options: AllocateOptions): Promise<void> {
  const { signal, onProgress } = options;
  const wanting: { readonly file: StoredFile; readonly runs: readonly Run[] }[] = [];
  let total = 0;
  for (const file of files) {
    if (file.isPadding || file.parted !== undefined || file.length === 0) continue;
    signal.throwIfAborted();
    const runs = missingRuns(file, options);
    if (runs.length === 0 || !(await hasHoles(file))) continue;
    wanting.push({ file, runs });
    for (const { length } of runs) total += length;
  }
  let done = 0;
  const onBytes = (bytes: number): void => {
    done += bytes;
    onProgress(done / total);
  };
  for (const { file, runs } of wanting) await zero(file.path, runs, { signal, onBytes });
}

/** Whether less of a file is on the disk than it is long. */
async function hasHoles({ path, length }: StoredFile): Promise<boolean> {
  const { blocks } = await fs.lstat(path).catch((error: unknown) => {
    throw unwritable(path, error);
  });
  return blocks * 512 < length; // POSIX: st_blocks counts 512 bytes, whatever the file system's blocks are
}

/** The runs of a file between pieces that are good. */
function missingRuns({ offset, length }: StoredFile, { pieceLength, bits }: AllocateOptions): Run[] {
  const runs: Run[] = [];
  const end = offset + length;
  let start: number | undefined;
  for (let piece = Math.floor(offset / pieceLength); piece * pieceLength < end; piece++) {
    const at = Math.max(offset, piece * pieceLength) - offset;
    if (!hasBit(bits, piece)) start ??= at;
    else if (start !== undefined) {
      runs.push({ start, length: at - start });
      start = undefined;
    }
  }
  if (start !== undefined) runs.push({ start, length: length - start });
  return runs;
}

async function zero(
  path: string,
  runs: readonly Run[],
  { signal, onBytes }: { readonly signal: AbortSignal; readonly onBytes: (bytes: number) => void },
): Promise<void> {
  const zeros = Buffer.alloc(ZERO_BYTES);
  try {
    await using file = await fs.open(path, constants.O_RDWR | SAFE_FLAGS);
    for (const { start, length } of runs)
      for (let at = 0; at < length; ) {
        signal.throwIfAborted();
        const { bytesWritten } = await file.write(zeros, 0, Math.min(zeros.length, length - at), start + at);
        at += bytesWritten;
        onBytes(bytesWritten);
      }
    await file.datasync(); // where the file system puts off taking the room, it takes it now
  } catch (error) {
    signal.throwIfAborted();
    throw unwritable(path, error);
  }
}
