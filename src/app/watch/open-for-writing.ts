import { promises as fs } from 'node:fs';
import { sep } from 'node:path';

/** Open files of all processes that are looked at; a machine with more is not searched to the end. */
const MAX_LOOKS = 50_000;
/** The access mode of open(2): anything but "read only". */
const WRITES = 0o3;

/**
 * Whether a process is known to have a file open for writing: this file, or one below this folder. Linux tells of processes of the
 * same user (of all, to root); of others, and elsewhere, nothing is known, and the answer is false.
 */
export async function isOpenForWriting(path: string): Promise<boolean> {
  if (process.platform !== 'linux') return false;
  const real = await fs.realpath(path).catch(() => path);
  let looks = 0;
  for (const pid of await namesIn('/proc')) {
    if (!/^\d+$/.test(pid)) continue;
    for (const fd of await namesIn(`/proc/${pid}/fd`)) {
      if (++looks > MAX_LOOKS) return false;
      const target = await fs.readlink(`/proc/${pid}/fd/${fd}`).catch(() => '');
      const isBelow = target === real || target.startsWith(real + sep);
      if (isBelow && (await writes(`/proc/${pid}/fdinfo/${fd}`))) return true;
    }
  }
  return false;
}

async function namesIn(folder: string): Promise<string[]> {
  return fs.readdir(folder).catch(() => []); // the process has ended, or is somebody else's
}

async function writes(fdinfo: string): Promise<boolean> {
  const text = await fs.readFile(fdinfo, 'utf8').catch(() => '');
  const [, flags = '0'] = /^flags:\s*([0-7]+)$/m.exec(text) ?? [];
  return (Number.parseInt(flags, 8) & WRITES) !== 0;
}
