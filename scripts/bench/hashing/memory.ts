import { rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TorrentVersion } from '../../../src/bittorrent/metainfo/metainfo.ts';
import { Collection } from '../collection.ts';
import type { Case } from '../report.ts';
import { libtorrent, makeTorrent, type Program } from './programs.ts';
import { runProgram } from './run-program.ts';

const gibibyte = 2 ** 30;
const mebibyte = 2 ** 20;

/** The most memory that ours holds for files of zeros, of which the second is 16 times as large; and libtorrent for the first. */
export async function measureMemory(
  folder: string,
  version: TorrentVersion,
  { threads, bytes }: { readonly threads: number; readonly bytes: number },
): Promise<Case> {
  const collection = new Collection();
  const subjects: readonly (readonly [Program, number])[] = [
    [makeTorrent, 16 * bytes],
    [makeTorrent, bytes],
    [libtorrent, bytes],
  ];
  for (const [subject, length] of subjects)
    await collection.attempt(`${subject.name}, ${length / gibibyte} GiB`, async () => {
      const input = join(folder, 'sparse.bin');
      await writeFile(input, '');
      await truncate(input, length);
      try {
        const output = join(folder, `sparse-${version}-${length}-${subject.name}.torrent`);
        const { peakBytes, seconds } = await runProgram(subject, { input, output, version, threads });
        const note = `${(length / gibibyte / seconds).toFixed(2)} GiB/s`;
        return { value: peakBytes / mebibyte, note };
      } finally {
        await rm(input);
      }
    });
  return {
    bench: 'hashing',
    name: `peak memory, ${version}, ${threads} threads`,
    unit: 'MiB',
    lowerIsBetter: true,
    subjects: collection.subjects,
    notes: ['sparse files; resident memory (VmHWM), the program itself included'],
  };
}
