import { quoted } from '../text.ts';
import type { TorrentFile } from './metainfo.ts';
import { metainfoError } from './names.ts';

/** Sorts before every character of a name, so a file is followed at once by what would lie below it. */
const SEPARATOR = '\u0000';

/**
 * No path may come twice, nor be a file in one place and a folder in another. Pad files are never on disk, so they may. Names are held
 * against one another as they were read: two spellings of one name collide.
 * @throws {ProtocolError} ERR_METAINFO.
 */
export function refuseCollisions(files: readonly Pick<TorrentFile, 'path' | 'isPadding'>[]): void {
  const paths = files.filter((file) => !file.isPadding).map((file) => file.path.join(SEPARATOR));
  paths.sort();
  for (let i = 1; i < paths.length; i++) {
    const before = paths[i - 1] as string; // 0 <= i - 1 < paths.length
    const path = paths[i] as string; // the same
    if (!path.startsWith(before)) continue;
    const name = quoted(before.replaceAll(SEPARATOR, '/'));
    if (path === before) throw metainfoError(`the path ${name} is listed twice`, 'path');
    if (path[before.length] === SEPARATOR)
      throw metainfoError(`the path ${name} is both a file and a folder`, 'path');
  }
}
