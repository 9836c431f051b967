import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runProcess } from '../../../test/support/processes.ts';
import { Scope } from '../../../test/support/scope.ts';
import { startSeedbed } from '../../../test/support/seedbed.ts';
import { makeTempFolder } from '../../../test/support/temp-folder.ts';
import type { Bench } from '../bench.ts';
import { pinning } from '../cores.ts';
import type { BenchOptions } from '../options.ts';
import type { Case } from '../report.ts';

const loadScript = fileURLToPath(new URL('./random-hashes.ts', import.meta.url));
/** So few that a minute is enough to fill them twice, also on a slow machine. */
const MAX_SWARMS = 400_000;
const READINGS = 12;

/** Resident memory of a process in MiB. */
function residentMiB(pid: number): number {
  const line = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
  return Number(line?.[1]) / 1024;
}

interface Flooded {
  readonly announcesPerSecond: number;
  readonly readings: readonly number[];
}

async function measure(seconds: number, database: string): Promise<Flooded> {
  const scope = new Scope();
  const { server, load } = pinning();
  try {
    const running = await startSeedbed(scope, {
      dataDir: join(await makeTempFolder(scope, 'seedbed-bench-'), 'data'),
      open: true,
      prefix: server,
      logLevel: 'warn',
      args: ['--max-swarms', String(MAX_SWARMS), '--database', database],
    });
    const command = [...load, process.execPath, loadScript, String(running.httpPort), String(seconds)];
    const readings: number[] = [];
    const read = (): void => {
      const mebibytes = residentMiB(running.process.pid);
      readings.push(mebibytes);
      console.error(`flood, ${database}: ${mebibytes.toFixed(0)} MiB`);
    };
    const timer = setInterval(read, (seconds * 1000) / READINGS);
    const { stdout } = await runProcess(command[0] as string, command.slice(1), {
      deadlineMs: (seconds + 20) * 1000,
    }).finally(() => clearInterval(timer));
    read();
    return { announcesPerSecond: JSON.parse(stdout).announces / seconds, readings };
  } finally {
    await scope.end();
  }
}

/** Memory while random info-hashes are announced to an open tracker: what it holds has a bound, and what makes room is its own. */
async function run(options: BenchOptions): Promise<Case[]> {
  const cases: Case[] = [];
  for (const database of ['memory', 'sqlite']) {
    const { announcesPerSecond, readings } = await measure(options.seconds, database);
    const middle = readings[readings.length >> 1] ?? Number.NaN;
    const last = readings.at(-1) ?? Number.NaN;
    cases.push({
      bench: 'flood',
      name: `random info-hashes for ${options.seconds} s, database ${database}`,
      unit: 'MiB resident at the end',
      lowerIsBetter: true,
      subjects: [
        { name: 'seedbed', samples: [{ value: last, note: `at half time ${middle.toFixed(0)} MiB` }] },
      ],
      notes: [
        `${Math.round(announcesPerSecond)} announces/s, each of another info-hash; --max-swarms ${MAX_SWARMS}`,
        `MiB over time: ${readings.map((reading) => reading.toFixed(0)).join(' ')}`,
      ],
    });
  }
  return cases;
}

/** Memory under a flood of random info-hashes; `--seconds 60` shows it. */
export const flood: Bench = { name: 'flood', run };
