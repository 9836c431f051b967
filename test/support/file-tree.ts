import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { CleanupOwner } from './scope.ts';
import { makeTempFolder } from './temp-folder.ts';

/** A fresh folder named `content` with these files, each holding its own path. A path that ends in a slash is an empty folder. */
export async function makeTree(owner: CleanupOwner, ...paths: readonly string[]): Promise<string> {
  const folder = join(await makeTempFolder(owner), 'content');
  await mkdir(folder);
  for (const path of paths) {
    await mkdir(path.endsWith('/') ? join(folder, path) : dirname(join(folder, path)), { recursive: true });
    if (!path.endsWith('/')) await writeFile(join(folder, path), path);
  }
  return folder;
}
