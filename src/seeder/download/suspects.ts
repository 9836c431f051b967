import { hash } from 'node:crypto';
import { BLOCK_LENGTH } from '../wire/message.ts';

/** Bad pieces that are remembered. */
const MAX_PIECES = 64;

interface Suspicion<Peer> {
  readonly givers: readonly (Peer | undefined)[];
  /** Of each block that they gave. */
  readonly digests: readonly string[];
}

/**
 * Who gave a bad piece, when it was more than one: once the piece is good, the blocks that differ tell who lied. Until then
 * nobody is blamed for what another may have done.
 */
export class Suspects<Peer> {
  readonly #pieces = new Map<number, Suspicion<Peer>>();

  /** Whether the piece was bad before, with several givers. */
  has(piece: number): boolean {
    return this.#pieces.has(piece);
  }

  /** A piece was bad; remembers its blocks and their givers. The oldest piece is forgotten when there are too many. */
  note(piece: number, bytes: Uint8Array, givers: readonly (Peer | undefined)[]): void {
    const [oldest] = this.#pieces.keys();
    if (this.#pieces.size >= MAX_PIECES && oldest !== undefined) this.#pieces.delete(oldest);
    this.#pieces.set(piece, { givers, digests: digestsOf(bytes) });
  }

  /** The piece is good now: those who gave other blocks than these. */
  liars(piece: number, bytes: Uint8Array): Set<Peer> {
    const liars = new Set<Peer>();
    const suspicion = this.#pieces.get(piece);
    if (suspicion === undefined) return liars;
    this.#pieces.delete(piece);
    for (const [block, digest] of digestsOf(bytes).entries()) {
      const giver = suspicion.givers[block];
      if (giver !== undefined && suspicion.digests[block] !== digest) liars.add(giver);
    }
    return liars;
  }
}

function digestsOf(bytes: Uint8Array): string[] {
  const digests: string[] = [];
  for (let at = 0; at < bytes.length; at += BLOCK_LENGTH)
    digests.push(hash('sha1', bytes.subarray(at, at + BLOCK_LENGTH), 'base64'));
  return digests;
}
