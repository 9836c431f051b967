import * as fs from 'node:fs/promises';
import { isThere } from './is-there.ts';

/** File systems without hard links say one of these. */
const NO_LINKS: ReadonlySet<string | undefined> = new Set([
  'EPERM',
  'ENOTSUP',
  'EOPNOTSUPP',
  'ENOSYS',
  'EMLINK',
]);

/**
 * Gives a file another name in one step, and never takes the name from another: a hard link fails where something stands, while a rename
 * writes over it. Where there are no hard links the place is looked at before.
 * @param onRenamed called when it has the new name; with hard links it has the old one as well until this returns.
 * @throws the system's error; EEXIST when something has the name.
 */
export async function renameNew(from: string, to: string, onRenamed: () => void = () => {}): Promise<void> {
  try {
    await fs.link(from, to);
  } catch (error) {
    if (!NO_LINKS.has((error as NodeJS.ErrnoException).code)) throw error;
    if (await isThere(to)) throw Object.assign(new Error(`${to} is there`), { code: 'EEXIST' });
    await fs.rename(from, to);
    return onRenamed();
  }
  onRenamed();
  await fs.unlink(from);
}
