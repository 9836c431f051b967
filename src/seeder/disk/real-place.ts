import { realpath } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';

/** A path with the links of all that exists of it followed; what does not exist yet is where it would be made. */
export async function realPlaceOf(path: string): Promise<string> {
  const absolute = resolve(path);
  try {
    return await realpath(absolute);
  } catch {
    const folder = dirname(absolute);
    return folder === absolute ? absolute : join(await realPlaceOf(folder), basename(absolute));
  }
}
