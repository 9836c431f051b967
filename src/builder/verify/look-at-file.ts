import type { Stats } from 'node:fs';
import { lstat, readlink, realpath, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { TorrentFile } from '../../bittorrent/metainfo/metainfo.ts';
import { quoted, systemCode, systemReason } from '../hashing/errors.ts';
import type { FileState } from './result.ts';

/** What can be said of a file without reading it. */
export interface FileLook {
  readonly state: FileState;
  readonly reason?: string;
  /** Bytes from its beginning on that are there, up to the length it should have. */
  readonly presentBytes: number;
}

/** Looks at a file of a torrent below `root`. Never throws. */
export async function lookAtFile(root: string, file: TorrentFile): Promise<FileLook> {
  const path = join(root, ...file.path);
  try {
    if (file.linkTarget !== undefined) return await lookAtLink(root, path, file.linkTarget);
    return judgeFile(await stat(path), file.length);
  } catch (error) {
    return absent(error);
  }
}

function judgeFile(found: Stats, length: number): FileLook {
  if (!found.isFile()) return { state: 'kind', reason: 'it is not a file', presentBytes: 0 };
  if (found.size === length) return { state: 'ok', presentBytes: length };
  const reason = `it has ${found.size} bytes where ${length} were expected`;
  return { state: 'size', reason, presentBytes: Math.min(found.size, length) };
}

/** BEP 47: the target is a path of the torrent; on disk it may be spelled from the link's folder, or absolute. */
async function lookAtLink(root: string, path: string, target: readonly string[]): Promise<FileLook> {
  const found = await lstat(path);
  if (!found.isSymbolicLink()) return { state: 'kind', reason: 'it is not a symbolic link', presentBytes: 0 };
  const wanted = join(root, ...target);
  const spelled = await readlink(path);
  if (resolve(dirname(path), spelled) === wanted || (await isSamePlace(path, wanted)))
    return { state: 'ok', presentBytes: 0 };
  const reason = `it points to ${quoted(spelled)} instead of ${quoted(target.join('/'))}`;
  return { state: 'link', reason, presentBytes: 0 };
}

/** Whether two paths lead to the same place, where folders on the way are links themselves. */
async function isSamePlace(a: string, b: string): Promise<boolean> {
  const [realA, realB] = await Promise.all([a, b].map((path) => realpath(path).catch(() => undefined)));
  return realA !== undefined && realA === realB;
}

function absent(error: unknown): FileLook {
  const code = systemCode(error);
  if (code === 'ENOENT' || code === 'ENOTDIR')
    return { state: 'missing', reason: 'it does not exist', presentBytes: 0 };
  return { state: 'unreadable', reason: `it cannot be read: ${systemReason(error)}`, presentBytes: 0 };
}
