import type { Metainfo } from '../../bittorrent/metainfo/metainfo.ts';
import type { NameNode } from './name-tree.ts';

/** How much something matters: an `error` keeps clients from it, a `warning` some of them, a `hint` is for you to judge. */
export type Severity = 'error' | 'warning' | 'hint';

/** What is wrong with a torrent, or could be better. */
export interface LintFinding {
  /** The name of the rule, such as `size.piece-length`: stable, for programs. */
  readonly code: string;
  readonly severity: Severity;
  /** One sentence: what. */
  readonly what: string;
  /** One sentence: what to do. */
  readonly how: string;
  /** Files or URLs that it is about, the first few. */
  readonly examples?: readonly string[];
  /** How many there are of them altogether. */
  readonly count?: number;
}

/** What the rules judge. */
export interface LintSubject {
  /** The bytes of the `.torrent` file. */
  readonly bytes: Uint8Array;
  readonly metainfo: Metainfo;
  /** The files and folders that clients make of it. */
  readonly nodes: readonly NameNode[];
  /** The time of day, Unix seconds. */
  readonly nowSeconds: number;
}

/** Judges a torrent; says nothing where all is well. Pure. */
export type LintRule = (subject: LintSubject) => LintFinding | readonly LintFinding[] | undefined;

/** Examples that a finding names. */
const MAX_EXAMPLES = 5;

/** What stands in a finding beside its severity. */
type Words = Pick<LintFinding, 'what' | 'how'>;

/** A finding of a rule. */
export function finding(code: string, severity: Severity, words: Words): LintFinding {
  return { code, severity, ...words };
}

/** A finding about some of many; undefined when there are none. `words` are made of their number. */
export function findingAbout<Example>(
  code: string,
  severity: Severity,
  { about, words, spell = String }: FindingParts<Example>,
): LintFinding | undefined {
  const count = about.length;
  if (count === 0) return undefined;
  return {
    code,
    severity,
    ...words(count),
    examples: about.slice(0, MAX_EXAMPLES).map((example) => spell(example)),
    count,
  };
}

/** What a finding about some of many is made of. */
export interface FindingParts<Example> {
  readonly about: readonly Example[];
  readonly words: (count: number) => Words;
  /** An example as text; only the first few are asked for. */
  readonly spell?: (example: Example) => string;
}
