import { ManagedProcess } from '../../../test/support/processes.ts';
import { cpuSeconds, machineCpuSeconds } from '../cores.ts';

/** What both load generators print, and what was read from the server's accounting meanwhile. */
export interface LoadResult<T> {
  readonly figures: T & { readonly seconds: number; readonly loadCpuSeconds: number };
  /** CPU time of the server's process during the measured time. */
  readonly serverCpuSeconds: number;
  /** Cores' worth of CPU time that other programs (and the hypervisor) took meanwhile: above 0.1 the rate is too low. */
  readonly otherLoad: number;
}

/** Runs a load generator to its end. Throws with its output when it fails. */
export async function runLoad<T>(
  command: readonly string[],
  serverPid: number,
  deadlineMs: number,
): Promise<LoadResult<T>> {
  const load = new ManagedProcess(command[0] as string, command.slice(1), { name: 'load generator' });
  try {
    // The line comes when the swarms are filled and the clock starts.
    await load.waitForOutput(/^measuring$/m, deadlineMs);
    const before = cpuSeconds(serverPid);
    const machineBefore = machineCpuSeconds();
    const { code } = await load.waitForExit(deadlineMs);
    const serverCpuSeconds = cpuSeconds(serverPid) - before;
    const machineSeconds = machineCpuSeconds() - machineBefore;
    if (code !== 0) throw load.explain(new Error('the load generator failed'));
    const line = load.stdout.split('\n').findLast((text) => text.startsWith('{')) ?? '{}';
    const figures = JSON.parse(line) as LoadResult<T>['figures'];
    const others = machineSeconds - serverCpuSeconds - figures.loadCpuSeconds;
    return { figures, serverCpuSeconds, otherLoad: Math.max(0, others / figures.seconds) };
  } finally {
    await load.stop(0);
  }
}
