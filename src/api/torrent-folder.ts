import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { bytesEqual } from '../bittorrent/hex.ts';
import { type InfoHash, infoHashToHex } from '../bittorrent/info-hash.ts';

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

  /** Writes beside and renames, so that nobody ever sees half a file. An equal file is left as it is. */
  async write(infoHash: InfoHash, bytes: Uint8Array): Promise<void> {
    const path = this.pathOf(infoHash);
    const present = await readFile(path).catch(() => undefined); // missing or unreadable: written afresh
    if (present !== undefined && bytesEqual(present, bytes)) return;
    await mkdir(this.#folder, { recursive: true });
    const beside = `${path}.${process.pid}.tmp`;
    try {
      await writeFile(beside, bytes);
      await rename(beside, path);
    } catch (error) {
      await rm(beside, { force: true });
      throw error;
    }
  }

  /** Deletes the file of a torrent, if there is one. */
  async remove(infoHash: InfoHash): Promise<void> {
    await rm(this.pathOf(infoHash), { force: true });
  }
}
