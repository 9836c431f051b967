import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { CliError } from '../exit.ts';
import { readTorrentFile } from '../read-torrent.ts';
import type { ImportItem } from './import-item.ts';

/** The `.torrent` files of a folder and of those below it; seeded where `dataFolder` has what they are called. */
export async function* fromFolder(
  folder: string,
  dataFolder: string | undefined,
): AsyncGenerator<ImportItem> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(
    (cause: NodeJS.ErrnoException) => {
      throw new CliError(`${folder} cannot be read as a folder (${cause.code})`, 1, { cause });
    },
  );
  const paths = entries
    .filter((entry) => !entry.isDirectory() && entry.name.endsWith('.torrent'))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  for (const path of paths) yield await itemOf(path, dataFolder);
}

async function itemOf(path: string, dataFolder: string | undefined): Promise<ImportItem> {
  try {
    const { bytes, metainfo } = await readTorrentFile(path);
    const dataPath = dataFolder === undefined ? null : resolve(dataFolder, metainfo.info.name);
    const hasData = dataPath !== null && existsSync(dataPath);
    return { kind: 'torrent', torrent: bytes, dataPath: hasData ? dataPath : null, label: path };
  } catch (error) {
    return { kind: 'bad', what: path, why: (error as Error).message };
  }
}
