import { printableLine } from '../../bittorrent/text.ts';
import type { FieldName, FieldValue } from '../../builder/torrent-fields.ts';
import { formatBytes } from '../../web/format.ts';
import { isoDate } from './facts.ts';

/** Characters of one value. */
const MAX_VALUE = 4096;

/** The names of fields, for people. */
const LABELS: Readonly<Record<FieldName, string>> = {
  name: 'Name',
  version: 'Version',
  pieceLength: 'Piece length',
  isPrivate: 'Private',
  source: 'Source',
  similar: 'Similar',
  collections: 'Collections',
  updateUrl: 'Update URL',
  trackers: 'Trackers',
  webSeeds: 'Web seeds',
  httpSeeds: 'HTTP seeds',
  dhtNodes: 'DHT nodes',
  comment: 'Comment',
  createdBy: 'Created by',
  creationDate: 'Created',
};

/** The name of a field with a colon, wide enough for all. */
export function fieldLabel(field: FieldName): string {
  return `${LABELS[field]}:`.padEnd(14);
}

/** A field's value in one line: tiers of trackers in brackets where there are several, and `none` for nothing. */
export function fieldText(field: FieldName, value: FieldValue): string {
  if (value === null || (Array.isArray(value) && value.length === 0)) return 'none';
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (field === 'pieceLength') return formatBytes(Number(value));
  if (field === 'creationDate') return isoDate(Number(value)) ?? String(value);
  const text = Array.isArray(value) ? listText(value) : String(value);
  return printableLine(text, MAX_VALUE);
}

function listText(list: readonly (string | readonly string[])[]): string {
  const isOneTier = list.length === 1;
  return list
    .map((member) =>
      typeof member === 'string' ? member : isOneTier ? member.join(', ') : `[${member.join(', ')}]`,
    )
    .join(', ');
}
