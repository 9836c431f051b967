import type { Info } from '../../bittorrent/metainfo/metainfo.ts';
import { MAX_METAINFO_BYTES } from '../../bittorrent/metainfo/parse.ts';
import { SeederError } from '../errors.ts';
import { layersLength } from './layer-fetch.ts';

/** Whether the piece layers of a torrent have to be fetched; `wanted`: it can be had without, as a v1 torrent. */
export type LayersNeed = 'none' | 'wanted' | 'required';

/** What stands in a `.torrent` file beside the info dictionary and the hashes: keys, and 64 KiB of a magnet link's addresses. */
const ROOM_FOR_REST = 256 * 1024;
/** Of a layer: its root, and the lengths of both. */
const BYTES_PER_LAYER = 48;

/**
 * What a torrent of which only the info dictionary is known needs beside it (BEP 52). Its lengths are what its maker says: they are
 * bounded here, before memory is taken.
 * @param isNamedByV2 the magnet link has a v2 info-hash, so that there is a swarm to ask.
 * @throws {SeederError} ERR_NO_METADATA when a v2 torrent has more hashes than a `.torrent` file may hold; {@link ProtocolError} ERR_METAINFO.
 */
export function neededLayers(info: Info, infoLength: number, isNamedByV2: boolean): LayersNeed {
  if (info.version === 'v1' || !isNamedByV2) return 'none';
  const bytes = layersLength(info);
  if (bytes === 0) return 'none';
  const isV2Only = info.version === 'v2';
  const room = MAX_METAINFO_BYTES - ROOM_FOR_REST - infoLength - BYTES_PER_LAYER * info.files.length;
  if (bytes <= room) return isV2Only ? 'required' : 'wanted';
  if (!isV2Only) return 'none';
  throw new SeederError(
    'ERR_NO_METADATA',
    `the torrent ${JSON.stringify(info.name)} has ${bytes} bytes of piece hashes, more than a .torrent file may hold`,
  );
}
