import type { Dirent } from 'node:fs';
import { opendir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Info } from '../../bittorrent/metainfo/metainfo.ts';
import { BuilderError, quoted, readError } from '../hashing/errors.ts';

/** Entries of folders that are looked at, and how deep. */
const MAX_ENTRIES = 2_000_000;
const MAX_DEPTH = 100;

/**
 * The files below `root` that the torrent does not have, sorted, with slashes. Links are named and not followed; folders count for
 * what is in them. A single-file torrent has no folder, so nothing is extra.
 * @throws {BuilderError} ERR_FILE_UNREADABLE for a folder that cannot be read; ERR_INPUT for one with too much in it.
 */
export async function findExtraFiles(info: Info, root: string, signal?: AbortSignal): Promise<string[]> {
  if (!info.isMultiFile) return [];
  const known = new Set(info.files.filter(({ isPadding }) => !isPadding).map(({ path }) => path.join('/')));
  const extra: string[] = [];
  let entries = 0;
  const enter = async (folder: readonly string[]): Promise<void> => {
    if (folder.length > MAX_DEPTH) throw tooMuch(root, `is deeper than ${MAX_DEPTH} folders`);
    const below: (readonly string[])[] = [];
    for await (const entry of entriesOf(join(root, ...folder))) {
      signal?.throwIfAborted();
      if (++entries > MAX_ENTRIES) throw tooMuch(root, `has more than ${MAX_ENTRIES} entries`);
      const path = [...folder, entry.name];
      if (entry.isDirectory()) below.push(path);
      else if (!known.has(path.join('/'))) extra.push(path.join('/'));
    }
    for (const path of below) await enter(path);
  };
  await enter([]);
  return extra.sort();
}

async function* entriesOf(folder: string): AsyncGenerator<Dirent> {
  try {
    yield* await opendir(folder);
  } catch (error) {
    throw readError(folder, error);
  }
}

function tooMuch(path: string, what: string): BuilderError {
  return new BuilderError('ERR_INPUT', `${quoted(path)} ${what}`, { path });
}
