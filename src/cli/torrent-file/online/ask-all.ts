import type { LintFinding } from '../../../builder/lint/lint-torrent.ts';

/** How others are asked. */
export interface OnlineOptions {
  readonly userAgent: string;
  /** For each of them. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** Trackers, and web seeds, that are asked; and how many at a time. */
const MAX_ASKED = 50;
const AT_A_TIME = 8;

/** Asks about each of some URLs, several at a time; the findings come in the order of the URLs. Those beyond fifty are not asked, and that is a finding. */
export async function askAll(
  urls: readonly string[],
  code: string,
  ask: (url: string) => Promise<LintFinding | undefined>,
): Promise<LintFinding[]> {
  const asked = [...new Set(urls)].slice(0, MAX_ASKED);
  const found: (LintFinding | undefined)[] = [];
  let next = 0;
  const work = async (): Promise<void> => {
    for (let at = next++; at < asked.length; at = next++) found[at] = await ask(asked[at] as string); // at < length
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, work));
  const rest = new Set(urls).size - asked.length;
  const unasked: LintFinding[] =
    rest > 0
      ? [
          {
            code,
            severity: 'hint',
            what: `${rest} more URLs were not asked`,
            how: 'name fewer: clients ask a few only',
          },
        ]
      : [];
  return [...found.flatMap((finding) => finding ?? []), ...unasked];
}
