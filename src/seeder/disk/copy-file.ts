import type { BigIntStats } from 'node:fs';
import * as fs from 'node:fs/promises';
import { dirname } from 'node:path';
import { SAFE_FLAGS } from './prepare-files.ts';

/** Bytes that are copied at once. */
const COPY_BYTES = 1024 * 1024;
/** Stands behind the name of a copy that is not whole. */
const SUFFIX = '.copying';
/** Times cannot be set to the nanosecond: those of a copy and its original are as near as this. */
const TIME_TOLERANCE_NS = 1_000_000n;

/** What two files have to have in common so that one is taken for the copy of the other. */
type Stamp = Pick<BigIntStats, 'size' | 'mtimeNs'>;

/** Whether a file is the copy of another that {@link placeCopy} made: it has its size, and its time as near as a time can be set. */
export function isCopyOf(copy: Stamp, original: Stamp): boolean {
  const apart = copy.mtimeNs - original.mtimeNs;
  return copy.size === original.size && (apart < 0n ? -apart : apart) < TIME_TOLERANCE_NS;
}

/** How a copy is watched. */
export interface CopyOptions {
  readonly signal: AbortSignal;
  /** Bytes that were copied, or need not be. */
  readonly onBytes: (bytes: number) => void;
}

/**
 * Has the file at `from` at `to` as well: by a second name on the same file system, by a copy on another, which is flushed and has the
 * time of its original before it gets its name. A symbolic link is made anew with the same text, and never followed. A copy that an
 * earlier run made stays. Folders are made.
 * @throws the system's error; an Error when the copy is not as long as its original; the signal's reason.
 */
export async function placeCopy(from: string, to: string, { signal, onBytes }: CopyOptions): Promise<void> {
  signal.throwIfAborted();
  const original = await fs.lstat(from, { bigint: true });
  const there = await fs.lstat(to, { bigint: true }).catch(() => undefined);
  if (there?.isFile() && isCopyOf(there, original)) return onBytes(Number(original.size));
  await fs.mkdir(dirname(to), { recursive: true });
  const half = to + SUFFIX;
  for (const path of [to, half]) await fs.rm(path, { force: true }); // of a run that was cut short
  if (original.isSymbolicLink()) {
    await copyLink(from, half, original);
    onBytes(Number(original.size));
  } else if (await hardLink(from, to)) return onBytes(Number(original.size));
  else await copyBytes(from, half, original, { signal, onBytes });
  await fs.rename(half, to);
}

/** False on another file system, or one without hard links. */
function hardLink(from: string, to: string): Promise<boolean> {
  return fs.link(from, to).then(
    () => true,
    () => false,
  );
}

async function copyLink(from: string, to: string, { mtimeNs }: BigIntStats): Promise<void> {
  await fs.symlink(await fs.readlink(from), to);
  const seconds = secondsOf(mtimeNs);
  await fs.lutimes(to, seconds, seconds).catch(() => {}); // not every file system keeps the times of links
}

async function copyBytes(
  from: string,
  to: string,
  { size, mode }: BigIntStats,
  { signal, onBytes }: CopyOptions,
): Promise<void> {
  await using source = await fs.open(from, fs.constants.O_RDONLY | SAFE_FLAGS);
  await using copy = await fs.open(to, 'wx', Number(mode & 0o777n));
  const buffer = Buffer.allocUnsafeSlow(COPY_BYTES);
  let done = 0;
  for (;;) {
    signal.throwIfAborted();
    const { bytesRead } = await source.read(buffer, 0, buffer.length, done);
    if (bytesRead === 0) break;
    for (let written = 0; written < bytesRead; )
      written += (await copy.write(buffer, written, bytesRead - written, done + written)).bytesWritten;
    done += bytesRead;
    onBytes(bytesRead);
  }
  if (BigInt(done) !== size) throw new Error(`${from} changed while it was copied`);
  const { mtimeNs } = await source.stat({ bigint: true });
  const seconds = secondsOf(mtimeNs);
  await copy.utimes(seconds, seconds);
  await copy.sync();
}

/** To the microsecond. */
function secondsOf(timeNs: bigint): number {
  return Number(timeNs / 1000n) / 1e6;
}
