import { encodeInfo, encodeMetainfo } from '../bittorrent/metainfo/encode.ts';
import type { Metainfo } from '../bittorrent/metainfo/metainfo.ts';
import { MAX_METAINFO_BYTES, parseMetainfo } from '../bittorrent/metainfo/parse.ts';
import { type FileList, listFiles } from './file-list.ts';
import { BuilderError } from './hashing/errors.ts';
import { hashPieces } from './hashing/hash-pieces.ts';
import type { PieceHashes } from './hashing/job.ts';
import type { CreateTorrentOptions } from './options.ts';
import { automaticPieceLength, checkPieceLength } from './piece-length.ts';
import { checkAnnounceTiers, checkWebSeeds } from './urls.ts';
import { packageVersion } from './version.ts';

/** A torrent that was made. */
export interface CreatedTorrent {
  /** The bytes of the `.torrent` file. */
  readonly torrent: Uint8Array;
  /** What the bytes say. */
  readonly metainfo: Metainfo;
  /** Absolute paths of the files, in the order of `metainfo.info.files`. */
  readonly files: readonly string[];
}

/**
 * Makes a torrent (v1, BEP 3) of a file, a folder, or several paths that become one folder.
 * @throws {BuilderError} for bad input: `code` tells what, the message names the path or option.
 *   When `signal` aborts, its reason. Nothing runs on after either, and nothing is written anywhere.
 */
export async function createTorrent(
  input: string | readonly string[],
  options: CreateTorrentOptions = {},
): Promise<CreatedTorrent> {
  checkOptions(options);
  const list = await listFiles(typeof input === 'string' ? [input] : input, {
    links: options.followLinks === false ? 'skip' : 'follow',
    includeHidden: options.includeHidden ?? false,
    name: options.name,
    signal: options.signal,
  });
  const pieceLength = pieceLengthFor(list, options);
  await options.onListed?.(list.files);
  const { v1 } = await hashList(list, pieceLength, options);
  const torrent = encode(list, pieceLength, v1, options);
  return { torrent, metainfo: parseMetainfo(torrent), files: list.files.map((file) => file.absolutePath) };
}

function checkOptions(options: CreateTorrentOptions): void {
  checkAnnounceTiers(options.announceTiers ?? []);
  checkWebSeeds(options.webSeeds ?? []);
  if (typeof options.pieceLength === 'number') checkPieceLength(options.pieceLength);
  const date = options.creationDate;
  if (typeof date === 'number' && !(Number.isSafeInteger(date) && date >= 0))
    throw new BuilderError('ERR_OPTION', 'the creation date must be a whole number of Unix seconds');
}

function pieceLengthFor(list: FileList, options: CreateTorrentOptions): number {
  const { pieceLength = 'auto' } = options;
  const chosen = pieceLength === 'auto' ? automaticPieceLength(list.length) : pieceLength;
  // Better now than after an hour of hashing: readers refuse such a file. The names take the rest.
  const hashBytes = Math.ceil(list.length / chosen) * 20;
  if (hashBytes > MAX_METAINFO_BYTES / 2)
    throw new BuilderError(
      'ERR_OPTION',
      `pieces of ${chosen} bytes would make a .torrent of more than ${hashBytes} bytes: choose a greater piece length`,
    );
  return chosen;
}

function hashList(list: FileList, pieceLength: number, options: CreateTorrentOptions): Promise<PieceHashes> {
  const { onProgress } = options;
  return hashPieces({
    files: list.files.map((file) => ({ path: file.absolutePath, length: file.length })),
    pieceLength,
    pool: options.pool,
    threads: options.threads,
    signal: options.signal,
    onProgress: onProgress && ((bytesDone) => onProgress({ bytesDone, bytesTotal: list.length })),
  });
}

function encode(
  list: FileList,
  pieceLength: number,
  pieces: Uint8Array,
  options: CreateTorrentOptions,
): Uint8Array {
  const infoBytes = encodeInfo({
    name: list.name,
    pieceLength,
    pieces,
    files: list.files.map(({ path, length }) => ({ path, length })),
    ...(options.isPrivate === true && { isPrivate: true }),
    ...(options.source !== undefined && { source: options.source }),
  });
  const { createdBy = `Seedbed/${packageVersion()}`, creationDate = Math.floor(Date.now() / 1000) } = options;
  return encodeMetainfo({
    infoBytes,
    announceTiers: options.announceTiers ?? [],
    webSeeds: options.webSeeds ?? [],
    comment: options.comment,
    createdBy: createdBy === '' ? undefined : createdBy,
    creationDate: creationDate === 'none' ? undefined : creationDate,
  });
}
