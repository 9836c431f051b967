/** How much something matters: only what is wrong makes the command fail. */
export type Level = 'ok' | 'note' | 'wrong';

/** What a check has to say: one line what, and one line how to mend it. */
export interface Finding {
  readonly level: Level;
  /** The name of the check, such as `udp.silent`: stable, for programs. */
  readonly check: string;
  readonly what: string;
  readonly how?: string;
}

/** Judges what was seen; says nothing where it does not apply. It sends nothing and reads no clock. */
export type Check<Evidence> = (evidence: Evidence) => Finding | readonly Finding[] | undefined;

/** All findings of some checks, in their order. */
export function findingsOf<Evidence>(
  checks: readonly Check<Evidence>[],
  evidence: Evidence,
): readonly Finding[] {
  return checks.flatMap((check) => check(evidence) ?? []);
}

/** All is well. */
export function ok(check: string, what: string): Finding {
  return { level: 'ok', check, what };
}

/** Worth knowing. */
export function note(check: string, what: string, how: string): Finding {
  return { level: 'note', check, what, how };
}

/** To be mended. */
export function wrong(check: string, what: string, how: string): Finding {
  return { level: 'wrong', check, what, how };
}
