import type { BencodeInput } from '../bencode.ts';
import { attributeLetters, type InfoFile } from './info-file.ts';

/** A folder of a file tree while it is put together: without a prototype, so that `__proto__` is a name like others. */
type Folder = { [name: string]: BencodeInput };

/**
 * The `file tree` of files (BEP 52), pad files left out. The encoder puts names in order, so files have to come in that order for the
 * data to be where the tree says.
 * @param name of the torrent, by which a file without a folder around it goes.
 */
export function encodeFileTree(files: readonly InfoFile[], name: string): BencodeInput {
  const root = emptyFolder();
  for (const file of files) {
    if (file.isPadding === true) continue;
    let folder = root;
    for (const component of file.path.length === 0 ? [name] : file.path) {
      folder[component] ??= emptyFolder();
      folder = folder[component] as Folder; // only this function puts members in
    }
    folder[''] = leafOf(file);
  }
  return root;
}

function emptyFolder(): Folder {
  return Object.create(null) as Folder;
}

function leafOf(file: InfoFile): BencodeInput {
  return {
    attr: attributeLetters(file),
    length: file.linkTarget === undefined ? file.length : undefined,
    'pieces root': file.piecesRoot,
    'symlink path': file.linkTarget,
  };
}
