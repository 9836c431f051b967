import { printableLine } from '../../bittorrent/text.ts';
import type { FileState, PieceRange, VerifiedFile, VerifyResult } from '../../builder/verify.ts';
import { countOf, formatBytes } from '../../web/format.ts';

/** Characters of one line. */
const MAX_LINE = 4096;
/** Files that are all right, and extra ones, before the rest is only counted; what is wrong is always listed. */
const MAX_LISTED = 1000;
/** Ranges of pieces in one line. */
const MAX_RANGES = 50;

/** The words for a file's state, as they stand before its name. */
const WORDS: Readonly<Record<FileState, string>> = {
  ok: 'ok',
  missing: 'missing',
  unreadable: 'unreadable',
  size: 'wrong size',
  pieces: 'bad pieces',
  unsure: 'unsure',
  kind: 'wrong kind',
  link: 'wrong link',
};
const WIDTH = Math.max(...Object.values(WORDS).map((word) => word.length));

/** What was found, for people: a line each file, and last the sums. */
export function verifyText(name: string, pieceCount: number, result: VerifyResult): string {
  const lines: string[] = [];
  let goodFiles = 0;
  for (const file of result.files) {
    if (file.state === 'ok' && ++goodFiles > MAX_LISTED) continue;
    lines.push(fileLine(name, file));
  }
  if (goodFiles > MAX_LISTED) lines.push(`and ${countOf(goodFiles - MAX_LISTED, 'more file')} that are ok`);
  for (const path of (result.extraFiles ?? []).slice(0, MAX_LISTED))
    lines.push(line('extra', [name, path].join('/')));
  const hidden = (result.extraFiles?.length ?? 0) - MAX_LISTED;
  if (hidden > 0) lines.push(`and ${countOf(hidden, 'more extra file')}`);
  return `${lines.join('\n')}\n\n${sums(pieceCount, result)}`;
}

function fileLine(name: string, { state, torrentPath, reason, badRanges }: VerifiedFile): string {
  const which = state === 'pieces' || state === 'unsure' ? ` (${rangesText(badRanges)})` : '';
  const why = reason === undefined ? '' : `: ${reason}${which}`;
  return line(WORDS[state], `${[name, ...torrentPath].join('/')}${why}`);
}

function line(word: string, text: string): string {
  return `${word.padEnd(WIDTH)}  ${printableLine(text, MAX_LINE)}`;
}

function sums(pieceCount: number, { root, files, goodPieces, goodBytes, isComplete }: VerifyResult): string {
  const good = files.filter(({ state }) => state === 'ok').length;
  const total = files.reduce((sum, { length }) => sum + length, 0);
  const share = total === 0 ? 100 : Math.floor((goodBytes / total) * 1000) / 10; // 100 % is said of nothing less
  return [
    `Place:    ${printableLine(root, MAX_LINE)}`,
    `Files:    ${good} of ${files.length} ok`,
    `Pieces:   ${goodPieces} of ${pieceCount} good, ${formatBytes(goodBytes)} of ${formatBytes(total)} (${share} %)`,
    `Complete: ${isComplete ? 'yes' : 'no'}`,
    '',
  ].join('\n');
}

function rangesText(ranges: readonly PieceRange[]): string {
  const shown = ranges
    .slice(0, MAX_RANGES)
    .map(([first, last]) => (first === last ? first : `${first}-${last}`));
  return `${shown.join(', ')}${ranges.length > MAX_RANGES ? ', ...' : ''}`;
}
