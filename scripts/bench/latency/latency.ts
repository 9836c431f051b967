import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Scope } from '../../../test/support/scope.ts';
import { makeTempFolder } from '../../../test/support/temp-folder.ts';
import { type AnnounceServer, type AnnounceSubject, announceSubjects } from '../announce/servers.ts';
import type { Bench } from '../bench.ts';
import { pinning } from '../cores.ts';
import { compileLoad } from '../load/compile.ts';
import { runLoad } from '../load/run-load.ts';
import { type BenchOptions, warmUp } from '../options.ts';
import { type Case, reasonOf, type Sample, type Subject } from '../report.ts';

interface LatencyFigures {
  readonly answers: number;
  readonly errors: number;
  readonly p50Us: number;
  readonly p99Us: number;
  readonly p999Us: number;
}

/** A way to ask, and who is asked in it. */
interface Mode {
  readonly name: string;
  readonly generator: 'http-load' | 'udp-load';
  takes(subject: AnnounceSubject): boolean;
  arguments(port: number, seconds: number, hashFile: string, subject: AnnounceSubject): string[];
}

const IN_FLIGHT = '64';
const PEERS = '60';

const MODES: readonly Mode[] = [
  {
    name: 'keep-alive at half load',
    generator: 'http-load',
    takes: (subject) => subject.keepsConnections,
    arguments: (port, seconds, hashFile, { answersAnnounces }) => {
      const kind = answersAnnounces ? 'announce' : 'static';
      return ['127.0.0.1', String(port), 'keep', IN_FLIGHT, String(seconds), hashFile, PEERS, kind];
    },
  },
  {
    name: 'UDP at half load',
    generator: 'udp-load',
    takes: (subject) => subject.speaksUdp,
    arguments: (port, seconds, hashFile) => [
      '127.0.0.1',
      String(port),
      IN_FLIGHT,
      String(seconds),
      hashFile,
      PEERS,
    ],
  },
];

/** What all measurements of one run share. */
interface Setting {
  readonly options: BenchOptions;
  readonly hashFile: string;
  readonly scope: Scope;
}

/** Runs the load: as fast as it goes, or at a rate. */
async function load(
  { hashFile }: Setting,
  mode: Mode,
  subject: AnnounceSubject,
  server: AnnounceServer,
  { seconds, rate }: { readonly seconds: number; readonly rate?: number },
): Promise<LatencyFigures & { readonly seconds: number }> {
  const generator = await compileLoad(mode.generator);
  if (generator === undefined) throw new Error('no C compiler for the load');
  const rateOf = rate === undefined ? [] : ['env', `RATE=${rate}`];
  const command = [
    ...pinning().load,
    ...rateOf,
    generator,
    ...mode.arguments(server.port, seconds, hashFile, subject),
  ];
  const { figures } = await runLoad<LatencyFigures>(command, server.pid, (seconds + 60) * 1_000);
  return figures;
}

/** The highest rate first, then the latencies at half of it. */
async function measure(
  setting: Setting,
  mode: Mode,
  subject: AnnounceSubject,
  server: AnnounceServer,
): Promise<Sample> {
  const { seconds } = setting.options;
  const full = await load(setting, mode, subject, server, { seconds });
  const rate = Math.max(1, Math.round(full.answers / full.seconds / 2));
  const half = await load(setting, mode, subject, server, { seconds: seconds * 2, rate });
  const errors = half.errors > 0 ? `, ${half.errors} ERRORS` : '';
  return {
    value: half.p999Us,
    note: `50 % under ${half.p50Us} us, 99 % under ${half.p99Us} us, at ${rate} a second${errors}`,
  };
}

async function subjectOf(setting: Setting, mode: Mode, subject: AnnounceSubject): Promise<Subject> {
  const { options, hashFile, scope } = setting;
  try {
    const infoHashes = hashesOf(options.smoke ? 20 : 200);
    await writeFile(hashFile, `${infoHashes.join('\n')}\n`);
    const server = await subject.start(scope, { prefix: pinning().server, infoHashes });
    const warming = warmUp(options);
    if (warming !== undefined) await load(setting, mode, subject, server, { seconds: warming.seconds });
    const samples: Sample[] = [];
    for (let round = 0; round < options.rounds; round++)
      samples.push(await measure(setting, mode, subject, server));
    return { name: subject.name, samples };
  } catch (error) {
    return { name: subject.name, samples: [], missing: reasonOf(error) };
  }
}

function hashesOf(count: number): string[] {
  return Array.from({ length: count }, (_value, index) =>
    createHash('sha1').update(`swarm ${index}`).digest('hex'),
  );
}

async function run(options: BenchOptions): Promise<Case[]> {
  const cases: Case[] = [];
  for (const mode of MODES) {
    const scope = new Scope();
    try {
      const hashFile = join(await makeTempFolder(scope, 'seedbed-bench-'), 'hashes');
      const subjects: Subject[] = [];
      for (const subject of announceSubjects.filter((one) => mode.takes(one)))
        subjects.push(await subjectOf({ options, hashFile, scope }, mode, subject));
      cases.push({
        bench: 'latency',
        name: `99.9 % of the answers come within, ${mode.name}`,
        unit: 'us',
        lowerIsBetter: true,
        subjects,
        notes: [
          'each server at half of the rate that it reached a moment before; latency counts from when a request was due',
        ],
      });
    } finally {
      await scope.end();
    }
  }
  return cases;
}

/** How long announces take, at half of what each server can do. */
export const latency: Bench = { name: 'latency', run };
