import { toHex } from '../../bittorrent/hex.ts';
import type { Info, TorrentFile } from '../../bittorrent/metainfo/metainfo.ts';
import {
  basisOf,
  compareFiles,
  type FileOf,
  haveSameInside,
  isWholePiece,
  pieceHash,
  piecesOfFile,
} from './compare-files.ts';
import type { FileDifference } from './types.ts';

/** The files in which two torrents differ, in the order of A, then of B; and how many are the same. */
export function fileDifferences(a: Info, b: Info): { files: FileDifference[]; sameFiles: number } {
  const inB = new Map(contentOf(b).map((file) => [file.path.join('/'), file]));
  const files: FileDifference[] = [];
  const removed: TorrentFile[] = [];
  let sameFiles = 0;
  for (const file of contentOf(a)) {
    const counterpart = inB.get(file.path.join('/'));
    if (counterpart === undefined) {
      removed.push(file);
      continue;
    }
    inB.delete(file.path.join('/'));
    const difference = differenceAt({ info: a, file }, { info: b, file: counterpart });
    if (difference === undefined) sameFiles++;
    else files.push(difference);
  }
  return { files: [...files, ...movedFiles({ a, b, removed, added: [...inB.values()] })], sameFiles };
}

function contentOf(info: Info): readonly TorrentFile[] {
  return info.files.filter(({ isPadding }) => !isPadding);
}

/** In what two files of one path differ. */
function differenceAt(a: FileOf, b: FileOf): FileDifference | undefined {
  const { path, length } = b.file;
  const sameness = compareFiles(a, b);
  if (sameness === 'different') return { kind: 'changed', path, oldLength: a.file.length, length };
  if (sameness === 'unknown') return { kind: 'unknown', path, length };
  const isAlike = a.file.isExecutable === b.file.isExecutable && a.file.isHidden === b.file.isHidden;
  return isAlike ? undefined : { kind: 'attributes', path, length };
}

/** Files that only one of the torrents has under their path. */
interface Moved {
  readonly a: Info;
  readonly b: Info;
  readonly removed: readonly TorrentFile[];
  readonly added: readonly TorrentFile[];
}

/** Those whose data is the same are one that was renamed; each is taken once. */
function movedFiles({ a, b, removed, added }: Moved): FileDifference[] {
  const basis = basisOf(a, b);
  const candidates = new Map<string, TorrentFile[]>();
  for (const file of added) {
    const key = contentKey(basis, { info: b, file });
    const list = candidates.get(key);
    if (list === undefined) candidates.set(key, [file]);
    else list.push(file);
  }
  const renamed = new Set<TorrentFile>();
  const ofA = removed.map((file): FileDifference => {
    const { path: oldPath, length } = file;
    const list = candidates.get(contentKey(basis, { info: a, file })) ?? [];
    const at = list.findIndex((other) => isSameData({ info: a, file }, { info: b, file: other }));
    const [found] = at < 0 ? [] : list.splice(at, 1);
    if (found === undefined) return { kind: 'removed', path: oldPath, length };
    renamed.add(found);
    return { kind: 'renamed', path: found.path, oldPath, length };
  });
  const ofB = added
    .filter((file) => !renamed.has(file))
    .map(({ path, length }): FileDifference => ({ kind: 'added', path, length }));
  return [...ofA, ...ofB];
}

function isSameData(a: FileOf, b: FileOf): boolean {
  if (a.file.length === 0) return false; // empty files are all the same, and nobody moves them
  return compareFiles(a, b) === 'same' || haveSameInside(a, b);
}

/** What files with the same data have in common, so that not all are compared with all. */
function contentKey(basis: 'v2' | 'v1' | undefined, { info, file }: FileOf): string {
  if (basis === 'v2') return file.piecesRoot === undefined ? '' : toHex(file.piecesRoot);
  if (basis === undefined || file.length === 0) return '';
  const { phase, first } = piecesOfFile({ info, file });
  const whole = first + (isWholePiece({ info, file }, 0) ? 0 : 1); // beyond its end only where it has no whole piece
  return `${file.length} ${phase} ${toHex(pieceHash(info, whole))}`;
}
