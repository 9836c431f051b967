import { promises as fs } from 'node:fs';

/** Things in a watched folder that are looked at; what is beyond waits until there are fewer. */
const MAX_NAMES = 500_000;

/** What lies in a watched folder. */
export interface Listing {
  /** Files and folders; no symbolic links, nor anything else. */
  readonly names: ReadonlySet<string>;
  /** When something was last added, removed or renamed in it, in Unix seconds. */
  readonly changedAtSeconds: number;
}

/**
 * Lists a folder.
 * @throws {Error} the system's, when it is missing or cannot be read.
 */
export async function listFolder(folder: string, signal: AbortSignal): Promise<Listing> {
  const { mtimeMs } = await fs.stat(folder);
  const names = new Set<string>();
  for await (const entry of await fs.opendir(folder, { bufferSize: 256 })) {
    signal.throwIfAborted();
    if (entry.isFile() || entry.isDirectory()) names.add(entry.name);
    if (names.size >= MAX_NAMES) break;
  }
  return { names, changedAtSeconds: mtimeMs / 1000 };
}
