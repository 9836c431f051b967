import { execFile } from 'node:child_process';
import fs from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { TorrentStorage } from '../../src/seeder/disk/torrent-storage.ts';
import { type CleanupOwner, cleanup } from './scope.ts';
import { makeTempFolder } from './temp-folder.ts';

/** A disk whose reads hang. */
export interface HangingDisk {
  /** Reads that have begun and hang. */
  readonly hanging: () => number;
  /** Lets all go on, those to come too. */
  readonly release: () => void;
}

/**
 * Makes every read of a storage hang first, in a thread of Node's pool, as one of a disk that does not answer does: it waits for a byte of a pipe.
 */
export async function hangReads(owner: CleanupOwner, storage: TorrentStorage): Promise<HangingDisk> {
  const pipe = join(await makeTempFolder(owner), 'pipe');
  await promisify(execFile)('mkfifo', [pipe]);
  const fd = fs.openSync(pipe, 'r+'); // for writing too: so that it opens at once
  let hanging = 0;
  let isReleased = false;
  const read = storage.read.bind(storage);
  const slowRead: TorrentStorage['read'] = (buffer, offset, length, callback) => {
    if (isReleased) return read(buffer, offset, length, callback);
    hanging++;
    fs.read(fd, Buffer.alloc(1), 0, 1, null, () => {
      hanging--;
      read(buffer, offset, length, callback);
    });
  };
  Object.defineProperty(storage, 'read', { value: slowRead });
  const release = (): void => {
    isReleased = true;
    if (hanging > 0) fs.writeSync(fd, Buffer.alloc(hanging));
  };
  cleanup(owner, () => {
    release();
    fs.closeSync(fd);
  });
  return { hanging: () => hanging, release };
}
