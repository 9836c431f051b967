import { type Progress, ProgressBar } from './progress.ts';
import { ProgressLines } from './progress-lines.ts';

/** Progress as a person or a program wants it: a bar on a terminal, lines of JSON, or none. Both are on standard error. */
export function openProgress(how: {
  readonly label: string;
  readonly isJson: boolean;
  readonly isQuiet: boolean;
}): Progress | undefined {
  if (how.isQuiet) return undefined;
  return how.isJson ? new ProgressLines() : new ProgressBar({ label: how.label });
}
