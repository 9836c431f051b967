import type { TorrentFile } from './metainfo.ts';

/** One file of an info dictionary that is to be encoded. */
export type InfoFile = Omit<TorrentFile, 'offset' | 'isPadding'> & { readonly isPadding?: boolean };

/** BEP 47; undefined when there is nothing to say. */
export function attributeLetters(file: InfoFile): string | undefined {
  const letters = [
    file.isExecutable === true ? 'x' : '',
    file.isHidden === true ? 'h' : '',
    file.linkTarget === undefined ? '' : 'l',
    file.isPadding === true ? 'p' : '',
  ].join('');
  return letters === '' ? undefined : letters;
}
