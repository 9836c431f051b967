import { promises as fs } from 'node:fs';
import { sep } from 'node:path';

/** Open files of all processes that are looked at; a machine with more is not searched to the end. */
const MAX_LOOKS = 50_000;
/** The access mode of open(2): anything but "read only". */
const WRITES = 0o3;

/**
 * Things in a folder that a process is known to have open for writing: names of files in it, and of folders in it below which such a file
 * lies. Linux tells of processes of the same user (of all, to root); of others, and elsewhere, nothing is known.
 */
export async function namesOpenForWriting(folder: string): Promise<Set<string>> {
  const names = new Set<string>();
  if (process.platform !== 'linux') return names;
  const start = (await fs.realpath(folder).catch(() => folder)) + sep;
  let looks = 0;
  for (const pid of await namesIn('/proc')) {
    if (!/^\d+$/.test(pid)) continue;
    for (const fd of await namesIn(`/proc/${pid}/fd`)) {
      if (++looks > MAX_LOOKS) return names;
      const target = await fs.readlink(`/proc/${pid}/fd/${fd}`).catch(() => '');
      if (target.startsWith(start) && (await writes(`/proc/${pid}/fdinfo/${fd}`)))
        names.add(target.slice(start.length).split(sep, 1)[0] ?? '');
    }
  }
  return names;
}

async function namesIn(folder: string): Promise<string[]> {
  return fs.readdir(folder).catch(() => []); // the process has ended, or is somebody else's
}

async function writes(fdinfo: string): Promise<boolean> {
  const text = await fs.readFile(fdinfo, 'utf8').catch(() => '');
  const [, flags = '0'] = /^flags:\s*([0-7]+)$/m.exec(text) ?? [];
  return (Number.parseInt(flags, 8) & WRITES) !== 0;
}
