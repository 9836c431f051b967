import { bytesEqual } from '../hex.ts';
import { type HashRange, provenNode } from './hash-range.ts';
import { BLOCK_LENGTH, levelOf, MERKLE_HASH_LENGTH, powerOfTwoFrom } from './merkle.ts';
import type { TorrentFile } from './metainfo.ts';

/** Hashes that are asked for at a time: the most that BEP 52 lets one request name. */
const MAX_HASHES = 512;

/** A part of the piece layer of a file that is longer than a piece, as it is asked for. */
export interface LayerRange extends HashRange {
  /** The root of the file's tree, 32 bytes. */
  readonly piecesRoot: Uint8Array;
  /** The layer of the root above the hashes of blocks. */
  readonly rootLayer: number;
  /** Hashes of the file's pieces among those that are asked for; those behind them are of no piece. */
  readonly pieces: number;
}

/** What a peer is to be asked for to get the whole piece layer of a file, with all uncles up to the root (BEP 52, "hash request"). */
export function* layerRanges(
  { length, piecesRoot }: Pick<TorrentFile, 'length' | 'piecesRoot'>,
  pieceLength: number,
): Generator<LayerRange> {
  if (piecesRoot === undefined) return;
  const pieceCount = Math.ceil(length / pieceLength);
  const baseLayer = levelOf(pieceLength / BLOCK_LENGTH);
  const rootLayer = baseLayer + levelOf(powerOfTwoFrom(pieceCount));
  for (let index = 0; index < pieceCount; index += MAX_HASHES) {
    const pieces = Math.min(MAX_HASHES, pieceCount - index);
    const asked = Math.max(2, powerOfTwoFrom(pieces)); // BEP 52: two at least
    yield {
      piecesRoot,
      rootLayer,
      baseLayer,
      index,
      length: asked,
      proofLayers: rootLayer - baseLayer - 1,
      pieces,
    };
  }
}

/**
 * The hashes of pieces in an answer to a range, 32 bytes each: a view.
 * @param hashes as they came: those that were asked for, and the uncles.
 * @returns undefined when they do not lead to the root of the file, or are more or fewer than were asked for.
 */
export function provenPieces(range: LayerRange, hashes: Uint8Array): Uint8Array | undefined {
  const node = provenNode(range, hashes);
  const isProven = node?.layer === range.rootLayer && bytesEqual(node.hash, range.piecesRoot);
  return isProven ? hashes.subarray(0, range.pieces * MERKLE_HASH_LENGTH) : undefined;
}
