import { checkOptions } from '../../builder/create/check-options.ts';
import type { CreatedTorrent } from '../../builder/create-torrent.ts';
import { createTorrent } from '../../builder/create-torrent.ts';
import type { HashPool } from '../../builder/hashing/pool.ts';
import type { CreateTorrentOptions } from '../../builder/options.ts';
import { readMetainfo } from '../../builder/read-metainfo.ts';
import { writeTorrentFile } from '../../builder/write-torrent.ts';
import { contentOf } from '../content-options.ts';
import { abortOnInterrupt } from '../interrupt.ts';
import { openProgress } from '../open-progress.ts';
import { outputPathFor, refuseOwnContent } from '../torrent-output.ts';
import { dryRun } from './dry-run.ts';
import type { MakeTorrentOptions } from './options.ts';
import { describe, describeAsJson } from './result.ts';
import { isStandardInput, requireFlags } from './standard-streams.ts';

/** Makes the torrent, writes it and prints what it is. Ctrl-C leaves nothing behind. */
export async function makeTorrent(
  paths: readonly string[],
  options: MakeTorrentOptions,
  pool: HashPool,
): Promise<void> {
  requireFlags(paths, options);
  using interrupt = abortOnInterrupt();
  const { signal } = interrupt;
  const content: CreateTorrentOptions = {
    ...contentOf(options, 'v1'),
    ...(await reuseOf(options)),
    expectInfoHash: options.expectInfohash,
    length: options.length,
    pool,
    signal,
  };
  checkOptions(content); // before it is asked whether there is room for the result
  if (options.dryRun === true) return dryRun(paths, content, options);
  const output = options.stdout === true ? undefined : await outputPathFor(paths[0] ?? '', options);
  const created = await create(paths, content, options);
  signal.throwIfAborted();
  if (output === undefined) return writeToStandardOutput(created.torrent);
  await refuseOwnContent(output, created.files);
  await writeTorrentFile(output, created.torrent, { overwrite: options.force ?? false });
  if (options.json === true) process.stdout.write(`${JSON.stringify(describeAsJson(output, created))}\n`);
  else if (options.quiet !== true) process.stdout.write(describe(output, created));
}

async function reuseOf({ reuse }: MakeTorrentOptions): Promise<Pick<CreateTorrentOptions, 'reuse'>> {
  return reuse === undefined ? {} : { reuse: (await readMetainfo(reuse)).metainfo };
}

async function create(
  paths: readonly string[],
  content: CreateTorrentOptions,
  options: MakeTorrentOptions,
): Promise<CreatedTorrent> {
  const progress = openProgress({
    label: 'Hashing',
    isJson: options.json === true,
    isQuiet: options.quiet === true,
  });
  try {
    return await createTorrent(isStandardInput(paths) ? process.stdin : paths, {
      ...content,
      onProgress: progress && (({ bytesDone, bytesTotal }) => progress.update(bytesDone, bytesTotal)),
    });
  } finally {
    progress?.finish();
  }
}

/** Resolves when the bytes are handed over, so that a slow reader gets them all. */
function writeToStandardOutput(torrent: Uint8Array): Promise<void> {
  return new Promise((resolve) => process.stdout.write(torrent, () => resolve()));
}
