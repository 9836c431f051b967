import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CleanupOwner, cleanup } from './scope.ts';

/** A fresh folder, removed with all that lies in it when the owner ends. */
export async function makeTempFolder(owner: CleanupOwner, prefix = 'seedbed-test-'): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), prefix));
  cleanup(owner, () => rm(folder, { recursive: true, force: true, maxRetries: 3 }));
  return folder;
}
