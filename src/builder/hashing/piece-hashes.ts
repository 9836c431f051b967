import { hasV2, type Metainfo } from '../../bittorrent/metainfo/metainfo.ts';
import { pieceHashesV2, pieceLayersOf } from '../../bittorrent/metainfo/piece-layers.ts';
import type { PieceHashes } from './job.ts';

/** What the pieces of a torrent should have, for a check; a hybrid without its piece layers is told by SHA-1 alone. */
export function pieceHashesOf(metainfo: Metainfo): PieceHashes {
  const { info } = metainfo;
  const v2 = hasV2(info) ? pieceHashesV2(info, pieceLayersOf(metainfo)) : undefined;
  return { v1: info.pieces, v2: v2 ?? new Uint8Array() };
}
