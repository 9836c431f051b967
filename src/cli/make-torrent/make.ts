import { stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import type { CreatedTorrent } from '../../builder/create-torrent.ts';
import { createTorrent } from '../../builder/create-torrent.ts';
import { BuilderError } from '../../builder/hashing/errors.ts';
import { HashPool } from '../../builder/hashing/pool.ts';
import { existsError, isTaken, writeTorrentFile } from '../../builder/write-torrent.ts';
import { contentOf } from '../content-options.ts';
import { CliError, usageError } from '../exit.ts';
import { abortOnInterrupt } from '../interrupt.ts';
import { ProgressBar } from '../progress.ts';
import type { MakeTorrentOptions } from './options.ts';
import { describe, describeAsJson } from './result.ts';

/** Makes the torrent, writes it and prints what it is. Ctrl-C leaves nothing behind. */
export async function makeTorrent(paths: readonly string[], options: MakeTorrentOptions): Promise<void> {
  using interrupt = abortOnInterrupt();
  try {
    await make(paths, options, interrupt.signal);
  } catch (error) {
    throw asCliError(error);
  }
}

async function make(
  paths: readonly string[],
  options: MakeTorrentOptions,
  signal: AbortSignal,
): Promise<void> {
  const output = await outputPath(paths, options);
  if (options.force !== true && (await isTaken(output))) throw existsError(output);
  const created = await create(paths, options, signal);
  if (created.files.includes(output))
    throw new CliError(`${JSON.stringify(output)} is one of the files of the torrent: write it elsewhere`);
  signal.throwIfAborted();
  await writeTorrentFile(output, created.torrent, { overwrite: options.force ?? false });
  if (options.json === true) process.stdout.write(`${JSON.stringify(describeAsJson(output, created))}\n`);
  else if (options.quiet !== true) process.stdout.write(describe(output, created));
}

/** Says how a file that is there already is overwritten, and gives wrong options their exit code. */
function asCliError(error: unknown): unknown {
  if (!(error instanceof BuilderError)) return error;
  if (error.code === 'ERR_OUTPUT_EXISTS')
    return new CliError(`${error.message} (--force overwrites it)`, undefined, { cause: error });
  if (error.code === 'ERR_OPTION') return usageError(error.message);
  return error;
}

async function outputPath(paths: readonly string[], options: MakeTorrentOptions): Promise<string> {
  const name = options.name ?? basename(resolve(paths[0] ?? ''));
  const fileName = `${name}.torrent`;
  if (options.output === undefined) return resolve(fileName);
  const isFolder = await stat(options.output).then(
    (found) => found.isDirectory(),
    () => false,
  );
  return isFolder ? resolve(join(options.output, fileName)) : resolve(options.output);
}

async function create(
  paths: readonly string[],
  options: MakeTorrentOptions,
  signal: AbortSignal,
): Promise<CreatedTorrent> {
  const bar = options.quiet === true ? undefined : new ProgressBar({ label: 'Hashing' });
  try {
    const pool = new HashPool({ threads: options.threads });
    return await createTorrent(paths, {
      ...contentOf(options),
      pool,
      signal,
      onProgress: bar && (({ bytesDone, bytesTotal }) => bar.update(bytesDone, bytesTotal)),
    });
  } finally {
    bar?.finish();
  }
}
