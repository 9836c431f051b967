import { encodeBencode } from '../../bittorrent/bencode.ts';
import { BencodedDictionary } from '../../bittorrent/bencode-dictionary.ts';
import type { Metainfo } from '../../bittorrent/metainfo/metainfo.ts';
import { METAINFO_LIMITS } from '../../bittorrent/metainfo/parse.ts';
import { checkGivenName } from '../input/names.ts';
import { canonicalBencode } from './canonical.ts';
import type { TorrentChanges } from './changes.ts';
import { setText } from './edit-root.ts';
import { RawDictionary } from './raw-dictionary.ts';

/**
 * The info dictionary after the changes; undefined when it stays as it is.
 * @throws {BuilderError} ERR_INPUT for a name that no torrent can hold; ERR_OPTION; ERR_METAINFO for one that cannot be mended.
 */
export function editInfo(before: Metainfo, changes: TorrentChanges): Uint8Array | undefined {
  const { isPrivate, source, name } = changes;
  const info = new RawDictionary(before.infoBytes);
  if (isPrivate !== undefined && isPrivate !== before.info.isPrivate)
    info.set('private', isPrivate ? 1 : undefined);
  if (source !== undefined && source !== (before.info.source ?? null))
    info.set('source', source ?? undefined);
  if (name !== undefined && name !== before.info.name) rename(info, before, name);
  return info.isChanged ? canonicalBencode(info.encode()) : undefined;
}

function rename(info: RawDictionary, { info: { version, isMultiFile } }: Metainfo, name: string): void {
  checkGivenName(name);
  setText(info, 'name', name);
  if (version === 'v1' || isMultiFile) return;
  // BEP 52: the tree of a file without a folder around it has that file alone, under the torrent's own name.
  const [member] = new BencodedDictionary(
    info.raw('file tree') ?? new Uint8Array(),
    METAINFO_LIMITS,
  ).entries();
  const key = encodeBencode(name);
  info.setRaw('file tree', Buffer.concat([Buffer.from('d'), key, member?.[1] ?? key, Buffer.from('e')]));
}
