import type { CreatedTorrent } from '../../builder/create-torrent.ts';
import { createTorrent } from '../../builder/create-torrent.ts';
import type { HashPool } from '../../builder/hashing/pool.ts';
import { writeTorrentFile } from '../../builder/write-torrent.ts';
import { contentOf } from '../content-options.ts';
import { abortOnInterrupt } from '../interrupt.ts';
import { ProgressBar } from '../progress.ts';
import { outputPathFor, refuseOwnContent } from '../torrent-output.ts';
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
  const output = await outputPathFor(paths[0] ?? '', options);
  const created = await create(paths, options, { pool, signal });
  await refuseOwnContent(output, created.files);
  signal.throwIfAborted();
  await writeTorrentFile(output, created.torrent, { overwrite: options.force ?? false });
  if (options.json === true) process.stdout.write(`${JSON.stringify(describeAsJson(output, created))}\n`);
  else if (options.quiet !== true) process.stdout.write(describe(output, created));
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
