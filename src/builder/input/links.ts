import { readlink, stat } from 'node:fs/promises';
import { dirname, isAbsolute, relative, resolve, sep } from 'node:path';
import { BuilderError, quoted, readError, systemCode } from '../hashing/errors.ts';
import type { ListedFile } from './listed-file.ts';

/** A path that was given, and where it lies in the torrent. */
export interface PlacedRoot {
  readonly absolutePath: string;
  readonly path: readonly string[];
}

/** Links that one may lead through: as many as Linux takes. */
const MAX_HOPS = 40;

/** The error for a link that is followed and leads to nothing. */
export function danglingLink(link: string, cause: unknown): BuilderError {
  const code = systemCode(cause);
  if (code !== 'ENOENT' && code !== 'ELOOP' && code !== 'ENOTDIR') return readError(link, cause);
  return new BuilderError('ERR_FILE_MISSING', `the link ${quoted(link)} points to nothing`, {
    path: link,
    cause,
  });
}

/**
 * What a link that is kept points to, as a path of the torrent (BEP 47). Whether that is listed is only known at the end.
 * @throws {BuilderError} ERR_INPUT for an absolute target, one outside the paths that were given, and one that does not exist.
 */
export async function keptTarget(link: string, roots: readonly PlacedRoot[]): Promise<string[]> {
  const text = await readlink(link).catch((error: unknown) => {
    throw readError(link, error);
  });
  if (isAbsolute(text)) throw cannotKeep(link, text, 'which is an absolute path');
  const target = resolve(dirname(link), text);
  if (!(await isSameFile(link, target)))
    throw cannotKeep(link, text, 'which leads to nothing, or not where it reads');
  for (const root of roots) {
    if (target !== root.absolutePath && !target.startsWith(withSeparator(root.absolutePath))) continue;
    const below = relative(root.absolutePath, target);
    const path = below === '' ? root.path : [...root.path, ...below.split(sep)];
    if (path.length > 0) return [...path];
  }
  throw cannotKeep(link, text, 'which is not a part of the torrent');
}

/**
 * Makes sure that every link leads to a file or folder of the list, itself or through other links.
 * @throws {BuilderError} ERR_INPUT for one that does not.
 */
export function refuseBrokenLinks(files: readonly ListedFile[]): void {
  const links = files.filter((file) => file.linkTarget !== undefined);
  if (links.length === 0) return;
  const listed = new Map<string, ListedFile | undefined>(); // a folder has its path only
  for (const file of files)
    for (let end = file.path.length; end > 0; end--) {
      const key = file.path.slice(0, end).join('/');
      if (listed.has(key)) break;
      listed.set(key, end === file.path.length ? file : undefined);
    }
  for (const { absolutePath, linkTarget = [] } of links)
    if (!leadsToListed(linkTarget, listed))
      throw cannotKeep(absolutePath, linkTarget.join('/'), 'which is left out of the torrent');
}

function leadsToListed(
  target: readonly string[],
  listed: ReadonlyMap<string, ListedFile | undefined>,
): boolean {
  let path = target;
  for (let hops = 0; hops < MAX_HOPS; hops++) {
    const end = path.findIndex((_name, index) => {
      const key = path.slice(0, index + 1).join('/');
      return !listed.has(key) || listed.get(key)?.linkTarget !== undefined;
    });
    if (end === -1) return true;
    const link = listed.get(path.slice(0, end + 1).join('/'));
    if (link?.linkTarget === undefined) return false;
    path = [...link.linkTarget, ...path.slice(end + 1)];
  }
  return false;
}

/** Whether both lead to the same thing, and to any: `..` behind a link makes the path as it reads another than the way it takes. */
async function isSameFile(link: string, target: string): Promise<boolean> {
  try {
    const [a, b] = await Promise.all([stat(link), stat(target)]);
    return a.dev === b.dev && a.ino === b.ino;
  } catch (error) {
    const code = systemCode(error);
    if (code === 'ENOENT' || code === 'ELOOP' || code === 'ENOTDIR') return false;
    throw readError(link, error);
  }
}

function cannotKeep(link: string, target: string, why: string): BuilderError {
  return new BuilderError(
    'ERR_INPUT',
    `the link ${quoted(link)} cannot be kept: it points to ${quoted(target)}, ${why} (follow or skip links, or exclude it)`,
    { path: link },
  );
}

function withSeparator(path: string): string {
  return path.endsWith(sep) ? path : path + sep;
}
