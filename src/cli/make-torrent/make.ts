import { stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import type { CreatedTorrent } from '../../builder/create-torrent.ts';
import { createTorrent } from '../../builder/create-torrent.ts';
import type { HashPool } from '../../builder/hashing/pool.ts';
import { existsError, isTaken, writeTorrentFile } from '../../builder/write-torrent.ts';
import { contentOf } from '../content-options.ts';
import { CliError } from '../exit.ts';
import { abortOnInterrupt } from '../interrupt.ts';
import { ProgressBar } from '../progress.ts';
import type { MakeTorrentOptions } from './options.ts';
import { describe, describeAsJson } from './result.ts';

/** Makes the torrent, writes it and prints what it is. Ctrl-C leaves nothing behind. */
export async function makeTorrent(
  paths: readonly string[],
  options: MakeTorrentOptions,
  pool: HashPool,
): Promise<void> {
  using interrupt = abortOnInterrupt();
  const { signal } = interrupt;
  const output = await outputPath(paths, options);
  if (options.force !== true && (await isTaken(output))) throw existsError(output);
  const created = await create(paths, options, { pool, signal });
  if (created.files.includes(output))
    throw new CliError(`${JSON.stringify(output)} is one of the files of the torrent: write it elsewhere`);
  signal.throwIfAborted();
  await writeTorrentFile(output, created.torrent, { overwrite: options.force ?? false });
  if (options.json === true) process.stdout.write(`${JSON.stringify(describeAsJson(output, created))}\n`);
  else if (options.quiet !== true) process.stdout.write(describe(output, created));
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
  { pool, signal }: { readonly pool: HashPool; readonly signal: AbortSignal },
): Promise<CreatedTorrent> {
  const bar = options.quiet === true ? undefined : new ProgressBar({ label: 'Hashing' });
  try {
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
