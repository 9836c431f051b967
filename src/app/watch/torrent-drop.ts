import { constants, promises as fs } from 'node:fs';
import { join } from 'node:path';
import type { Logger } from 'pino';
import { ProtocolError } from '../../bittorrent/errors.ts';
import { MAX_METAINFO_BYTES } from '../../bittorrent/metainfo/parse.ts';
import { SeederError, type SeederErrorCode } from '../../seeder/errors.ts';
import { listFolder } from './list-folder.ts';
import { Refusals } from './refusals.ts';
import { Settling } from './settling.ts';

/** At a time, of each kind: links wait for peers, minutes each, and are not to keep files waiting that need nobody. */
const MAX_UNDER_WAY = 8;
/** The longest link in a `.magnet` file. */
const MAX_LINK_BYTES = 64 * 1024;
/** Bytes that a name may have on most file systems. */
const MAX_NAME_BYTES = 255;
/** Names that are tried when a name is taken. */
const MAX_SAME_NAMES = 1000;

/** What will never become a mirror, however often it is tried. */
const FINAL: ReadonlySet<SeederErrorCode> = new Set(['ERR_NO_HASHES', 'ERR_PIECE_LENGTH']);

/** No link is followed, and a pipe keeps nobody waiting. */
const SAFE_FLAGS = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);

interface Due {
  readonly name: string;
  readonly print: string;
}

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
  /** What is mirrored and could not be renamed, with its fingerprint: it is not taken again in this run. */
  readonly #mirrored = new Map<string, string>();

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
    const due: Due[] = [];
    for (const name of names) {
      signal.throwIfAborted();
      if (!/^[^.].*\.(?:torrent|magnet)$/is.test(name) || this.#underWay.has(name)) continue;
      const print = await this.#printOf(name);
      if (print !== undefined && this.#settling.isSettled(name, print) && !this.#isLeft(name, print))
        due.push({ name, print });
    }
    // What has not been tried comes first: what fails again and again keeps nothing waiting.
    const isOld = ({ name }: Due): boolean => this.#refusals.knows(name);
    for (const next of [...due.filter((one) => !isOld(one)), ...due.filter(isOld)]) this.#begin(next, signal);
    for (const name of this.#mirrored.keys()) if (!names.has(name)) this.#mirrored.delete(name);
    this.#settling.keepOnly(names);
    this.#refusals.keepOnly(names);
  }

  #isLeft(name: string, print: string): boolean {
    return this.#mirrored.get(name) === print || this.#refusals.has(name, print);
  }

  #begin({ name, print }: Due, signal: AbortSignal): void {
    let busy = 0;
    for (const other of this.#underWay.keys()) if (isMagnet(other) === isMagnet(name)) busy++;
    if (busy >= MAX_UNDER_WAY) return;
    const taking = this.#take(name, print, signal).finally(() => this.#underWay.delete(name));
    this.#underWay.set(name, taking);
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
      this.#mirrored.set(name, print);
      logger.info({ folder, name }, 'a torrent from a watched folder is mirrored');
      await this.#rename(name, 'added').catch((cause: unknown) => {
        const reason = (cause as Error).message; // the system throws Errors
        logger.warn(
          { folder, name, reason },
          'it cannot be renamed: move it away, or it is taken again by the next run',
        );
      });
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
    const isLink = isMagnet(name);
    const what = isLink ? 'link' : '.torrent file';
    const bytes = await readBounded(this.#place(name), isLink ? MAX_LINK_BYTES : MAX_METAINFO_BYTES, what);
    if (!isLink) return bytes;
    const link = bytes.toString('utf8').trim();
    if (!/^magnet:\S+$/i.test(link))
      throw new InvalidDrop('it does not hold one magnet link and nothing else');
    return link;
  }

  /** Gives it a name by which it is not taken again, and writes over nothing. */
  async #rename(name: string, ending: string): Promise<void> {
    for (let count = 0; count < MAX_SAME_NAMES; count++) {
      const place = this.#place(endingWith(name, `.${ending}${count === 0 ? '' : `.${count}`}`));
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

function isMagnet(name: string): boolean {
  return /\.magnet$/i.test(name);
}

/** The name with an ending behind it, its own end cut off where it would be too long. */
function endingWith(name: string, ending: string): string {
  let start = name;
  while (Buffer.byteLength(start + ending) > MAX_NAME_BYTES) start = [...start].slice(0, -1).join('');
  return start + ending;
}

/** What lay there may be something else by now: a link, a device, a file that grows. */
async function readBounded(path: string, maxBytes: number, what: string): Promise<Buffer> {
  await using file = await fs.open(path, SAFE_FLAGS);
  const stat = await file.stat();
  if (!stat.isFile()) throw new InvalidDrop('it is no file');
  if (stat.size > maxBytes) throw new InvalidDrop(`it has ${stat.size} bytes: no ${what} is as large`);
  const bytes = Buffer.alloc(stat.size);
  let length = 0;
  for (;;) {
    const { bytesRead } = await file.read(bytes, length, bytes.length - length, length);
    if (bytesRead === 0) return bytes.subarray(0, length);
    length += bytesRead;
  }
}

function isFinal(error: unknown): boolean {
  if (error instanceof SeederError) return FINAL.has(error.code);
  return error instanceof InvalidDrop || error instanceof ProtocolError;
}
