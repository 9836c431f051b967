import { execFile } from 'node:child_process';
import { open, stat } from 'node:fs/promises';
import { promisify } from 'node:util';

/** Flips a bit of a file where it lies, and gives the file its old time back to the nanosecond: what a disk that rots does. */
export async function rotByte(path: string, position: number): Promise<void> {
  const { mtimeNs } = await stat(path, { bigint: true });
  const file = await open(path, 'r+');
  try {
    const byte = Buffer.alloc(1);
    await file.read(byte, 0, 1, position);
    byte[0] = (byte[0] ?? 0) ^ 1;
    await file.write(byte, 0, 1, position);
  } finally {
    await file.close();
  }
  await setTime(path, mtimeNs);
}

/** Sets the modification time of a file in nanoseconds, which Node cannot. */
export async function setTime(path: string, mtimeNs: bigint): Promise<void> {
  const seconds = mtimeNs / 1_000_000_000n;
  const nanoseconds = String(mtimeNs % 1_000_000_000n).padStart(9, '0');
  await promisify(execFile)('touch', ['-d', `@${seconds}.${nanoseconds}`, path]);
}
