import { parseArgs } from 'node:util';

/** What the command line of the benchmarks asks for. */
export interface BenchOptions {
  /** Names of the benchmarks to run; empty for all. */
  readonly names: readonly string[];
  /** How long one measurement lasts. */
  readonly seconds: number;
  /** How often all subjects are measured in turn; the median counts. */
  readonly rounds: number;
  /** A quick look whether everything still runs: small data, one short round. Its figures mean nothing. */
  readonly smoke: boolean;
  readonly json: boolean;
}

/**
 * Seconds for a first round that is thrown away: a just-in-time compiler needs some before it is at its best (node:http took
 * twelve on a busy core to come from 75 to 30 us a request). None in a smoke run.
 */
export function warmUp(options: BenchOptions): BenchOptions | undefined {
  return options.smoke ? undefined : { ...options, seconds: Math.max(5, options.seconds) };
}

/** What `--help` prints. */
export const usage = `Usage: npm run -s bench -- [NAME]... [options]

Runs Seedbed beside its rivals and prints both figures and their ratio. Without a name: all.

A first round of 5 s or more is thrown away: it warms the compilers up.

Options:
  --seconds N   length of one measurement (default 3)
  --rounds N    alternating rounds; the median counts (default 3)
  --smoke       one short round with small data: shows that everything runs, its figures mean nothing
  --json        one JSON object instead of tables
  --help

Examples:
  npm run -s bench -- announce --seconds 5
  npm run -s bench -- seeding hashing --rounds 5
`;

/** Reads the arguments after the script's name. Throws an Error with one sentence when they are wrong. */
export function parseOptions(args: readonly string[]): BenchOptions | 'help' {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      seconds: { type: 'string' },
      rounds: { type: 'string' },
      smoke: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return 'help';
  return {
    names: positionals,
    seconds: positiveNumber('--seconds', values.seconds ?? (values.smoke ? '1' : '3')),
    rounds: Math.round(positiveNumber('--rounds', values.rounds ?? (values.smoke ? '1' : '3'))),
    smoke: values.smoke,
    json: values.json,
  };
}

function positiveNumber(name: string, text: string): number {
  const value = Number(text);
  if (!(value > 0 && value <= 3_600))
    throw new Error(`${name} takes a number from above 0 to 3600, not '${text}'`);
  return value;
}
