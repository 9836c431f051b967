import { lstat } from 'node:fs/promises';

/** Whether anything lies at a path, a link that leads nowhere too. What cannot be looked at is not there. */
export async function isThere(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}
