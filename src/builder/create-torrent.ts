import type { Metainfo } from '../bittorrent/metainfo/metainfo.ts';
import { parseMetainfo } from '../bittorrent/metainfo/parse.ts';
import { assemble, isExtreme, rehearse } from './create/assemble.ts';
import { checkOptions } from './create/check-options.ts';
import { requireInfoHash } from './create/expected-hash.ts';
import { hashFileOf, isContent, type TorrentPlan } from './create/layout.ts';
import { planTorrent } from './create/plan.ts';
import { reuseHashes } from './create/reuse.ts';
import { hashStreamInput, type StreamInput } from './create/stream-input.ts';
import { hashPieces } from './hashing/hash-pieces.ts';
import type { PieceHashes } from './hashing/job.ts';
import type { CreateTorrentOptions } from './options.ts';

/** A torrent that was made. */
export interface CreatedTorrent {
  /** The bytes of the `.torrent` file. */
  readonly torrent: Uint8Array;
  /** What the bytes say. */
  readonly metainfo: Metainfo;
  /** Absolute paths of the files that were read, in the torrent's order; pad files and kept links have none. Empty for a stream. */
  readonly files: readonly string[];
}

/**
 * Makes a torrent (BEP 3, BEP 52) of a file, a folder, several paths that become one folder, or a stream of bytes.
 * Memory, whatever the size of the data: some 100 bytes a file, at most 4 MiB a hashing thread, and the hashes (`hashPieces`).
 * @throws {BuilderError} for bad input: `code` tells what, the message names the path or option.
 *   When `signal` aborts, its reason; what a stream throws passes through. Nothing runs on after any, and nothing is written anywhere.
 */
export async function createTorrent(
  input: string | readonly string[] | StreamInput,
  options: CreateTorrentOptions = {},
): Promise<CreatedTorrent> {
  checkOptions(options);
  const { plan, hashes } = isStream(input)
    ? await hashStreamInput(input, options)
    : await hashPaths(typeof input === 'string' ? [input] : input, options);
  const torrent = assemble(plan, hashes, options);
  const metainfo = parseMetainfo(torrent);
  if (options.expectInfoHash !== undefined) requireInfoHash(metainfo, options.expectInfoHash);
  return { torrent, metainfo, files: isStream(input) ? [] : pathsOf(plan) };
}

function isStream(input: string | readonly string[] | StreamInput): input is StreamInput {
  return typeof input === 'object' && Symbol.asyncIterator in input;
}

async function hashPaths(
  paths: readonly string[],
  options: CreateTorrentOptions,
): Promise<{ plan: TorrentPlan; hashes: PieceHashes }> {
  const plan = await planTorrent(paths, options);
  if (isExtreme(plan)) rehearse(plan, options);
  await options.onListed?.(plan.files);
  const { reuse } = options;
  const hashes =
    reuse === undefined ? await hashPlan(plan, options) : await reuseHashes(plan, reuse, options);
  return { plan, hashes };
}

function hashPlan(plan: TorrentPlan, options: CreateTorrentOptions): Promise<PieceHashes> {
  const { onProgress, pool, threads, signal } = options;
  const { version, pieceLength } = plan;
  // v2 hashes no padding, v1 and hybrid do.
  const bytesTotal = version === 'v2' ? plan.length - plan.paddingLength : plan.length;
  return hashPieces({
    files: plan.files.map(hashFileOf),
    version,
    pieceLength,
    pool,
    threads,
    signal,
    onProgress: onProgress && ((bytesDone) => onProgress({ bytesDone, bytesTotal })),
  });
}

function pathsOf({ files }: TorrentPlan): string[] {
  return files.flatMap((file) =>
    isContent(file) && file.linkTarget === undefined ? [file.absolutePath] : [],
  );
}
