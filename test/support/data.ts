import { createCipheriv, createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { lstat, mkdir, open, readdir } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { pipeline } from 'node:stream/promises';

const writeBytes = 4 << 20;

/** Pseudo-random bytes that depend on the seed alone: the AES-128-CTR key stream, far faster than the disk. */
function keyStream(seed: number): (length: number) => Buffer {
  const key = Buffer.alloc(16);
  key.writeUInt32BE(seed >>> 0, 0);
  const cipher = createCipheriv('aes-128-ctr', key, Buffer.alloc(16));
  const zeros = Buffer.alloc(writeBytes);
  return (length) => cipher.update(zeros.subarray(0, length));
}

/** `length` (at most 4 MiB) deterministic bytes. */
export function randomBytesOf(seed: number, length: number): Buffer {
  if (length > writeBytes) throw new RangeError(`at most ${writeBytes} bytes at a time`);
  return keyStream(seed)(length);
}

/** Writes a file of `length` bytes that depend on the seed alone; makes its folder. */
export async function writeRandomFile(path: string, length: number, seed = 1): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const next = keyStream(seed);
  const file = await open(path, 'w');
  try {
    for (let left = length; left > 0; left -= writeBytes) await file.write(next(Math.min(left, writeBytes)));
  } finally {
    await file.close();
  }
}

/** The files of the sample folder and their lengths: nested, empty, odd lengths, names in several scripts. */
export const sampleFiles: Readonly<Record<string, number>> = {
  'a readme.txt': 1_234,
  'empty.bin': 0,
  'exactly-one-block.bin': 16_384,
  'deep/er/still/nested.bin': 3_000_001,
  'deep/er/empty too.txt': 0,
  'deep/sibling.bin': 70_000,
  'Ünïcödé/naïve café.txt': 5_000,
  '日本語/ファイル 名.bin': 1_048_577,
  'Кириллица/файл.dat': 262_144,
  'emoji 🌱/seed 🌻.bin': 99_999,
  'z-last.bin': 8_000_000,
};

/** Writes the sample folder (about 12 MB) into `folder`. */
export async function writeSampleFolder(folder: string, seed = 100): Promise<void> {
  for (const [index, [path, length]] of Object.entries(sampleFiles).entries())
    await writeRandomFile(join(folder, path), length, seed + index);
}

/** SHA-256 of a file, hexadecimal. */
export async function fileChecksum(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path, { highWaterMark: 1 << 20 }), hash);
  return hash.digest('hex');
}

/**
 * SHA-256 of every file below a folder by its relative path, or of a single file under the key ''. Equal maps mean equal data.
 * `ignore` leaves out the files that a client puts beside the data.
 */
export async function checksums(
  path: string,
  ignore: (path: string) => boolean = () => false,
): Promise<Record<string, string>> {
  if ((await lstat(path)).isFile()) return { '': await fileChecksum(path) };
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  const result: Record<string, string> = {};
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  for (const file of files.sort()) {
    const name = relative(path, file);
    if (!ignore(name)) result[name] = await fileChecksum(file);
  }
  return result;
}
