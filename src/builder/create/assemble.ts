import { ProtocolError } from '../../bittorrent/errors.ts';
import { toHex } from '../../bittorrent/hex.ts';
import { swarmHashFromHex } from '../../bittorrent/info-hash.ts';
import { encodeInfo, encodeMetainfo } from '../../bittorrent/metainfo/encode.ts';
import type { InfoFile } from '../../bittorrent/metainfo/info-file.ts';
import { MERKLE_HASH_LENGTH } from '../../bittorrent/metainfo/merkle.ts';
import { PIECE_HASH_LENGTH } from '../../bittorrent/metainfo/metainfo.ts';
import { parseMetainfo } from '../../bittorrent/metainfo/parse.ts';
import { encodePieceLayers, piecesRootOf } from '../../bittorrent/metainfo/piece-layers.ts';
import { BuilderError, quoted } from '../hashing/errors.ts';
import type { PieceHashes } from '../hashing/job.ts';
import type { DescriptionOptions } from '../options.ts';
import { packageVersion } from '../version.ts';
import { isContent, type PlannedFile, type TorrentPlan } from './layout.ts';

/** With fewer files, in fewer folders within one another, no torrent has more items or longer paths than readers take. */
const MANY_FILES = 10_000;
const DEEP_PATH = 20;

/** The bytes of a `.torrent` file, from a plan and the hashes of its pieces. */
export function assemble(plan: TorrentPlan, hashes: PieceHashes, options: DescriptionOptions): Uint8Array {
  const { version, name, pieceLength } = plan;
  const layers = new Map<string, Uint8Array>();
  const files = plan.files.map((file) => infoFile(file, rootOf(file, plan, hashes.v2, layers)));
  const infoBytes = encodeInfo({
    version,
    name,
    pieceLength,
    pieces: hashes.v1,
    files,
    isPrivate: options.isPrivate,
    saysPublic: options.saysPublic,
    source: options.source,
    similar: options.similar?.map(swarmHashFromHex),
    collections: options.collections,
    updateUrl: options.updateUrl,
  });
  const { createdBy = `Seedbed/${packageVersion()}`, creationDate = Math.floor(Date.now() / 1000) } = options;
  return encodeMetainfo({
    infoBytes,
    pieceLayers: version === 'v1' ? undefined : encodePieceLayers(layers),
    announceTiers: options.announceTiers,
    webSeeds: options.webSeeds,
    httpSeeds: options.httpSeeds,
    dhtNodes: options.dhtNodes,
    comment: options.comment,
    createdBy: createdBy === '' ? undefined : createdBy,
    creationDate: creationDate === 'none' ? undefined : creationDate,
  });
}

function infoFile(file: PlannedFile, piecesRoot: Uint8Array | undefined): InfoFile {
  if (!isContent(file)) return file;
  const { path, length, isExecutable, linkTarget } = file;
  return {
    path,
    length,
    ...(isExecutable && { isExecutable }),
    ...(linkTarget !== undefined && { linkTarget }),
    ...(piecesRoot !== undefined && { piecesRoot }),
  };
}

/** The root of a file's tree; the hashes of its pieces go into `layers` when there are several (BEP 52). */
function rootOf(
  file: PlannedFile,
  { version, pieceLength }: TorrentPlan,
  hashes: Uint8Array,
  layers: Map<string, Uint8Array>,
): Uint8Array | undefined {
  if (version === 'v1' || !isContent(file) || file.length === 0) return undefined;
  const first = file.offset / pieceLength;
  const end = first + Math.ceil(file.length / pieceLength);
  const layer = hashes.subarray(first * MERKLE_HASH_LENGTH, end * MERKLE_HASH_LENGTH);
  const root = piecesRootOf(layer, pieceLength);
  if (file.length > pieceLength) layers.set(toHex(root), layer);
  return root;
}

/**
 * Makes the torrent of a plan with hashes that are made up, and reads it: better now than after an hour of hashing.
 * @returns the bytes of the `.torrent` file; equal files are counted as if they differed.
 * @throws {BuilderError} ERR_INPUT when readers will refuse it: too many files, folders too deep, paths too long.
 */
export function rehearse(plan: TorrentPlan, options: DescriptionOptions): number {
  const torrent = assemble(plan, madeUpHashes(plan), options);
  try {
    parseMetainfo(torrent);
  } catch (cause) {
    if (!(cause instanceof ProtocolError)) throw cause;
    const message = `the torrent of ${quoted(plan.name)} would be none that clients read: ${cause.message}`;
    throw new BuilderError('ERR_INPUT', message, { cause });
  }
  return torrent.length;
}

/** Whether a torrent may be near what readers refuse, so that it is worth a {@link rehearse}: that takes some 20 us a file. */
export function isExtreme({ files }: TorrentPlan): boolean {
  return files.length > MANY_FILES || files.some(({ path }) => path.length > DEEP_PATH);
}

/** No two are equal, and none is zero. */
function madeUpHashes({ version, pieceCount }: TorrentPlan): PieceHashes {
  const v1 = new Uint8Array(version === 'v2' ? 0 : pieceCount * PIECE_HASH_LENGTH);
  const v2 = new Uint8Array(version === 'v1' ? 0 : pieceCount * MERKLE_HASH_LENGTH);
  const view = new DataView(v2.buffer);
  for (let at = 0; at < v2.length; at += MERKLE_HASH_LENGTH) view.setUint32(at, at / MERKLE_HASH_LENGTH + 1);
  return { v1, v2 };
}
