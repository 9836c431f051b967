import type { TorrentVersion } from '../../../src/bittorrent/metainfo/metainfo.ts';
import { runProcess } from '../../../test/support/processes.ts';
import { findTool } from '../../../test/support/tools.ts';

/** What the CPU can do at best, in bytes a second: the hashes of bytes that lie in its cache, with nothing read. */
export async function measureCpuLimit(version: TorrentVersion, threads: number): Promise<number> {
  if (version === 'v1') return measureDigest('sha1', threads);
  if (version === 'v2') return measureDigest('sha256', threads);
  // Each byte goes through both.
  return 1 / (1 / (await measureDigest('sha1', threads)) + 1 / (await measureDigest('sha256', threads)));
}

/** In blocks of 16 KiB: the leaves of v2's trees; for SHA-1 longer ones are no faster. */
async function measureDigest(digest: 'sha1' | 'sha256', threads: number): Promise<number> {
  const openssl = findTool('openssl');
  if (openssl === undefined) throw new Error('openssl is not installed');
  const args = [
    'speed',
    '-mr',
    '-seconds',
    '1',
    '-bytes',
    '16384',
    '-multi',
    String(threads),
    '-evp',
    digest,
  ];
  const { stdout } = await runProcess(openssl, args, { deadlineMs: 30_000 });
  const bytesPerSecond = Number(/^\+F:\d+:[^:]+:([\d.]+)/m.exec(stdout)?.[1]);
  if (!(bytesPerSecond > 0)) throw new Error('openssl speed told no figure');
  return bytesPerSecond;
}
