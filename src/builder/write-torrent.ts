import { randomBytes } from 'node:crypto';
import { link, lstat, open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { BuilderError, quoted, systemCode, systemReason } from './hashing/errors.ts';

/** Whether something stands in the way of a new file at `path`. */
export async function isTaken(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}

/** How a `.torrent` file is written. */
export interface WriteOptions {
  /** Takes the place of what is there. */
  readonly overwrite?: boolean | undefined;
  /** Permissions of the file; left out: those of any new file. */
  readonly mode?: number | undefined;
}

/**
 * Writes a file beside its place and then moves it there, so that nobody ever sees half of it.
 * @throws {BuilderError} ERR_OUTPUT_EXISTS when something is there already and `overwrite` is not set; ERR_OUTPUT when the folder is
 *   missing, without rights or full; nothing is left behind.
 */
export async function writeTorrentFile(
  path: string,
  bytes: Uint8Array,
  options: WriteOptions = {},
): Promise<void> {
  // Of the name a part that is short in every script: 60 characters are 180 bytes at most, and 255 are all that fit.
  const beside = join(
    dirname(path),
    `.${basename(path).slice(0, 60)}.${randomBytes(6).toString('hex')}.part`,
  );
  try {
    if (options.overwrite === true) await refuseDevice(path);
    await writeDurably(beside, bytes, options.mode);
    if (options.overwrite === true) await rename(beside, path);
    else await moveToFreePlace(beside, path);
  } catch (error) {
    throw outputError(path, error);
  } finally {
    await rm(beside, { force: true }).catch(() => {}); // there is none where it could not be written
  }
}

/**
 * Taking the place of `/dev/null` would leave the system without it; only root can, and root should not.
 * @throws {BuilderError} ERR_OUTPUT.
 */
export async function refuseDevice(path: string): Promise<void> {
  const found = await lstat(path).catch(() => undefined);
  if (found === undefined || found.isFile() || found.isSymbolicLink() || found.isDirectory()) return;
  throw new BuilderError(
    'ERR_OUTPUT',
    `${quoted(path)} cannot be written: it is a device or pipe, not a file`,
    {
      path,
    },
  );
}

async function writeDurably(path: string, bytes: Uint8Array, mode: number | undefined): Promise<void> {
  const file = await open(path, 'wx');
  try {
    await file.writeFile(bytes);
    if (mode !== undefined) await file.chmod(mode & 0o7777); // without what umask would take
    await file.sync();
  } finally {
    await file.close();
  }
}

/** A link, unlike a rename, fails when something is there. Where the file system has no links, looking first must do. */
async function moveToFreePlace(from: string, to: string): Promise<void> {
  try {
    await link(from, to);
  } catch (error) {
    if (systemCode(error) === 'EEXIST' || (await isTaken(to))) throw existsError(to);
    await rename(from, to);
  }
}

/** The error for an output that is there already. */
export function existsError(path: string): BuilderError {
  return new BuilderError('ERR_OUTPUT_EXISTS', `${quoted(path)} exists already`, { path });
}

function outputError(path: string, cause: unknown): BuilderError {
  if (cause instanceof BuilderError) return cause;
  const why =
    systemCode(cause) === 'ENOENT'
      ? `the folder ${quoted(dirname(path))} does not exist`
      : systemReason(cause);
  return new BuilderError('ERR_OUTPUT', `${quoted(path)} cannot be written: ${why}`, { path, cause });
}
