import { createHash } from 'node:crypto';

/** Bytes of a block (BEP 52). */
const BLOCK = 16 * 1024;

function sha(algorithm: 'sha1' | 'sha256', ...parts: readonly Uint8Array[]): Buffer {
  const hash = createHash(algorithm);
  for (const part of parts) hash.update(part);
  return hash.digest();
}

function cut(bytes: Uint8Array, length: number): Uint8Array[] {
  const parts: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += length) parts.push(bytes.subarray(at, at + length));
  return parts;
}

/** SHA-1 of each piece of the data, the plain way (BEP 3). */
export function plainV1(bytes: Uint8Array, pieceLength: number): Buffer {
  return Buffer.concat(cut(bytes, pieceLength).map((piece) => sha('sha1', piece)));
}

/** The root over nodes that are a power of two, the plain way: a level at a time. */
export function plainRoot(nodes: readonly Buffer[]): Buffer {
  const [first = Buffer.alloc(32), ...others] = nodes;
  if (others.length === 0) return first;
  const pairs = Array.from({ length: nodes.length / 2 }, (_none, at) =>
    sha('sha256', ...nodes.slice(2 * at, 2 * at + 2)),
  );
  return plainRoot(pairs);
}

/** Whole trees to the bottom, missing leaves 32 zero bytes: the roots of a file's pieces, the plain way (BEP 52). */
export function plainV2(file: Uint8Array, pieceLength: number): Buffer {
  const roots = cut(file, pieceLength).map((piece) => {
    const leaves = cut(piece, BLOCK).map((block) => sha('sha256', block));
    const isSmall = file.length <= pieceLength;
    const width = isSmall ? 2 ** Math.ceil(Math.log2(leaves.length)) : pieceLength / BLOCK;
    return plainRoot([...leaves, ...Array<Buffer>(width - leaves.length).fill(Buffer.alloc(32))]);
  });
  return Buffer.concat(roots);
}
