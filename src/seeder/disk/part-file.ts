import * as fs from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type InfoHash, infoHashToHex } from '../../bittorrent/info-hash.ts';
import type { Info } from '../../bittorrent/metainfo/metainfo.ts';
import { type FoundFile, lookAtFile, makeFile, occupied, SAFE_FLAGS } from './prepare-files.ts';
import { renameNew } from './rename-new.ts';
import type { StoredFile } from './storage-layout.ts';
import { unwritable } from './torrent-writer.ts';

/** Bytes that are copied at once. */
const COPY_BYTES = 1024 * 1024;

/**
 * The part file of a torrent: what pieces of wanted files brought of files that are not wanted. A sparse file as long as the torrent, in
 * which each byte lies where it lies in the torrent's data, so that no index can be wrong after a crash; it takes as much of the
 * disk as those pieces. It lies in the torrent's folder; a torrent of one file has none.
 */
export class PartFile {
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  readonly #unpackPath: string;

  constructor(info: Info, infoHash: InfoHash, dataPath: string) {
    const folder = info.isMultiFile ? dataPath : dirname(dataPath);
    this.path = join(folder, `.seedbed-parts-${infoHashToHex(infoHash)}`);
    this.#unpackPath = join(folder, `.seedbed-unpack-${infoHashToHex(infoHash)}`);
    this.size = info.length;
  }

  /** How it lies there; undefined when it does not. @throws {SeederError} ERR_TARGET_OCCUPIED, ERR_STORAGE_UNWRITABLE. */
  look(): Promise<FoundFile | undefined> {
    return lookAtFile({ path: this.path, length: this.size });
  }

  /** A file of the torrent as it lies in the part file. */
  placeOf({ length, offset, isPadding }: StoredFile, isAbsent: boolean): StoredFile {
    return {
      path: this.path,
      length,
      offset,
      isPadding,
      parted: { start: offset, size: this.size, isAbsent },
    };
  }

  /** Makes it when it is missing. Its folder is there. @throws {SeederError} ERR_STORAGE_*, ERR_TARGET_OCCUPIED. */
  make(found: FoundFile | undefined): Promise<void> {
    return found?.size === this.size ? Promise.resolve() : makeFile({ path: this.path, length: this.size });
  }

  /**
   * Makes the file of which bytes lie in the part file, whole or not at all. Its folder is there.
   * @param ranges of the file, in bytes, that are good in the part file.
   * @throws {SeederError} ERR_STORAGE_*; ERR_TARGET_OCCUPIED when something came into its place; the signal's reason.
   */
  async unpack(
    file: StoredFile,
    ranges: readonly { readonly start: number; readonly length: number }[],
    signal: AbortSignal,
  ): Promise<void> {
    try {
      await fs.rm(this.#unpackPath, { force: true }); // of a run that was cut short
      {
        await using from = await fs.open(this.path, fs.constants.O_RDONLY | SAFE_FLAGS);
        await using to = await fs.open(this.#unpackPath, 'wx');
        await to.truncate(file.length);
        for (const { start, length } of ranges)
          await copyRange({ from, to, at: file.offset + start, start, length, signal });
        await to.sync();
      }
      await renameNew(this.#unpackPath, file.path);
    } catch (error) {
      await fs.rm(this.#unpackPath, { force: true }).catch(() => {}); // the error before counts
      signal.throwIfAborted();
      if ((error as NodeJS.ErrnoException).code === 'EEXIST')
        throw occupied(file.path, 'came there meanwhile');
      throw unwritable(file.path, error);
    }
  }

  /** Removes it: nothing in it is needed any more. Never throws. */
  async remove(): Promise<void> {
    await fs.rm(this.path, { force: true }).catch(() => {}); // what stays is looked at again at the next check
  }
}

interface CopyOptions {
  readonly from: fs.FileHandle;
  readonly to: fs.FileHandle;
  /** Where the bytes begin in the one and in the other. */
  readonly at: number;
  readonly start: number;
  readonly length: number;
  readonly signal: AbortSignal;
}

async function copyRange({ from, to, at, start, length, signal }: CopyOptions): Promise<void> {
  const buffer = Buffer.allocUnsafe(Math.min(COPY_BYTES, length));
  for (let done = 0; done < length; ) {
    signal.throwIfAborted();
    const { bytesRead } = await from.read(buffer, 0, Math.min(buffer.length, length - done), at + done);
    if (bytesRead === 0) throw new Error('the part file is shorter than it was');
    for (let written = 0; written < bytesRead; )
      written += (await to.write(buffer, written, bytesRead - written, start + done + written)).bytesWritten;
    done += bytesRead;
  }
}
