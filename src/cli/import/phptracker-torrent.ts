import { createHash } from 'node:crypto';
import { encodeBencode } from '../../bittorrent/bencode.ts';
import { encodeMetainfo } from '../../bittorrent/metainfo/encode.ts';
import { parseMetainfo } from '../../bittorrent/metainfo/parse.ts';
import type { PhpTrackerTorrent } from '../../persistence/mysql/phptracker.ts';

/**
 * The `.torrent` file of a torrent that PHPTracker made: its table has all that the info dictionary consists of. Undefined when the
 * info-hash does not come out, or the file is none by our rules; then all that is left of the torrent is its info-hash.
 */
export function rebuildTorrent(torrent: PhpTrackerTorrent): Uint8Array | undefined {
  const infoBytes = encodeBencode({
    length: torrent.lengthBytes,
    name: torrent.name,
    'piece length': torrent.pieceLength,
    pieces: torrent.pieces,
  });
  const infoHash = createHash('sha1').update(infoBytes).digest();
  if (!infoHash.equals(torrent.infoHash)) return undefined;
  const file = encodeMetainfo({ infoBytes });
  try {
    parseMetainfo(file);
    return file;
  } catch {
    return undefined; // a name that is not UTF-8, for one
  }
}
