import { bytesEqual } from '../../bittorrent/hex.ts';
import type { Metainfo, MetainfoWarning } from '../../bittorrent/metainfo/metainfo.ts';
import { parseMetainfo } from '../../bittorrent/metainfo/parse.ts';
import { differingFields } from '../torrent-fields.ts';
import type { EditedTorrent, EditNote, TorrentChanges } from './changes.ts';
import { editInfo } from './edit-info.ts';
import { editRoot } from './edit-root.ts';
import { RawDictionary } from './raw-dictionary.ts';

export type { EditedTorrent, EditNote, TextReplacement, TorrentChanges } from './changes.ts';

/**
 * Changes a `.torrent` file, v1, v2 or hybrid. What is not changed keeps its bytes, also what this program does not know; only the keys are
 * put in order. The info dictionary is touched for what belongs in it, and is then canonical.
 * @throws {BuilderError} ERR_OPTION, ERR_INPUT for a change that cannot be; ERR_METAINFO.
 * @throws {ProtocolError} ERR_METAINFO when the bytes are no `.torrent` file.
 */
export function editTorrent(bytes: Uint8Array, changes: TorrentChanges): EditedTorrent {
  const before = parseMetainfo(bytes);
  const root = new RawDictionary(bytes);
  editRoot(root, before, changes);
  const infoBytes = editInfo(before, changes);
  if (infoBytes !== undefined) root.setRaw('info', infoBytes);
  const torrent = root.isChanged ? root.encode() : bytes;
  const after = root.isChanged ? parseMetainfo(torrent) : before;
  const differences = differingFields(before, after);
  return {
    torrent,
    isChanged: root.isChanged,
    isNewInfoHash: !bytesEqual(before.infoBytes, after.infoBytes),
    before,
    after,
    changes: differences,
    notes: root.isChanged ? notesOn(after, { root, before, hasNoDifference: differences.length === 0 }) : [],
  };
}

/** What the notes rest on beside the result. */
interface Edit {
  readonly root: RawDictionary;
  readonly before: Metainfo;
  readonly hasNoDifference: boolean;
}

function notesOn(after: Metainfo, { root, before, hasNoDifference }: Edit): EditNote[] {
  const { isPrivate } = after.info;
  const hadWarning = (code: MetainfoWarning['code']): boolean =>
    before.warnings.some((warning) => warning.code === code);
  const isInfoMended =
    !bytesEqual(before.infoBytes, after.infoBytes) && hadWarning('WARN_INFO_NOT_CANONICAL');
  const notes: readonly (readonly [boolean, EditNote['code'], string])[] = [
    [!root.isSorted, 'NOTE_ORDER_MENDED', 'the keys of the file were not in order, and are now (BEP 3)'],
    [isInfoMended, 'NOTE_INFO_MENDED', 'the info dictionary was not canonical bencode, and is now (BEP 3)'],
    [
      hadWarning('WARN_TRAILING_BYTES'),
      'NOTE_TRAILING_BYTES_DROPPED',
      'bytes behind the end of the dictionary are gone; nobody reads them',
    ],
    [hasNoDifference, 'NOTE_NO_URLS_DROPPED', 'entries that were no URLs, or had a key too many, are gone'],
    [
      isPrivate && after.dhtNodes.length > 0,
      'NOTE_PRIVATE_WITH_NODES',
      'a private torrent names DHT nodes, which no client may ask for it (BEP 27)',
    ],
    [
      isPrivate && after.announceTiers.length === 0,
      'NOTE_PRIVATE_WITHOUT_TRACKERS',
      'a private torrent without trackers has no way to find peers (BEP 27)',
    ],
  ];
  return notes.flatMap(([applies, code, message]) => (applies ? [{ code, message }] : []));
}
