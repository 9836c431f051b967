import { dirname } from 'node:path';
import type { Disk } from '../disk/disk.ts';

/** The number of the disk on which a path lies, or is to lie; undefined when that cannot be told. Never rejects. */
export async function deviceOf(disk: Disk, path: string): Promise<bigint | undefined> {
  return (await lookAt(disk, path)) ?? lookAt(disk, dirname(path));
}

function lookAt(disk: Disk, path: string): Promise<bigint | undefined> {
  return new Promise((resolve) => disk.lookAt(path, (_error, stat) => resolve(stat?.dev)));
}
