import { promises as fs } from 'node:fs';
import { join } from 'node:path';
import type { Logger } from 'pino';
import { ProtocolError } from '../../bittorrent/errors.ts';
import { MAX_METAINFO_BYTES } from '../../bittorrent/metainfo/parse.ts';
import { SeederError, type SeederErrorCode } from '../../seeder/errors.ts';
import { listFolder } from './list-folder.ts';
import { Refusals } from './refusals.ts';
import { Settling } from './settling.ts';

/** Magnet links wait for peers, minutes each. */
const MAX_UNDER_WAY = 8;
/** The longest link in a `.magnet` file. */
const MAX_LINK_BYTES = 64 * 1024;
/** Names that are tried when a name is taken. */
const MAX_SAME_NAMES = 1000;

/** What will never become a mirror, however often it is tried. */
const FINAL: ReadonlySet<SeederErrorCode> = new Set(['ERR_NO_HASHES', 'ERR_PIECE_LENGTH']);

/** What a folder of torrents is watched with. */
export interface TorrentDropOptions {
  /** An absolute path. */
  readonly folder: string;
  /** What has not changed for so long is complete. */
  readonly settleMs: number;
  readonly nowMs: () => number;
  /** Has a torrent fetched: the bytes of a `.torrent` file, or a magnet link. */
  readonly mirror: (source: Uint8Array | string, signal: AbortSignal) => Promise<void>;
  readonly logger: Pick<Logger, 'info' | 'warn'>;
}

/** A file that is not what its name says. */
class InvalidDrop extends Error {
  override readonly name = 'InvalidDrop';
}

/**
 * A folder into which people drop `.torrent` files, and `.magnet` files with a link in them: each is mirrored and then named `.added`,
 * or `.invalid` when nothing can come of it. What fails for another reason is tried again, more and more seldom.
 */
export class TorrentDrop {
  readonly #options: TorrentDropOptions;
  readonly #settling: Settling;
  readonly #refusals: Refusals;
  readonly #underWay = new Map<string, Promise<void>>();

  constructor(options: TorrentDropOptions) {
    this.#options = options;
    this.#settling = new Settling(options.settleMs, options.nowMs);
    this.#refusals = new Refusals(options.nowMs);
  }

  /**
   * Looks at the folder once; what is there is taken while it goes on.
   * @throws {Error} the system's, when the folder is missing or cannot be read; the signal's reason.
   */
  async look(signal: AbortSignal): Promise<void> {
    const { names } = await listFolder(this.#options.folder, signal);
    for (const name of names) {
      if (!/^[^.].*\.(?:torrent|magnet)$/i.test(name) || this.#underWay.has(name)) continue;
      if (this.#underWay.size >= MAX_UNDER_WAY) break;
      const print = await this.#printOf(name);
      if (print === undefined || !this.#settling.isSettled(name, print) || this.#refusals.has(name, print))
        continue;
      this.#underWay.set(
        name,
        this.#take(name, print, signal).finally(() => this.#underWay.delete(name)),
      );
    }
    this.#settling.keepOnly(names);
    this.#refusals.keepOnly(names);
  }

  /** Resolves when nothing is under way. Never rejects. */
  async taken(): Promise<void> {
    await Promise.all(this.#underWay.values());
  }

  async #printOf(name: string): Promise<string | undefined> {
    const stat = await fs.lstat(this.#place(name), { bigint: true }).catch(() => undefined); // gone meanwhile
    return stat?.isFile() === true && stat.size > 0n ? `${stat.size} ${stat.mtimeNs} ${stat.ino}` : undefined;
  }

  async #take(name: string, print: string, signal: AbortSignal): Promise<void> {
    const { folder, logger } = this.#options;
    try {
      await this.#options.mirror(await this.#sourceOf(name), signal);
      await this.#rename(name, 'added');
      logger.info({ folder, name }, 'a torrent from a watched folder is mirrored');
    } catch (error) {
      if (!signal.aborted) await this.#refuse(name, print, error);
    }
  }

  async #refuse(name: string, print: string, error: unknown): Promise<void> {
    const { folder, logger } = this.#options;
    const { message } = error as Error; // all that is called throws Errors; none holds a link, which may bear a passkey
    if (this.#refusals.add(name, print, message))
      logger.warn({ folder, name, reason: message }, 'a torrent in a watched folder cannot be mirrored');
    if (!isFinal(error)) return;
    await this.#rename(name, 'invalid').catch((cause: unknown) => {
      logger.warn({ folder, name, reason: (cause as Error).message }, 'nor can it be renamed');
    });
  }

  async #sourceOf(name: string): Promise<Uint8Array | string> {
    const path = this.#place(name);
    const isMagnet = /\.magnet$/i.test(name);
    const { size } = await fs.lstat(path);
    if (size > (isMagnet ? MAX_LINK_BYTES : MAX_METAINFO_BYTES))
      throw new InvalidDrop(`it has ${size} bytes: no ${isMagnet ? 'link' : '.torrent file'} is as large`);
    const bytes = await fs.readFile(path);
    if (!isMagnet) return bytes;
    const link = bytes.toString('utf8').trim();
    if (!/^magnet:\S+$/i.test(link))
      throw new InvalidDrop('it does not hold one magnet link and nothing else');
    return link;
  }

  /** Gives it a name by which it is not taken again, and writes over nothing. */
  async #rename(name: string, ending: string): Promise<void> {
    for (let count = 0; count < MAX_SAME_NAMES; count++) {
      const place = this.#place(`${name}.${ending}${count === 0 ? '' : `.${count}`}`);
      const isTaken = await fs.lstat(place).then(
        () => true,
        () => false,
      );
      if (!isTaken) return fs.rename(this.#place(name), place);
    }
    throw new Error(`there are ${MAX_SAME_NAMES} files named ${name}.${ending}: move them away`);
  }

  #place(name: string): string {
    return join(this.#options.folder, name);
  }
}

function isFinal(error: unknown): boolean {
  if (error instanceof SeederError) return FINAL.has(error.code);
  return error instanceof InvalidDrop || error instanceof ProtocolError;
}
