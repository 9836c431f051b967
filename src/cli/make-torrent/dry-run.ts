import { printableLine } from '../../bittorrent/text.ts';
import { rehearse } from '../../builder/create/assemble.ts';
import { isContent, type PlannedFile, type TorrentPlan } from '../../builder/create/layout.ts';
import { planTorrent } from '../../builder/create/plan.ts';
import type { CreateTorrentOptions } from '../../builder/options.ts';
import { countOf, formatBytes } from '../../web/format.ts';
import { fileFacts } from '../torrent-file/facts.ts';
import type { MakeTorrentOptions } from './options.ts';
import { paddingLine } from './result.ts';

/** Prints what the torrent would hold. Folders are walked, but no file is opened, and nothing is written. */
export async function dryRun(
  paths: readonly string[],
  content: CreateTorrentOptions,
  { json, quiet }: Pick<MakeTorrentOptions, 'json' | 'quiet'>,
): Promise<void> {
  const plan = await planTorrent(paths, content);
  const torrentBytes = rehearse(plan, content);
  if (json === true) process.stdout.write(`${JSON.stringify(asJson(plan, torrentBytes))}\n`);
  else if (quiet !== true) process.stdout.write(asText(plan, torrentBytes));
}

function asText(plan: TorrentPlan, torrentBytes: number): string {
  const files = plan.files.filter(isContent);
  const length = plan.length - plan.paddingLength;
  return [
    `name       ${printableLine(plan.name, 4096)}`,
    `version    ${plan.version}`,
    `content    ${countOf(files.length, 'file')}, ${formatBytes(length)}, ${countOf(plan.pieceCount, 'piece')} of ${formatBytes(plan.pieceLength)}`,
    ...paddingLine(plan.version === 'v2' ? 0 : plan.paddingLength, length),
    `torrent    ${formatBytes(torrentBytes)}`,
    ...files.map(
      (file) => `${formatBytes(file.length).padStart(12)}  ${printableLine(nameOf(file, plan), 4096)}`,
    ),
    '',
  ].join('\n');
}

function nameOf(
  { path, linkTarget }: PlannedFile & { linkTarget?: readonly string[] },
  plan: TorrentPlan,
): string {
  const name = path.length === 0 ? plan.name : path.join('/');
  return linkTarget === undefined ? name : `${name} -> ${linkTarget.join('/')}`;
}

function asJson(plan: TorrentPlan, torrentBytes: number): object {
  return {
    name: plan.name,
    version: plan.version,
    lengthBytes: plan.length - plan.paddingLength,
    padBytes: plan.version === 'v2' ? 0 : plan.paddingLength,
    pieceLength: plan.pieceLength,
    pieceCount: plan.pieceCount,
    torrentBytes,
    files: plan.files.filter(isContent).map((file) => ({
      ...fileFacts(plan.name, file),
      absolutePath: file.absolutePath,
    })),
  };
}
