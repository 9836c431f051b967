import type { HashFile } from '../../builder/hashing/data-layout.ts';
import type { StoredFile } from '../disk/storage-layout.ts';

/** The files of a torrent as the hashing threads read them: a pad file has no path (BEP 47), and one that is not wanted lies in the part file. */
export function hashFilesOf(places: readonly StoredFile[]): HashFile[] {
  return places.map(({ path, length, isPadding, parted }) => ({
    path: isPadding ? undefined : path,
    length,
    ...(parted !== undefined && { within: { start: parted.start, size: parted.size } }),
  }));
}
