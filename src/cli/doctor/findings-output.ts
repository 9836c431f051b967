import { printableLine } from '../../bittorrent/text.ts';
import type { Finding } from './finding.ts';

const MAX_LINE = 1000;

/** A line each, and below what is to be mended a line how. */
export function findingsText(findings: readonly Finding[]): string {
  return findings
    .map(({ level, what, how }) => {
      const mend = how === undefined ? '' : `       ${printableLine(how, MAX_LINE)}\n`;
      return `${level.padEnd(5)}  ${printableLine(what, MAX_LINE)}\n${mend}`;
    })
    .join('');
}
