import { quoted } from '../text.ts';
import { alignFiles } from './align-files.ts';
import type { TreeFile } from './file-tree.ts';
import type { TorrentFile } from './metainfo.ts';
import { metainfoError } from './names.ts';

type PlacedFile = Pick<TorrentFile, 'offset' | 'length'> & { readonly isPadding?: boolean };

/** What the two halves of a hybrid torrent say. */
export interface HybridHalves {
  /** The files of its v1 list, pad files among them. */
  readonly listed: readonly TorrentFile[];
  /** The files of its v2 tree; the path of a single file is empty. */
  readonly tree: readonly TreeFile[];
  readonly pieceLength: number;
}

/**
 * The files of a hybrid torrent: those of its list, with the roots of its tree. Both halves must name the same files in the same order
 * and put each at the same offset, or peers of the two kinds would download different data (BEP 52, "upgrade path"). Pad files behind the
 * last file with data may be there or not: libtorrent wrote none before 2.0.4.
 * @throws {ProtocolError} ERR_METAINFO, naming the first file in which they differ.
 */
export function mergeHybridFiles({ listed, tree, pieceLength }: HybridHalves): TorrentFile[] {
  const aligned = alignFiles(tree, pieceLength, 'v2'); // with every pad file that there can be
  const expected = aligned.filter(({ isPadding }) => !isPadding);
  const merged: TorrentFile[] = [];
  let next = 0;
  for (const file of listed) {
    if (file.isPadding) {
      merged.push(file);
      continue;
    }
    const counterpart = expected[next++];
    if (counterpart === undefined || !isSameFile(file, counterpart)) throw differs(file);
    const piecesRoot = 'piecesRoot' in counterpart ? counterpart.piecesRoot : undefined;
    merged.push(piecesRoot === undefined ? file : { ...file, piecesRoot });
  }
  const missing = expected[next];
  if (missing !== undefined) throw differs(missing);
  if (!hasPadsOf(aligned, listed))
    throw metainfoError('"files" has pad files that "file tree" does not ask for', 'files');
  return merged;
}

/** The pad files are those that are due, in their places; the one behind the last file may be left out. */
function hasPadsOf(aligned: readonly PlacedFile[], listed: readonly PlacedFile[]): boolean {
  const due = aligned.filter(({ isPadding }) => isPadding);
  const found = listed.filter(({ isPadding }) => isPadding);
  const missing = due.length - found.length;
  const isAsDue = found.every(
    ({ offset, length }, n) => offset === due[n]?.offset && length === due[n]?.length,
  );
  return isAsDue && (missing === 0 || missing === 1);
}

/** An empty file holds no data, so it does not matter whether it stands before or behind a pad file. */
function isSameFile(a: TorrentFile, b: TorrentFile): boolean {
  const isSamePlace = a.offset === b.offset || a.length === 0;
  return isSamePlace && a.length === b.length && a.path.join('/') === b.path.join('/');
}

function differs(file: TorrentFile): Error {
  const name = quoted(file.path.join('/'));
  return metainfoError(
    `"files" and "file tree" do not agree on ${name}: its path, length, place in the order or pad files differ`,
    'file tree',
  );
}
