import { cpus } from 'node:os';
import { announce } from './announce/announce.ts';
import type { Bench } from './bench.ts';
import { database } from './database/database.ts';
import { flood } from './flood/flood.ts';
import { hashing } from './hashing/hashing.ts';
import { latency } from './latency/latency.ts';
import { mirroring } from './mirroring/mirroring.ts';
import { type BenchOptions, parseOptions, usage } from './options.ts';
import { recheck } from './recheck/recheck.ts';
import { caseToJson, formatCase } from './report.ts';
import { scale } from './scale/scale.ts';
import { seeding } from './seeding/seeding.ts';
import { store } from './store/store.ts';
import { webSources } from './web-sources/web-sources.ts';

const benches: readonly Bench[] = [
  announce,
  latency,
  seeding,
  mirroring,
  scale,
  hashing,
  recheck,
  store,
  database,
  flood,
  webSources,
];

function select(names: readonly string[]): readonly Bench[] {
  const unknown = names.find((name) => !benches.some((bench) => bench.name === name));
  if (unknown !== undefined)
    throw new Error(
      `no benchmark is called '${unknown}'; there are ${benches.map(({ name }) => name).join(', ')}`,
    );
  return names.length === 0 ? benches : benches.filter(({ name }) => names.includes(name));
}

function describeMachine(): string {
  const all = cpus();
  return `${all[0]?.model ?? 'unknown CPU'}, ${all.length} cores; Node ${process.version}`;
}

async function runAll(options: BenchOptions): Promise<void> {
  const chosen = select(options.names);
  const results: object[] = [];
  if (!options.json)
    console.log(`${describeMachine()}${options.smoke ? '; smoke run, the figures mean nothing' : ''}`);
  for (const bench of chosen)
    for (const result of await bench.run(options)) {
      if (options.json) results.push(caseToJson(result));
      else console.log(`\n${formatCase(result)}`);
    }
  if (options.json)
    console.log(JSON.stringify({ machine: describeMachine(), smoke: options.smoke, cases: results }));
}

async function main(): Promise<number> {
  let options: BenchOptions | 'help';
  try {
    options = parseOptions(process.argv.slice(2));
    if (options !== 'help') select(options.names);
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`);
    return 2;
  }
  if (options === 'help') console.log(usage);
  else await runAll(options);
  return 0;
}

process.exitCode = await main();
