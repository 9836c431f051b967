import { readFileSync } from 'node:fs';
import { defaultDeadlineMs } from '../../../test/support/eventually.ts';
import { ManagedProcess } from '../../../test/support/processes.ts';
import { findTool } from '../../../test/support/tools.ts';
import { cpuSeconds } from '../cores.ts';
import type { Program, Task } from './programs.ts';

const deadlineMs = Math.max(300_000, defaultDeadlineMs);
const lookMs = 10;

/** What a program took. */
export interface Run {
  /** Wall time, start of the program included. */
  readonly seconds: number;
  /** CPU time of all its threads, to 10 ms; NaN where there is no /proc. */
  readonly cpuSeconds: number;
  /** The most memory that it held; NaN where there is no /proc. */
  readonly peakBytes: number;
  readonly stdout: string;
}

/** Runs a program to its end, and looks at what it uses meanwhile. Throws when it is not there, fails, or takes too long. */
export async function runProgram(program: Program, task: Task): Promise<Run> {
  if (program.tool !== undefined && findTool(program.tool) === undefined) throw new Error('not installed');
  const [command = '', ...args] = program.command(task);
  const began = performance.now();
  const child = new ManagedProcess(command, args, { name: program.name });
  let [cpu, peak] = [Number.NaN, Number.NaN];
  const timer = setInterval(() => {
    const [cpuNow, peakNow] = [cpuSeconds(child.pid), peakBytes(child.pid)];
    if (cpuNow > 0) cpu = cpuNow;
    if (peakNow > 0) peak = peakNow;
  }, lookMs);
  try {
    const { code } = await child.waitForExit(deadlineMs);
    const seconds = (performance.now() - began) / 1_000;
    if (code !== 0) throw child.explain(new Error(`${program.name} failed`));
    return { seconds, cpuSeconds: cpu, peakBytes: peak, stdout: child.stdout };
  } finally {
    clearInterval(timer);
    await child.stop(0);
  }
}

/** The most resident memory that a process has had so far. */
function peakBytes(pid: number): number {
  try {
    const match = /^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
    return Number(match?.[1]) * 1024;
  } catch {
    return Number.NaN;
  }
}
