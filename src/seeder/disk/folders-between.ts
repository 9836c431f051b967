import { dirname, join, relative, sep } from 'node:path';

/** The folders below `target` in which a file lies, outermost first. */
export function foldersBetween(target: string, path: string): string[] {
  const names = relative(target, dirname(path))
    .split(sep)
    .filter((name) => name !== '');
  return names.map((_name, at) => join(target, ...names.slice(0, at + 1)));
}
