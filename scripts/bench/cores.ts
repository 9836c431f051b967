import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { findTool } from '../../test/support/tools.ts';

/** Commands that pin what follows to a core, so that server and load do not share one. Empty where that cannot be done. */
export interface Pinning {
  readonly server: readonly string[];
  readonly load: readonly string[];
  /** One sentence for the report. */
  readonly note: string;
}

/** The first core for the server, the last for the load. */
export function pinning(): Pinning {
  const taskset = findTool('taskset');
  const cores = availableParallelism();
  if (taskset === undefined || cores < 2)
    return { server: [], load: [], note: 'server and load share cores: figures are low' };
  const last = cores - 1;
  return {
    server: [taskset, '-c', '0'],
    load: [taskset, '-c', String(last)],
    note: `server on core 0, load on core ${last}, of ${cores}`,
  };
}

/** Linux counts CPU time in hundredths of a second in /proc (USER_HZ is 100 on every architecture Node runs on). */
const ticksPerSecond = 100;

/** CPU seconds, user and system, that a process has used so far in all its threads; NaN where /proc is missing. */
export function cpuSeconds(pid: number): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The second field, the command in parentheses, may hold spaces: count from behind it. Fields 14 and 15 are utime and stime.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
  } catch {
    return Number.NaN;
  }
}

/** Resident memory of a process in bytes; NaN where /proc is missing. */
export function residentBytes(pid: number): number {
  try {
    const match = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
    return Number(match?.[1]) * 1024;
  } catch {
    return Number.NaN;
  }
}

/** CPU seconds that everything on this machine has used so far, all cores together; NaN where /proc is missing. */
export function machineCpuSeconds(): number {
  try {
    const [, user, nice, system, , , irq, softirq, steal] = (
      readFileSync('/proc/stat', 'utf8').split('\n')[0] ?? ''
    )
      .split(/ +/)
      .map(Number);
    const parts = [user, nice, system, irq, softirq, steal];
    return parts.reduce<number>((sum, ticks) => sum + (ticks ?? 0), 0) / ticksPerSecond;
  } catch {
    return Number.NaN;
  }
}
