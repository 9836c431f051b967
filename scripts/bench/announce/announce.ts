import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Scope } from '../../../test/support/scope.ts';
import { makeTempFolder } from '../../../test/support/temp-folder.ts';
import type { Bench } from '../bench.ts';
import { type Pinning, pinning } from '../cores.ts';
import { compileLoad } from '../load/compile.ts';
import { runLoad } from '../load/run-load.ts';
import { type BenchOptions, warmUp } from '../options.ts';
import { type Case, reasonOf, type Sample, type Subject } from '../report.ts';
import { type AnnounceServer, type AnnounceSubject, announceSubjects } from './servers.ts';

interface HttpFigures {
  readonly answers: number;
  readonly errors: number;
  readonly answerBytes: number;
  readonly p99Us: number;
  readonly firstError: string;
}

type Mode = 'close' | 'keep' | 'udp';
const modes: readonly Mode[] = ['close', 'keep', 'udp'];
const modeNames: Record<Mode, string> = {
  close: 'a connection a request',
  keep: 'keep-alive',
  udp: 'UDP',
};
const connections = 64;

/** What all measurements of one run share. */
interface Setting {
  readonly options: BenchOptions;
  readonly pins: Pinning;
  readonly generator: readonly string[];
  /** Undefined without a C compiler: in JavaScript it would measure itself. */
  readonly udpGenerator: string | undefined;
  readonly hashFile: string;
  readonly peersASwarm: number;
}

interface Running {
  readonly subject: AnnounceSubject;
  readonly server: AnnounceServer | undefined;
  readonly missing?: string;
  readonly samples: Record<Mode, Sample[]>;
}

async function start(
  scope: Scope,
  subject: AnnounceSubject,
  prefix: readonly string[],
  infoHashes: string[],
): Promise<Running> {
  const samples = { close: [], keep: [], udp: [] };
  try {
    return { subject, server: await subject.start(scope, { prefix, infoHashes }), samples };
  } catch (error) {
    const missing = reasonOf(error);
    return { subject, server: undefined, missing, samples };
  }
}

async function measure(setting: Setting, mode: Mode, { subject, server }: Running): Promise<Sample> {
  const { port = 0, pid = -1 } = server ?? {};
  const { options, pins, generator, hashFile, peersASwarm } = setting;
  const kind = subject.answersAnnounces ? 'announce' : 'static';
  const args = ['127.0.0.1', port, mode, connections, options.seconds, hashFile, peersASwarm, kind].map(
    String,
  );
  const command =
    mode === 'udp'
      ? [setting.udpGenerator ?? '', ...args.filter((arg) => arg !== mode)]
      : [...generator, ...args];
  const deadlineMs = (options.seconds + 60) * 1_000;
  const { figures, serverCpuSeconds, otherLoad } = await runLoad<HttpFigures>(
    [...pins.load, ...command],
    pid,
    deadlineMs,
  );
  const bytes = Math.round(figures.answerBytes / Math.max(1, figures.answers));
  const errors = figures.errors > 0 ? `, ${figures.errors} ERRORS (${figures.firstError})` : '';
  return {
    value: figures.answers / figures.seconds,
    cpuMicroseconds: (serverCpuSeconds / Math.max(1, figures.answers)) * 1e6,
    serverLoad: serverCpuSeconds / figures.seconds,
    loadLoad: figures.loadCpuSeconds / figures.seconds,
    otherLoad,
    note: `${bytes} bytes, 99 % under ${figures.p99Us} us${errors}`,
  };
}

/** One round: every subject in each mode that it knows. */
async function measureAll(
  setting: Setting,
  running: readonly Running[],
  take: (one: Running, mode: Mode, sample: Sample) => void,
): Promise<void> {
  for (const mode of modes)
    for (const one of running)
      if (toSubject(setting, one, mode).missing === undefined)
        take(one, mode, await measure(setting, mode, one));
}

function toSubject({ udpGenerator }: Setting, running: Running, mode: Mode): Subject {
  const { name } = running.subject;
  if (running.missing !== undefined) return { name, samples: [], missing: running.missing };
  if (mode !== 'udp' && !running.subject.speaksHttp) return { name, samples: [], missing: 'UDP only' };
  if (mode === 'keep' && !running.subject.keepsConnections)
    return { name, samples: [], missing: 'closes the connection after each answer' };
  if (mode === 'udp' && !running.subject.speaksUdp) return { name, samples: [], missing: 'HTTP only' };
  if (mode === 'udp' && udpGenerator === undefined)
    return { name, samples: [], missing: 'no C compiler for the load' };
  return { name, samples: running.samples[mode] };
}

function hashesOf(count: number): string[] {
  return Array.from({ length: count }, (_value, index) =>
    createHash('sha1').update(`swarm ${index}`).digest('hex'),
  );
}

async function run(options: BenchOptions): Promise<Case[]> {
  const scope = new Scope();
  try {
    const infoHashes = hashesOf(options.smoke ? 20 : 200);
    const hashFile = join(await makeTempFolder(scope, 'seedbed-bench-'), 'hashes');
    await writeFile(hashFile, `${infoHashes.join('\n')}\n`);
    const compiled = await compileLoad('http-load');
    const script = fileURLToPath(new URL('../load/http-load.ts', import.meta.url));
    const generator = compiled === undefined ? [process.execPath, script] : [compiled];
    const udpGenerator = await compileLoad('udp-load');
    const setting: Setting = { options, pins: pinning(), generator, udpGenerator, hashFile, peersASwarm: 60 };
    const running: Running[] = [];
    for (const subject of announceSubjects)
      running.push(await start(scope, subject, setting.pins.server, infoHashes));
    const warming = warmUp(options);
    if (warming !== undefined) await measureAll({ ...setting, options: warming }, running, () => {});
    for (let round = 0; round < options.rounds; round++)
      await measureAll(setting, running, (one, mode, sample) => one.samples[mode].push(sample));
    const notes = [
      'seedbed keeps its state in SQLite; with "strict" an announce is answered after its commit, one for all that wait',
      `${connections} connections, ${infoHashes.length} swarms of ${setting.peersASwarm} leechers, numwant 50; ${setting.pins.note}`,
      ...(compiled === undefined
        ? ['no C compiler: the load generator is JavaScript and saturates first']
        : []),
    ];
    return modes.map((mode) => ({
      bench: 'announce',
      name: modeNames[mode],
      unit: 'answers/s',
      subjects: running.map((one) => toSubject(setting, one, mode)),
      notes,
    }));
  } finally {
    await scope.end();
  }
}

/** Announces a second over HTTP and UDP against opentracker, bittorrent-tracker and the platform's own limit. */
export const announce: Bench = { name: 'announce', run };
