/** One measurement of one subject in one round. */
export interface Sample {
  /** In the case's unit; higher is better unless the case says otherwise. */
  readonly value: number;
  /** CPU time of the server's process, all threads, for one request or block, in microseconds. */
  readonly cpuMicroseconds?: number;
  /** Share of one core that the server's process used; 1 is one core. */
  readonly serverLoad?: number;
  /** Share of one core that the load generator used. */
  readonly loadLoad?: number;
  /** Cores that other work on the machine used: the rate is too low then, the CPU time still holds. */
  readonly otherLoad?: number;
  /** Anything a reader should know: errors counted, memory. */
  readonly note?: string;
}

/** All samples of a subject, or the reason why there are none. */
export interface Subject {
  readonly name: string;
  readonly samples: readonly Sample[];
  readonly missing?: string;
}

/** One table: subjects measured under the same conditions. The first subject is ours; ratios are ours to each other's. */
export interface Case {
  readonly bench: string;
  readonly name: string;
  readonly unit: string;
  /** What one unit of work is called in the CPU column. */
  readonly work?: string;
  readonly lowerIsBetter?: boolean;
  readonly subjects: readonly Subject[];
  readonly notes?: readonly string[];
}

/** The middle value; the mean of the two middle ones for an even count. NaN for none. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

/** The medians of a subject's samples, with the least and the greatest value. */
export function summarise(subject: Subject): Sample & { readonly least: number; readonly greatest: number } {
  const values = subject.samples.map(({ value }) => value);
  const middle = (pick: (sample: Sample) => number | undefined): number | undefined => {
    const known = subject.samples.map(pick).filter((value) => value !== undefined);
    return known.length === 0 ? undefined : median(known);
  };
  const cpuMicroseconds = middle((sample) => sample.cpuMicroseconds);
  const serverLoad = middle((sample) => sample.serverLoad);
  const loadLoad = middle((sample) => sample.loadLoad);
  const otherLoad = middle((sample) => sample.otherLoad);
  const note = subject.samples.findLast((sample) => sample.note !== undefined)?.note;
  return {
    value: median(values),
    least: Math.min(...values),
    greatest: Math.max(...values),
    ...(cpuMicroseconds === undefined ? {} : { cpuMicroseconds }),
    ...(serverLoad === undefined ? {} : { serverLoad }),
    ...(loadLoad === undefined ? {} : { loadLoad }),
    ...(otherLoad === undefined ? {} : { otherLoad }),
    ...(note === undefined ? {} : { note }),
  };
}

/** What held the figure back, judged by who used up a core. */
export function limitOf({ serverLoad, loadLoad, otherLoad = 0 }: Sample): string {
  if (serverLoad === undefined || loadLoad === undefined) return '';
  if (serverLoad >= 0.93) return loadLoad >= 0.97 ? 'both cores full' : 'server';
  if (loadLoad >= 0.93) return 'load generator: the server could do more';
  if (otherLoad > 0.1) return `other work on the machine (${percent(otherLoad)} of a core)`;
  return 'neither core full: waiting';
}

/** The numbers of a case for `--json`. */
export function caseToJson(result: Case): object {
  return {
    ...result,
    subjects: result.subjects.map((subject) =>
      subject.missing === undefined
        ? {
            name: subject.name,
            ...summarise(subject),
            limit: limitOf(summarise(subject)),
            rounds: subject.samples.length,
          }
        : { name: subject.name, missing: subject.missing },
    ),
    ratios: ratios(result),
  };
}

/** Ours to each rival's, by name; above 1 means that ours is better. `cpu` compares the CPU time a unit of work. */
export function ratios(result: Case): Record<string, { readonly value: number; readonly cpu?: number }> {
  const [ours, ...rivals] = result.subjects;
  if (ours === undefined || ours.missing !== undefined) return {};
  const mine = summarise(ours);
  const found: Record<string, { value: number; cpu?: number }> = {};
  for (const rival of rivals) {
    if (rival.missing !== undefined) continue;
    const theirs = summarise(rival);
    const value = result.lowerIsBetter === true ? theirs.value / mine.value : mine.value / theirs.value;
    found[rival.name] = { value };
    if (
      mine.cpuMicroseconds !== undefined &&
      theirs.cpuMicroseconds !== undefined &&
      mine.cpuMicroseconds > 0
    )
      found[rival.name] = { value, cpu: theirs.cpuMicroseconds / mine.cpuMicroseconds };
  }
  return found;
}

/** A case as lines of text. */
export function formatCase(result: Case): string {
  const lines = [
    `${result.bench}: ${result.name} (${result.unit}${result.lowerIsBetter === true ? ', less is better' : ''})`,
  ];
  const width = Math.max(...result.subjects.map(({ name }) => name.length));
  for (const subject of result.subjects)
    lines.push(`  ${subject.name.padEnd(width)}  ${formatSubject(result, subject)}`);
  for (const [name, { value, cpu }] of Object.entries(ratios(result)))
    lines.push(
      `  ${result.subjects[0]?.name} : ${name} = ${value.toFixed(2)}${cpu === undefined ? '' : ` (by CPU time ${cpu.toFixed(2)})`}`,
    );
  for (const note of result.notes ?? []) lines.push(`  ${note}`);
  return lines.join('\n');
}

function formatSubject(result: Case, subject: Subject): string {
  if (subject.missing !== undefined) return `not measured: ${subject.missing}`;
  const summary = summarise(subject);
  const parts = [formatNumber(summary.value).padStart(9)];
  if (subject.samples.length > 1)
    parts.push(`[${formatNumber(summary.least)} to ${formatNumber(summary.greatest)}]`);
  if (summary.cpuMicroseconds !== undefined)
    parts.push(`${summary.cpuMicroseconds.toFixed(1)} us CPU a ${result.work ?? 'request'}`);
  if (summary.serverLoad !== undefined && summary.loadLoad !== undefined)
    parts.push(
      `server ${percent(summary.serverLoad)}, load ${percent(summary.loadLoad)}; limit: ${limitOf(summary)}`,
    );
  if (summary.note !== undefined) parts.push(summary.note);
  return parts.join('  ');
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}

function formatNumber(value: number): string {
  if (value >= 10_000) return Math.round(value).toLocaleString('en').replaceAll(',', ' ');
  return value >= 100 ? value.toFixed(0) : value.toFixed(2);
}

/** Why a subject could not be measured, on one line: the error, and the last line that the program wrote. */
export function reasonOf(error: unknown): string {
  const lines = (error instanceof Error ? error.message : String(error))
    .split('\n')
    .filter((line) => line.trim() !== '');
  const last = lines.at(-1) ?? '';
  return lines.length < 2 || last.startsWith('--- ') ? (lines[0] ?? '') : `${lines[0]}: ${last}`;
}
