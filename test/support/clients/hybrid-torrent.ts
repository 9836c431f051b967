import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { runProcess } from '../processes.ts';
import { systemPython } from '../tools.ts';

const script = fileURLToPath(new URL('./hybrid-torrent.py', import.meta.url));

/** A hybrid torrent (BEP 52) as libtorrent makes it. */
export interface HybridTorrent {
  readonly torrent: Uint8Array;
  /** Its two info-hashes in hexadecimal: 40 digits, and 64. */
  readonly v1: string;
  readonly v2: string;
}

/** Makes a hybrid torrent of a file or folder and writes it to `torrentPath`. Needs libtorrent. */
export async function makeHybridTorrent(path: string, torrentPath: string): Promise<HybridTorrent> {
  const options = JSON.stringify({ path, torrent: torrentPath });
  const { stdout } = await runProcess(systemPython, [script, options], { name: 'hybrid-torrent' });
  const hashes = JSON.parse(stdout) as { v1: string; v2: string };
  return { torrent: await readFile(torrentPath), ...hashes };
}
