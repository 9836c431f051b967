import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CleanupOwner, cleanup } from './scope.ts';

const SHARED = '/dev/shm';

/** A fresh folder on another file system than that of temporary folders; undefined where there is none. */
export async function foreignFolder(owner: CleanupOwner): Promise<string | undefined> {
  const [here, there] = await Promise.all(
    [tmpdir(), SHARED].map((path) => stat(path).catch(() => undefined)),
  );
  if (there === undefined || here?.dev === there.dev) return undefined;
  const folder = await mkdtemp(join(SHARED, 'seedbed-test-'));
  cleanup(owner, () => rm(folder, { recursive: true, force: true }));
  return folder;
}
