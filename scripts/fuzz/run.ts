import { parseArgs } from 'node:util';
import { Mutator } from './mutator.ts';
import type { FuzzTarget } from './target.ts';
import { httpTarget } from './targets/http.ts';
import { metainfoTarget } from './targets/metainfo.ts';
import { proxyTarget } from './targets/proxy.ts';
import { udpTarget } from './targets/udp.ts';
import { wsTarget } from './targets/ws.ts';

const TARGETS: Readonly<Record<string, () => FuzzTarget>> = {
  http: httpTarget,
  udp: udpTarget,
  ws: wsTarget,
  proxy: proxyTarget,
  metainfo: metainfoTarget,
};

const USAGE = `Usage: npm run -s fuzz -- [TARGET]... [options]

Feeds spoilt requests to the tracker's front ends, from the parser to the bytes of the answer, and spoilt metainfo files to their
parser, and checks what comes of each.
Targets: ${Object.keys(TARGETS).join(', ')}; without a name: all.

Options:
  --inputs N    inputs a target (default 1000000)
  --seconds N   end a target after so long, however many inputs that were (default 300)
  --seed N      the same seed makes the same inputs (default: the time)
  --help
`;

/** What the command line asks for. */
export interface FuzzOptions {
  readonly inputs: number;
  readonly seconds: number;
  readonly seed: number;
}

/** How the inputs of a target ended. */
export interface FuzzResult {
  readonly inputs: number;
  readonly outcomes: Readonly<Record<string, number>>;
}

/** Feeds a target. Throws an Error that names the input, in hexadecimal, when something is wrong with its answer. */
export function fuzz(target: FuzzTarget, { inputs, seconds, seed }: FuzzOptions): FuzzResult {
  const mutator = new Mutator(seed, target.corpus, target.maxBytes);
  const outcomes: Record<string, number> = {};
  const end = performance.now() + seconds * 1000;
  let taken = 0;
  while (taken < inputs && (taken % 1024 !== 0 || performance.now() < end)) {
    const input = mutator.next();
    const copy = Buffer.from(input);
    taken++;
    try {
      const outcome = target.take(input, mutator);
      outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
    } catch (cause) {
      throw new Error(`${target.name}: input ${taken} of seed ${seed}: ${copy.toString('hex')}`, { cause });
    }
  }
  return { inputs: taken, outcomes };
}

function numberOf(name: string, text: string): number {
  if (!/^\d{1,12}$/.test(text) || Number(text) === 0) throw new Error(`${name} takes a whole number above 0`);
  return Number(text);
}

function main(args: readonly string[]): number {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      inputs: { type: 'string', default: '1000000' },
      seconds: { type: 'string', default: '300' },
      seed: { type: 'string', default: String(Date.now() % 1_000_000_000) },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    console.log(USAGE);
    return 0;
  }
  const options = {
    inputs: numberOf('--inputs', values.inputs),
    seconds: numberOf('--seconds', values.seconds),
    seed: numberOf('--seed', values.seed),
  };
  for (const name of positionals.length > 0 ? positionals : Object.keys(TARGETS)) {
    const make = TARGETS[name];
    if (make === undefined)
      throw new Error(`no target is called '${name}'; there are ${Object.keys(TARGETS).join(', ')}`);
    const began = performance.now();
    const { inputs, outcomes } = fuzz(make(), options);
    const seconds = ((performance.now() - began) / 1000).toFixed(1);
    console.log(
      `${name}: ${inputs} inputs of seed ${options.seed} in ${seconds} s: ${JSON.stringify(outcomes)}`,
    );
  }
  return 0;
}

if (import.meta.main) {
  try {
    process.exitCode = main(process.argv.slice(2));
  } catch (error) {
    console.error(error);
    process.exitCode = 1;
  }
}
