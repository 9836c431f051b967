import { access, constants, lstat, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { systemReason } from '../builder/hashing/errors.ts';
import { existsError, isTaken, refuseDevice } from '../builder/write-torrent.ts';
import { CliError, usageError } from './exit.ts';

/** What the command line says of the `.torrent` file that is to be written. */
export interface OutputFlags {
  /** A file, or the folder for it; this folder by default. */
  readonly output?: string;
  /** Overwrites what is there. */
  readonly force?: true;
  /** The name in the torrent; by default that of the path. */
  readonly name?: string;
}

/**
 * Where the `.torrent` file of `path` is to be written. Asked before anything is hashed or published.
 * @throws {BuilderError} ERR_OUTPUT_EXISTS when something is there, and `force` is not set; ERR_OUTPUT for a device.
 * @throws {CliError} when the folder is missing, or nothing can be written there.
 */
export async function outputPathFor(path: string, { output, force, name }: OutputFlags): Promise<string> {
  if (output === '') throw usageError('the name of the output is empty');
  const fileName = `${name ?? basename(resolve(path))}.torrent`;
  const isFolder = output === undefined || (await isDirectory(output));
  const place = resolve(isFolder ? join(output ?? '.', fileName) : output);
  if (!(await isDirectory(dirname(place))))
    throw new CliError(`${JSON.stringify(place)} cannot be written: the folder does not exist`);
  await access(dirname(place), constants.W_OK).catch((cause: unknown) => {
    throw new CliError(`${JSON.stringify(place)} cannot be written: ${systemReason(cause)}`);
  });
  if (force === true) await refuseDevice(place);
  else if (await isTaken(place)) throw existsError(place);
  return place;
}

/**
 * Refuses to write over what is published, by whatever path it is named.
 * @throws {CliError} when `output` is one of the files.
 */
export async function refuseOwnContent(output: string, files: readonly string[]): Promise<void> {
  const taken = await lstat(output).catch(() => undefined);
  if (taken === undefined) return;
  for (const file of files) {
    const found = await stat(file).catch(() => undefined); // what vanished since it was hashed cannot be overwritten
    if (file === output || (found?.dev === taken.dev && found.ino === taken.ino))
      throw new CliError(`${JSON.stringify(output)} is one of the files of the torrent: write it elsewhere`);
  }
}

async function isDirectory(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}
