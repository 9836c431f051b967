import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { type CleanupOwner, cleanup } from './scope.ts';
import { makeTempFolder } from './temp-folder.ts';

/** Why a test is skipped where {@link mountDisk} gives nothing. */
export const NO_MOUNT = 'a file system cannot be mounted here: it takes root';

/** A file system of its own in memory, by options such as `size=4m` or `ro`; undefined where we may not mount. */
export async function mountDisk(owner: CleanupOwner, options: string): Promise<string | undefined> {
  const folder = await makeTempFolder(owner);
  const run = promisify(execFile);
  const isMounted = await run('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', folder]).then(
    () => true,
    () => false,
  );
  if (isMounted) cleanup(owner, () => run('umount', ['--lazy', folder]).then(() => {}));
  return isMounted ? folder : undefined;
}

/** Changes the options of a file system that {@link mountDisk} has mounted. */
export async function remount(folder: string, options: string): Promise<void> {
  await promisify(execFile)('mount', ['-o', `remount,${options}`, folder]);
}
