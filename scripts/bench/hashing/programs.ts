import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { TorrentVersion } from '../../../src/bittorrent/metainfo/metainfo.ts';
import { projectRoot } from '../../../test/support/source-tree.ts';
import { findTool, type ToolName } from '../../../test/support/tools.ts';

const announceUrl = 'http://127.0.0.1:9/announce';
/** All but create-torrent, which chooses its own, make pieces of so many bytes. */
const pieceLength = 1 << 20;

/** What one run of a program shall do. */
export interface Task {
  readonly input: string;
  readonly output: string;
  readonly version: TorrentVersion;
  readonly threads: number;
}

/** A program that makes torrents. */
export interface Program {
  readonly name: string;
  /** Its Debian package has to be installed. */
  readonly tool?: ToolName;
  command(task: Task): readonly string[];
}

function beside(file: string): string {
  return fileURLToPath(new URL(file, import.meta.url));
}

/** What people install is compiled; from the sources a start takes 0.07 s longer. */
const compiled = join(projectRoot, 'dist/src/cli/make-torrent.js');

/** Ours. */
export const makeTorrent: Program = {
  name: 'make-torrent',
  command: ({ input, output, version, threads }) => [
    ...[process.execPath, compiled, input, '-a', announceUrl, '-o', output],
    ...['--threads', String(threads), '--piece-length', String(pieceLength)],
    ...(version === 'v1' ? [] : [`--${version}`]),
  ],
};

/** The fastest for v1, in C. */
export const mktorrent: Program = {
  name: 'mktorrent',
  tool: 'mktorrent',
  command: ({ input, output, threads }) => [
    ...[findTool('mktorrent') ?? 'mktorrent', '-t', String(threads), '-l', String(Math.log2(pieceLength))],
    ...['-a', announceUrl, '-o', output, input],
  ],
};

/** The npm package; one thread. */
export const createTorrent: Program = {
  name: 'create-torrent',
  command: ({ input, output }) => [process.execPath, beside('./create-torrent.ts'), input, output],
};

/** The reference for v2, in C++; its own number of threads. */
export const libtorrent: Program = {
  name: 'libtorrent',
  tool: 'libtorrent',
  command: ({ input, output, version }) => [
    ...[findTool('libtorrent') ?? 'python3', beside('./libtorrent-torrent.py'), input, output, version],
  ],
};
