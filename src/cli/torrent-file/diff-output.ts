import { toHex } from '../../bittorrent/hex.ts';
import { infoHashToHex } from '../../bittorrent/info-hash.ts';
import type { Metainfo } from '../../bittorrent/metainfo/metainfo.ts';
import { printableLine } from '../../bittorrent/text.ts';
import type { FetchPlan, FileDifference, TorrentDiff } from '../../builder/diff/diff-torrents.ts';
import { countOf, formatBytes } from '../../web/format.ts';
import { hashesOf } from './edit-output.ts';
import { fieldLabel, fieldText } from './field-text.ts';

/** Characters of one line. */
const MAX_LINE = 8192;
/** Lines of files before the rest is only counted, each time. */
const MAX_LISTED = 1000;

/** A torrent and the name by which the user knows it. */
export interface Named {
  readonly path: string;
  readonly metainfo: Metainfo;
}

/** In what two torrents differ, for people. */
export function diffText(a: Named, b: Named, diff: TorrentDiff): string {
  return [
    headText('A', a),
    headText('B', b),
    `Info-hash:    ${diff.isSameInfoHash ? 'the same' : 'another'}`,
    `Content:      ${contentText(diff)}`,
    ...diff.fields.map(
      ({ field, before, after }) =>
        `${fieldLabel(field)}${fieldText(field, before)} -> ${fieldText(field, after)}`,
    ),
    ...(diff.otherInfoKeys.length > 0
      ? [`Other keys:   ${printableLine(diff.otherInfoKeys.join(', '), MAX_LINE)}`]
      : []),
    ...listed(diff.files.map((file) => fileText(file, b.metainfo.info.name))),
    '',
    fetchText(diff, b.metainfo.info.name),
    '',
  ].join('\n');
}

function headText(letter: string, { path, metainfo }: Named): string {
  const { info } = metainfo;
  const files = info.files.filter(({ isPadding }) => !isPadding).length;
  const what = `${info.version}, ${countOf(files, 'file')}, ${formatBytes(info.contentLength)}`;
  const hashes = hashesOf(metainfo).map(([label, hash]) => `   ${`${label}:`.padEnd(14)}${hash}`);
  return [`${letter}: ${printableLine(path, MAX_LINE)} (${what})`, ...hashes].join('\n');
}

function contentText({ content, files, sameFiles }: TorrentDiff): string {
  const counts = (['added', 'removed', 'renamed', 'changed', 'unknown', 'attributes'] as const)
    .map((kind) => [kind, files.filter((file) => file.kind === kind).length] as const)
    .filter(([, count]) => count > 0)
    .map(([kind, count]) => `, ${count} ${WORDS[kind]}`);
  return `${content} (${countOf(sameFiles, 'file')} the same${counts.join('')})`;
}

const WORDS: Readonly<Record<FileDifference['kind'], string>> = {
  added: 'added',
  removed: 'removed',
  renamed: 'renamed',
  changed: 'changed',
  unknown: 'unsure',
  attributes: 'attributes',
};

function fileText(file: FileDifference, name: string): string {
  const path = pathText(file.path, name);
  const size = formatBytes(file.length);
  const what = {
    added: () => `${path} (${size})`,
    removed: () => `${path} (${size})`,
    renamed: () => (file.kind === 'renamed' ? `${pathText(file.oldPath, name)} -> ${path} (${size})` : ''),
    changed: () => (file.kind === 'changed' ? `${path} (${sizesText(file.oldLength, file.length)})` : ''),
    unknown: () => `${path} (${size}): the hashes do not tell`,
    attributes: () => `${path}: executable or hidden in one only`,
  }[file.kind]();
  return `${WORDS[file.kind].padEnd(12)}  ${printableLine(what, MAX_LINE)}`;
}

function pathText(path: readonly string[], name: string): string {
  return path.length === 0 ? name : path.join('/');
}

function sizesText(before: number, after: number): string {
  return before === after ? formatBytes(after) : `${formatBytes(before)} -> ${formatBytes(after)}`;
}

const BASES: Readonly<Record<FetchPlan['basis'], string>> = {
  'info-hash': 'it is the same torrent',
  v2: 'by pieces roots and piece hashes of v2',
  v1: 'by the SHA-1 of pieces',
};

function fetchText({ fetch }: TorrentDiff, name: string): string {
  if (fetch === undefined)
    return 'To fetch:     cannot be said: the two have no hashes of one kind, or v1 pieces of different lengths';
  const { fetchBytes, totalBytes, basis, files } = fetch;
  const share = totalBytes === 0 ? 0 : Math.ceil((fetchBytes / totalBytes) * 1000) / 10;
  const head = `To fetch:     ${formatBytes(fetchBytes)} of ${formatBytes(totalBytes)} (${share} %) by whoever has all of A (${BASES[basis]})`;
  const lines = files.map((file) => {
    const part = file.fetchBytes === file.length ? '' : ` of ${formatBytes(file.length)}`;
    return `  ${formatBytes(file.fetchBytes).padStart(9)}${part}  ${printableLine(pathText(file.path, name), MAX_LINE)}`;
  });
  return [head, ...listed(lines)].join('\n');
}

function listed(lines: readonly string[]): readonly string[] {
  const hidden = lines.length - MAX_LISTED;
  return hidden > 0 ? [...lines.slice(0, MAX_LISTED), `and ${hidden} more (--json has them all)`] : lines;
}

/** The same for programs. Lengths are bytes; paths have slashes and lie below the torrent's name. */
export function diffFacts(a: Named, b: Named, diff: TorrentDiff): object {
  return {
    a: namedFacts(a),
    b: namedFacts(b),
    ...diff,
    files: diff.files.map(fileFacts),
    fetch: fetchFacts(diff),
  };
}

function fileFacts(file: FileDifference): object {
  return {
    kind: file.kind,
    path: file.path.join('/'),
    lengthBytes: file.length,
    ...(file.kind === 'renamed' && { oldPath: file.oldPath.join('/') }),
    ...(file.kind === 'changed' && { oldLengthBytes: file.oldLength }),
  };
}

function fetchFacts({ fetch }: TorrentDiff): object | null {
  if (fetch === undefined) return null;
  const files = fetch.files.map(({ path, length, fetchBytes }) => ({
    path: path.join('/'),
    lengthBytes: length,
    fetchBytes,
  }));
  return { ...fetch, files };
}

function namedFacts({ path, metainfo }: Named): object {
  const { info, infoHash, infoHashV2 } = metainfo;
  return {
    torrent: path,
    version: info.version,
    infoHash: infoHashToHex(infoHash),
    ...(infoHashV2 !== undefined && { infoHashV2: toHex(infoHashV2) }),
    lengthBytes: info.contentLength,
  };
}
