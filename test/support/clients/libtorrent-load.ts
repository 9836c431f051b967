import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runProcess } from '../processes.ts';
import type { CleanupOwner } from '../scope.ts';
import { makeTempFolder } from '../temp-folder.ts';
import { systemPython } from '../tools.ts';

const script = fileURLToPath(new URL('./libtorrent-load.py', import.meta.url));
const SECONDS_EACH = 20;
const DEADLINE_MS = 180_000;

/** A file of a torrent as libtorrent sees it. */
export interface LoadedFile {
  /** With the torrent's name in front when it is a folder; sanitised: components dropped, characters replaced, doubled names numbered. */
  readonly path: string;
  readonly length: number;
  readonly offset: number;
  readonly isPadding: boolean;
  /** From the torrent's own folder on; null for what is no link. */
  readonly linkTarget: string | null;
}

/** A torrent that libtorrent takes, also into a session when it has a v2 half. */
export interface LoadedTorrent {
  readonly outcome: 'accepted';
  /** 40 and 64 hexadecimal digits; null when that half is not there. */
  readonly v1: string | null;
  readonly v2: string | null;
  readonly name: string;
  readonly pieceLength: number;
  readonly pieceCount: number;
  readonly isPrivate: boolean;
  readonly files: readonly LoadedFile[];
}

/** What libtorrent makes of a `.torrent` file. It has crashed when it ended, hung, or took memory without bounds. */
export type LoadAnswer =
  | LoadedTorrent
  | { readonly outcome: 'refused' | 'crashed'; readonly message: string };

/** Has libtorrent load torrents, each apart from the others; the answers come in their order. Needs libtorrent. */
export async function loadWithLibtorrent(
  owner: CleanupOwner,
  torrents: readonly Uint8Array[],
): Promise<LoadAnswer[]> {
  const folder = await makeTempFolder(owner);
  for (const [index, bytes] of torrents.entries()) await writeFile(join(folder, `${index}.torrent`), bytes);
  const options = JSON.stringify({ folder, count: torrents.length, secondsEach: SECONDS_EACH });
  await runProcess(systemPython, [script, options], { name: 'libtorrent-load', deadlineMs: DEADLINE_MS });
  const answers = await readFile(join(folder, 'answers.jsonl'), 'utf8');
  const lines = answers.trimEnd().split('\n');
  return lines.map((line) => JSON.parse(line) as LoadAnswer); // our own script's
}
