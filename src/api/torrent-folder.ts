import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { bytesEqual } from '../bittorrent/hex.ts';
import { type InfoHash, infoHashToHex } from '../bittorrent/info-hash.ts';
import { dataFileError, writeDataFile } from './data-file.ts';

/** The folder in which the `.torrent` files of published torrents lie, named by info-hash, for people to copy. */
export class TorrentFolder {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Where the file of a torrent lies, or would lie. */
  pathOf(infoHash: InfoHash): string {
    return join(this.#folder, `${infoHashToHex(infoHash)}.torrent`);
  }

  /**
   * Writes the file of a torrent; an equal one is left as it is.
   * @throws {CatalogueError} ERR_DATA_FILE when it cannot be written; nothing is left of it then.
   */
  async write(infoHash: InfoHash, bytes: Uint8Array): Promise<void> {
    const path = this.pathOf(infoHash);
    const present = await readFile(path).catch(() => undefined); // missing or unreadable: written afresh
    if (present !== undefined && bytesEqual(present, bytes)) return;
    await mkdir(this.#folder, { recursive: true }).catch((error: unknown) => {
      throw dataFileError(this.#folder, error);
    });
    await writeDataFile(path, bytes);
  }

  /** Deletes the file of a torrent, if there is one. */
  async remove(infoHash: InfoHash): Promise<void> {
    await rm(this.pathOf(infoHash), { force: true });
  }
}
