import { toHex } from '../bittorrent/hex.ts';
import { formatDhtNode, type Metainfo } from '../bittorrent/metainfo/metainfo.ts';

/** A field's value as JSON has it; null where the torrent has none. */
export type FieldValue =
  | string
  | number
  | boolean
  | null
  | readonly string[]
  | readonly (readonly string[])[];

/** What a torrent says beside its files and hashes, by the field's name in our library. */
export type TorrentFields = Readonly<Record<FieldName, FieldValue>>;

/** Fields that stand in the info dictionary: changing one changes the info-hash. */
export const INFO_FIELDS = [
  'name',
  'version',
  'pieceLength',
  'isPrivate',
  'source',
  'similar',
  'collections',
  'updateUrl',
] as const;
/** Fields that stand around it. */
export const ROOT_FIELDS = [
  'trackers',
  'webSeeds',
  'httpSeeds',
  'dhtNodes',
  'comment',
  'createdBy',
  'creationDate',
] as const;

/** The name of a field. */
export type FieldName = (typeof INFO_FIELDS)[number] | (typeof ROOT_FIELDS)[number];

/** A field that two torrents do not have in common. */
export interface FieldDifference {
  readonly field: FieldName;
  readonly before: FieldValue;
  readonly after: FieldValue;
  /** Whether it is part of the info-hash. */
  readonly isInInfo: boolean;
}

/** The fields of a torrent. */
export function fieldsOf(metainfo: Metainfo): TorrentFields {
  const { info } = metainfo;
  return {
    name: info.name,
    version: info.version,
    pieceLength: info.pieceLength,
    isPrivate: info.isPrivate,
    source: info.source ?? null,
    similar: info.similar.map(toHex),
    collections: info.collections,
    updateUrl: info.updateUrl ?? null,
    trackers: metainfo.announceTiers,
    webSeeds: metainfo.webSeeds,
    httpSeeds: metainfo.httpSeeds,
    dhtNodes: metainfo.dhtNodes.map(formatDhtNode),
    comment: metainfo.comment ?? null,
    createdBy: metainfo.createdBy ?? null,
    creationDate: metainfo.creationDate ?? null,
  };
}

/** The fields in which two torrents differ, those of the info dictionary first. */
export function differingFields(before: Metainfo, after: Metainfo): FieldDifference[] {
  const [a, b] = [fieldsOf(before), fieldsOf(after)];
  const differing = (field: FieldName, isInInfo: boolean): FieldDifference[] =>
    JSON.stringify(a[field]) === JSON.stringify(b[field])
      ? []
      : [{ field, before: a[field], after: b[field], isInInfo }];
  return [
    ...INFO_FIELDS.flatMap((field) => differing(field, true)),
    ...ROOT_FIELDS.flatMap((field) => differing(field, false)),
  ];
}
