import { fileURLToPath } from 'node:url';
import { runProcess } from '../../../test/support/processes.ts';
import type { Bench } from '../bench.ts';
import { pinning } from '../cores.ts';
import type { BenchOptions } from '../options.ts';
import type { Case } from '../report.ts';

interface Scenario {
  readonly name: string;
  readonly swarms: number;
  readonly peers: number;
  readonly aim: string;
  /** Our own node seeds them, and follows them. */
  readonly mode?: 'seeded' | 'followed';
}

interface Figures {
  readonly fillSeconds: number;
  readonly bytesUsed: number;
  readonly residentBytes: number;
  readonly announces: number;
  readonly seconds: number;
}

const million = 1_000_000;
const scenarios: readonly Scenario[] = [
  { name: '1 M peers in 10 k swarms', swarms: 10_000, peers: million, aim: 'at most 64 bytes a peer' },
  { name: '1 M swarms of one peer', swarms: million, peers: million, aim: 'at most 200 bytes a swarm' },
  {
    name: '100 k peers in 1 k swarms that we seed',
    swarms: 1_000,
    peers: 100_000,
    aim: 'what following them is held against',
    mode: 'seeded',
  },
  {
    name: '100 k peers in 1 k swarms that we seed and follow',
    swarms: 1_000,
    peers: 100_000,
    aim: 'the followed peers come on top: 60 bytes each',
    mode: 'followed',
  },
];

async function measure(options: BenchOptions, scenario: Scenario): Promise<Figures> {
  const scale = options.smoke ? 0.01 : 1;
  const script = fileURLToPath(new URL('./measure.ts', import.meta.url));
  const numbers = [scenario.swarms * scale, scenario.peers * scale, options.seconds];
  const command = [...pinning().server, process.execPath, '--expose-gc', script, ...numbers.map(String)];
  if (scenario.mode !== undefined) command.push(scenario.mode);
  const { stdout } = await runProcess(command[0] as string, command.slice(1), {
    name: 'store benchmark',
    deadlineMs: 120_000,
  });
  return JSON.parse(stdout) as Figures;
}

function toCases(options: BenchOptions, scenario: Scenario, rounds: readonly Figures[]): Case[] {
  const peers = scenario.peers * (options.smoke ? 0.01 : 1);
  const memory = rounds.map(({ bytesUsed, residentBytes }) => ({
    value: bytesUsed / peers,
    note: `all arrays, spare room included; the process grew by ${(residentBytes / peers).toFixed(0)}`,
  }));
  const speed = rounds.map(({ announces, seconds, fillSeconds }) => ({
    value: announces / seconds,
    note: `while filling ${Math.round(peers / fillSeconds)}/s`,
  }));
  const common = {
    bench: 'store',
    notes: ['TrackerCore in process, no sockets, numwant 50, peers chosen at random'],
  };
  return [
    {
      ...common,
      name: `${scenario.name}: memory`,
      unit: 'bytes a peer',
      lowerIsBetter: true,
      subjects: [{ name: 'seedbed', samples: memory }],
      notes: [`aim: ${scenario.aim}`],
    },
    {
      ...common,
      name: `${scenario.name}: speed`,
      unit: 'announces/s',
      subjects: [{ name: 'seedbed', samples: speed }],
    },
  ];
}

async function run(options: BenchOptions): Promise<Case[]> {
  const cases: Case[] = [];
  for (const scenario of scenarios) {
    const rounds: Figures[] = [];
    for (let round = 0; round < options.rounds; round++) rounds.push(await measure(options, scenario));
    cases.push(...toCases(options, scenario, rounds));
  }
  return cases;
}

/** Memory and speed of the swarm store, in process. */
export const store: Bench = { name: 'store', run };
