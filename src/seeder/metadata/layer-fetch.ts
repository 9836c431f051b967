import { toHex } from '../../bittorrent/hex.ts';
import { type LayerRange, layerRanges, provenPieces } from '../../bittorrent/metainfo/layer-ranges.ts';
import { MERKLE_HASH_LENGTH } from '../../bittorrent/metainfo/merkle.ts';
import type { Info } from '../../bittorrent/metainfo/metainfo.ts';
import { layerBytes, layeredFiles, type PieceLayers } from '../../bittorrent/metainfo/piece-layers.ts';
import type { CloseReason } from '../counters.ts';
import type { HashRequest } from '../wire/hash-messages.ts';

/** Requests to a peer at a time: a few hide the way there and back. */
const AHEAD = 4;

/** A connection to a peer that knows v2. */
export interface HashPeer {
  askHashes(request: HashRequest): void;
  close(reason: CloseReason): void;
}

/** Bytes of all piece layers of a torrent. @throws {ProtocolError} ERR_METAINFO, as {@link layeredFiles}. */
export function layersLength(info: Info): number {
  let bytes = 0;
  for (const file of layeredFiles(info).values()) bytes += layerBytes(file, info.pieceLength);
  return bytes;
}

/**
 * Fetches the piece layers of a torrent from peers by hash requests (BEP 52, messages 21 to 23). An answer counts when it leads to
 * the root of its file. Who gives another is left for good; who refuses is left too, and what it refused is asked of others, or of
 * itself when it is tried again. Memory: that of the layers, which the caller bounds.
 */
export class LayerFetch {
  readonly #sizes = new Map<string, number>();
  readonly #fresh: Iterator<LayerRange>;
  /** Asked for in vain; they wait until all others were asked for. */
  readonly #again: LayerRange[] = [];
  readonly #peers = new Map<HashPeer, Map<string, LayerRange>>();
  readonly #layers = new Map<string, Uint8Array>();
  #missingBytes: number;
  readonly #done = Promise.withResolvers<PieceLayers>();

  constructor(info: Info) {
    const files = layeredFiles(info);
    for (const [root, file] of files) this.#sizes.set(root, layerBytes(file, info.pieceLength));
    this.#missingBytes = [...this.#sizes.values()].reduce((sum, bytes) => sum + bytes, 0);
    this.#fresh = rangesOf(files.values(), info.pieceLength);
    if (this.#missingBytes === 0) this.#done.resolve(this.#layers);
  }

  /** Resolves when all layers are here. */
  get done(): Promise<PieceLayers> {
    return this.#done.promise;
  }

  /** A peer that may be asked. */
  join(peer: HashPeer): void {
    if (this.#peers.has(peer)) return;
    this.#peers.set(peer, new Map());
    this.#askMore();
  }

  /** Its connection is over: others are asked for what it owes. */
  leave(peer: HashPeer): void {
    const asked = this.#peers.get(peer);
    if (asked === undefined) return;
    this.#peers.delete(peer);
    this.#again.push(...asked.values());
    this.#askMore();
  }

  /** An answer came; true when it is good. `hashes` is a view. */
  answered(peer: HashPeer, request: HashRequest, hashes: Uint8Array): boolean {
    const range = this.#taken(peer, request);
    if (range === undefined) {
      peer.close('bad-message'); // nobody asked for that
      return false;
    }
    const pieces = provenPieces(range, hashes);
    if (pieces === undefined) {
      this.#again.push(range);
      peer.close('bad-data');
      return false;
    }
    this.#store(range, pieces);
    this.#askMore();
    return true;
  }

  /** A request was refused. */
  refused(peer: HashPeer, request: HashRequest): void {
    const range = this.#taken(peer, request);
    if (range !== undefined) this.#again.push(range);
    peer.close(range === undefined ? 'bad-message' : 'torrent-unavailable');
  }

  /** What a peer was asked for and answers now; undefined when it is something else. */
  #taken(peer: HashPeer, request: HashRequest): LayerRange | undefined {
    const asked = this.#peers.get(peer);
    const range = asked?.get(keyOf(request));
    if (range === undefined) return undefined;
    const { baseLayer, length, proofLayers } = request;
    if (baseLayer !== range.baseLayer || length !== range.length || proofLayers !== range.proofLayers)
      return undefined;
    asked?.delete(keyOf(range));
    return range;
  }

  #store({ piecesRoot, index }: LayerRange, pieces: Uint8Array): void {
    const root = toHex(piecesRoot);
    let layer = this.#layers.get(root);
    if (layer === undefined) {
      layer = new Uint8Array(this.#sizes.get(root) ?? 0);
      this.#layers.set(root, layer);
    }
    layer.set(pieces, index * MERKLE_HASH_LENGTH);
    this.#missingBytes -= pieces.length;
    if (this.#missingBytes === 0) this.#done.resolve(this.#layers);
  }

  #askMore(): void {
    for (const [peer, asked] of this.#peers) {
      while (asked.size < AHEAD) {
        const range = this.#next();
        if (range === undefined) return;
        asked.set(keyOf(range), range);
        peer.askHashes(range);
      }
    }
  }

  #next(): LayerRange | undefined {
    const fresh = this.#fresh.next();
    return fresh.done === true ? this.#again.shift() : fresh.value;
  }
}

function* rangesOf(
  files: Iterable<Parameters<typeof layerRanges>[0]>,
  pieceLength: number,
): Generator<LayerRange> {
  for (const file of files) yield* layerRanges(file, pieceLength);
}

function keyOf({ piecesRoot, index }: Pick<HashRequest, 'piecesRoot' | 'index'>): string {
  return `${toHex(piecesRoot)} ${index}`;
}
