import { mkdtemp, rm, statfs } from 'node:fs/promises';
import { freemem, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Scope } from '../../test/support/scope.ts';

/**
 * A folder for `bytes` of test data that is removed at the end: in memory where there is room for it twice over, so that no
 * disk writes in the background while something is measured.
 */
export async function makeFastFolder(scope: Scope, bytes: number): Promise<string> {
  const parent = (await hasRoom('/dev/shm', bytes)) ? '/dev/shm' : tmpdir();
  const folder = await mkdtemp(join(parent, 'seedbed-bench-'));
  scope.after(() => rm(folder, { recursive: true, force: true, maxRetries: 3 }));
  return folder;
}

async function hasRoom(path: string, bytes: number): Promise<boolean> {
  try {
    const { bavail, bsize } = await statfs(path);
    return bavail * bsize > 2 * bytes && freemem() > 2 * bytes;
  } catch {
    return false;
  }
}
