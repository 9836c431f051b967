import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { BuilderError } from '../../../../src/builder/hashing/errors.ts';
import type { HashFile } from '../../../../src/builder/hashing/job.ts';
import { randomBytesOf } from '../../../support/data.ts';
import { makeTempFolder } from '../../../support/temp-folder.ts';
import { plainV1, plainV2 } from './reference.ts';

/** Files with these lengths, and their bytes one behind the other. */
export async function makeFiles(
  test: TestContext,
  lengths: readonly number[],
): Promise<{ files: HashFile[]; bytes: Buffer }> {
  const folder = await makeTempFolder(test);
  const files: HashFile[] = [];
  const parts: Buffer[] = [];
  for (const [index, length] of lengths.entries()) {
    const path = join(folder, `${index}.bin`);
    const bytes = randomBytesOf(index + 1, length);
    await writeFile(path, bytes);
    files.push({ path, length });
    parts.push(bytes);
  }
  return { files, bytes: Buffer.concat(parts) };
}

/** Files as they lie in a v2 or hybrid torrent: a pad file behind each but the last one that holds something. */
export interface AlignedFiles {
  /** Pad files included. */
  readonly files: readonly HashFile[];
  readonly v1: Buffer;
  readonly v2: Buffer;
}

/** Files with these lengths, pad files between them, and their hashes made the plain way. */
export async function makeAlignedFiles(
  test: TestContext,
  lengths: readonly number[],
  pieceLength: number,
): Promise<AlignedFiles> {
  const { files, bytes } = await makeFiles(test, lengths);
  const [aligned, data, roots]: [HashFile[], Buffer[], Buffer[]] = [[], [], []];
  const last = lengths.findLastIndex((length) => length > 0);
  let offset = 0;
  for (const [index, file] of files.entries()) {
    const own = bytes.subarray(offset, offset + file.length);
    offset += file.length;
    const padding = index === last ? 0 : (pieceLength - (file.length % pieceLength)) % pieceLength;
    aligned.push(file);
    if (padding > 0) aligned.push({ path: undefined, length: padding });
    data.push(own, Buffer.alloc(padding));
    roots.push(plainV2(own, pieceLength));
  }
  return { files: aligned, v1: plainV1(Buffer.concat(data), pieceLength), v2: Buffer.concat(roots) };
}

/** Tells a BuilderError with this code, and about this path when there is one. */
export function hasCode(code: string, path?: string): (error: unknown) => boolean {
  return (error) =>
    error instanceof BuilderError &&
    error.code === code &&
    (path === undefined || (error.path === path && error.message.includes(path)));
}
