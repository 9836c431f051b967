import type { TorrentFile, TorrentVersion } from './metainfo.ts';

/** Where BEP 47 puts pad files; the name is their length. */
const PAD_FOLDER = '.pad';

/** A file with its place in the data, or a pad file. */
export type Laid<File> = (File & { readonly offset: number }) | PadFile;

/** A pad file (BEP 47). */
export type PadFile = Pick<TorrentFile, 'path' | 'length' | 'offset'> & { readonly isPadding: true };

/**
 * Lays files out so that each begins with a piece, as v2 wants it (BEP 52, "piece alignment"): behind a file that ends within a piece a
 * pad file fills the piece, also behind the last. As libtorrent has it, a hybrid of one file goes without; in v2, where pad files are
 * listed nowhere, peers may ask for the rest of the piece all the same.
 * @returns the files in their order, pad files among them, with their offsets; lengths beyond 2^53 are the caller's to refuse.
 */
export function alignFiles<File extends Pick<TorrentFile, 'path' | 'length'>>(
  files: readonly File[],
  pieceLength: number,
  version: Exclude<TorrentVersion, 'v1'>,
): Laid<File>[] {
  const isPadded = version === 'v2' || files.length > 1;
  const aligned: Laid<File>[] = [];
  let offset = 0;
  for (const file of files) {
    aligned.push({ ...file, offset });
    offset += file.length;
    const missing = (pieceLength - (offset % pieceLength)) % pieceLength;
    if (missing === 0 || !isPadded) continue;
    aligned.push(padFile(missing, offset));
    offset += missing;
  }
  return aligned;
}

function padFile(length: number, offset: number): PadFile {
  return { path: padPath(length), length, offset, isPadding: true };
}

/** The path by which a pad file goes (BEP 47). */
export function padPath(length: number): string[] {
  return [PAD_FOLDER, String(length)];
}
