import { toHex } from '../../bittorrent/hex.ts';
import { infoHashToHex } from '../../bittorrent/info-hash.ts';
import { hasV1, type Metainfo } from '../../bittorrent/metainfo/metainfo.ts';
import { printableLine } from '../../bittorrent/text.ts';
import type { EditedTorrent } from '../../builder/edit/edit-torrent.ts';
import { fieldLabel, fieldText } from './field-text.ts';

/** Where the result went, or would go. */
export interface EditPlace {
  readonly torrent: string;
  readonly output: string;
  readonly isWritten: boolean;
}

/** What was changed, for people: old and new value a line each, then the info-hashes. */
export function editText(edited: EditedTorrent, { torrent, output, isWritten }: EditPlace): string {
  const { before, after, changes, notes, isChanged, isNewInfoHash } = edited;
  const lines = changes.map(({ field, before: old, after: now, isInInfo }) => {
    const mark = isInInfo ? ' (part of the info-hash)' : '';
    return `  ${fieldLabel(field)}${fieldText(field, old)} -> ${fieldText(field, now)}${mark}`;
  });
  const hashes = hashesOf(before).map(([label, hash], at) => {
    const now = hashesOf(after)[at]?.[1];
    const is = isNewInfoHash ? `${hash} -> ${now}: another swarm` : `${hash}, unchanged`;
    return `  ${`${label}:`.padEnd(14)}${is}`;
  });
  const done = !isChanged ? 'nothing to change' : isWritten ? 'written' : 'not written (--dry-run)';
  const place =
    output === torrent ? printableLine(torrent, 4096) : printableLine(`${torrent} -> ${output}`, 8192);
  return [
    `${place}: ${done}`,
    ...lines,
    ...hashes,
    ...notes.map(({ message }) => `  Note: ${message}`),
    '',
  ].join('\n');
}

/** What was changed, for programs. */
export function editFacts(edited: EditedTorrent, place: EditPlace): object {
  const { before, after, changes, notes, isChanged, isNewInfoHash } = edited;
  return {
    ...place,
    isChanged,
    isNewInfoHash,
    infoHash: { before: infoHashToHex(before.infoHash), after: infoHashToHex(after.infoHash) },
    ...(before.infoHashV2 !== undefined &&
      after.infoHashV2 !== undefined && {
        infoHashV2: { before: toHex(before.infoHashV2), after: toHex(after.infoHashV2) },
      }),
    changes: changes.map(({ isInInfo, ...change }) => ({ ...change, changesInfoHash: isInInfo })),
    notes,
  };
}

/** The info-hashes of a torrent with their labels. */
export function hashesOf({
  info,
  infoHash,
  infoHashV2,
}: Metainfo): (readonly [label: string, hash: string])[] {
  return [
    ...(hasV1(info) ? [['Info-hash', infoHashToHex(infoHash)] as const] : []),
    ...(infoHashV2 === undefined ? [] : [['Info-hash v2', toHex(infoHashV2)] as const]),
  ];
}
