import * as fs from 'node:fs/promises';
import { join } from 'node:path';
import { isCopyOf } from '../disk/copy-file.ts';
import { isThere } from '../disk/is-there.ts';
import { removeMoved } from '../disk/move-files.ts';
import { PartFile } from '../disk/part-file.ts';
import { storedFiles } from '../disk/storage-layout.ts';
import type { FileStamp } from '../disk/torrent-storage.ts';
import type { Torrent } from '../torrent.ts';
import { temporaryPlace } from './data-moves.ts';
import type { ResumeRecord } from './resume.ts';

/** Data that was moved. */
export interface MovedData {
  readonly dataPath: string;
  /** What is remembered, with the stamps that its files have now; undefined when it is to be checked. */
  readonly record: ResumeRecord | undefined;
}

/**
 * Whether the data of a torrent that is to be moved lies at its new place already: an earlier run put it there, and ended before that
 * was remembered. What is left at the old place goes. Data comes to its new place in one step, so that it is whole when all that is
 * remembered is there, or nothing is left at the old place.
 */
export async function findMoved(
  torrent: Torrent,
  remembered: ResumeRecord | undefined,
): Promise<MovedData | undefined> {
  const { moveTo } = torrent.preferences;
  if (moveTo === null) return undefined;
  const dataPath = join(moveTo, torrent.name);
  if (dataPath === torrent.dataPath || !(await isThere(dataPath))) return undefined;
  if (await isThere(temporaryPlace(torrent, moveTo))) return undefined; // it did not come so far
  const stamps = remembered && (await stampsAt(torrent, dataPath, remembered));
  if (remembered === undefined || stamps === undefined)
    return (await isThere(torrent.dataPath)) ? undefined : { dataPath, record: undefined };
  await removeLeft(torrent, remembered);
  return { dataPath, record: { bits: remembered.bits, stamps } };
}

/** The stamps of files at the new place, when they are those that are remembered. */
async function stampsAt(
  { metainfo: { info, infoHash } }: Torrent,
  dataPath: string,
  { stamps }: ResumeRecord,
): Promise<FileStamp[] | undefined> {
  const parts = new PartFile(info, infoHash, dataPath).path;
  const found: FileStamp[] = [];
  for (const [index, { path }] of storedFiles(info, dataPath).entries()) {
    const old = stamps[index] ?? { size: 0, mtimeNs: 0n };
    const stamp = old.size === 0 ? old : ((await copyAt(path, old)) ?? (await copyAt(parts, old)));
    if (stamp === undefined) return undefined;
    found.push(stamp);
  }
  return found;
}

/** Only files that are still what is remembered are ours to remove. */
async function removeLeft(torrent: Torrent, { stamps }: ResumeRecord): Promise<void> {
  const { info, infoHash } = torrent.metainfo;
  const parts = new PartFile(info, infoHash, torrent.dataPath).path;
  const paths = new Set<string>();
  for (const [index, { path, length }] of storedFiles(info, torrent.dataPath).entries()) {
    const old = stamps[index];
    if (length === 0 && (await isEmptyFile(path))) paths.add(path);
    for (const place of [path, parts])
      if (old !== undefined && old.size > 0 && (await copyAt(place, old)) !== undefined) paths.add(place);
  }
  await removeMoved({ from: torrent.dataPath, paths: [...paths] });
}

async function copyAt(path: string, { size, mtimeNs }: FileStamp): Promise<FileStamp | undefined> {
  const stats = await fs.lstat(path, { bigint: true }).catch(() => undefined);
  const isCopy = stats?.isFile() === true && isCopyOf(stats, { size: BigInt(size), mtimeNs });
  return isCopy ? { size, mtimeNs: stats.mtimeNs, ino: stats.ino } : undefined;
}

async function isEmptyFile(path: string): Promise<boolean> {
  const stats = await fs.lstat(path).catch(() => undefined);
  return stats?.isFile() === true && stats.size === 0;
}
