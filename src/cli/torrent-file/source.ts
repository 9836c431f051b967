import { type Magnet, parseMagnet } from '../../bittorrent/magnet.ts';
import { type MetainfoFile, readMetainfo } from '../../builder/read-metainfo.ts';

/** What an argument names that is a `.torrent` file or a magnet link. */
export type TorrentSource =
  | ({ readonly kind: 'file' } & MetainfoFile)
  | { readonly kind: 'magnet'; readonly magnet: Magnet };

/**
 * Reads the `.torrent` file or magnet link of an argument.
 * @throws {BuilderError} as {@link readMetainfo} does. @throws {ProtocolError} ERR_MAGNET.
 */
export async function readSource(text: string): Promise<TorrentSource> {
  if (/^\s*magnet:/i.test(text)) return { kind: 'magnet', magnet: parseMagnet(text) };
  return { kind: 'file', ...(await readMetainfo(text)) };
}
