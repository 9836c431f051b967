import { resolve } from 'node:path';
import type { InfoHash } from '../bittorrent/info-hash.ts';
import { storedFileOf } from '../builder/create/layout.ts';
import { createTorrent } from '../builder/create-torrent.ts';
import type { CreateTorrentOptions } from '../builder/options.ts';
import { stampFiles } from '../seeder/torrents/file-stamps.ts';
import { resumeOfMade } from '../seeder/torrents/resume.ts';
import type { Publication } from './catalogue-types.ts';

/** What was made of a file or folder, ready to be published. */
export interface MadePublication extends Publication {
  readonly infoHash: InfoHash;
  readonly dataPath: string;
  readonly resume: string;
  /** Absolute paths of the files that were read. */
  readonly files: readonly string[];
}

/**
 * Makes the torrent of a file or folder, with the record of the data that was hashed: the seed node checks only what was changed since.
 * @throws {BuilderError} for what cannot become a torrent; {@link SeederError} ERR_STORAGE_* when a file changes meanwhile; the signal's reason.
 */
export async function makePublication(path: string, options: CreateTorrentOptions): Promise<MadePublication> {
  const dataPath = resolve(path);
  let stamps: Awaited<ReturnType<typeof stampFiles>> = [];
  const { torrent, metainfo, files } = await createTorrent(dataPath, {
    ...options,
    onListed: async (listed) => {
      stamps = await stampFiles(listed.map(storedFileOf), options.signal);
    },
  });
  return { infoHash: metainfo.infoHash, torrent, dataPath, resume: resumeOfMade(metainfo, stamps), files };
}
