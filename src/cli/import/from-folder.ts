import { existsSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { readMetainfo } from '../../builder/read-metainfo.ts';
import { CliError } from '../exit.ts';
import type { ImportItem } from './import-item.ts';

/** The `.torrent` files of a folder and of those below it; seeded where `dataFolder` has what they are called. */
export async function* fromFolder(
  folder: string,
  dataFolder: string | undefined,
): AsyncGenerator<ImportItem> {
  for await (const path of torrentFiles(folder)) yield await itemOf(path, dataFolder);
}

/** Regular files, and links to such; links to folders are not followed, since they may lead round in a circle. */
async function* torrentFiles(folder: string): AsyncGenerator<string> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((cause: NodeJS.ErrnoException) => {
    throw new CliError(`${folder} cannot be read as a folder (${cause.code})`, 1, { cause });
  });
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* torrentFiles(path);
    else if (entry.name.endsWith('.torrent') && (entry.isFile() || (await leadsToFile(path)))) yield path;
  }
}

async function leadsToFile(path: string): Promise<boolean> {
  const stats = await stat(path).catch(() => undefined); // a link that leads nowhere
  return stats?.isFile() === true;
}

async function itemOf(path: string, dataFolder: string | undefined): Promise<ImportItem> {
  try {
    const { bytes, metainfo } = await readMetainfo(path);
    const dataPath = dataFolder === undefined ? null : resolve(dataFolder, metainfo.info.name);
    const hasData = dataPath !== null && existsSync(dataPath);
    return { kind: 'torrent', torrent: bytes, dataPath: hasData ? dataPath : null, label: path };
  } catch (error) {
    return { kind: 'bad', what: path, why: (error as Error).message };
  }
}
