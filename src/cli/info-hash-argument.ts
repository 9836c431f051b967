import { fromHex } from '../bittorrent/hex.ts';
import { INFO_HASH_LENGTH, type InfoHash, infoHashFromBytes } from '../bittorrent/info-hash.ts';
import { parseMagnet } from '../bittorrent/magnet.ts';
import { quoted } from '../bittorrent/text.ts';
import { readMetainfo } from '../builder/read-metainfo.ts';
import { usageError } from './exit.ts';

/** What {@link readInfoHash} takes, for the help of commands. */
export const INFO_HASH_HELP =
  '40 hexadecimal digits (64 of a v2 torrent), a magnet link in quotes, or a .torrent file';

/**
 * The info-hash that an argument of the command line names. That of a v2 torrent has 32 bytes, of which trackers know the first 20 (BEP 52).
 * @throws {CliError} when it names none.
 */
export async function readInfoHash(text: string): Promise<InfoHash> {
  const bytes = /^[0-9a-f]+$/i.test(text) ? fromHex(text) : undefined;
  if (bytes?.length === INFO_HASH_LENGTH || bytes?.length === 32)
    return infoHashFromBytes(bytes.subarray(0, INFO_HASH_LENGTH));
  if (/^magnet:/i.test(text)) return parseMagnet(text).infoHash;
  if (/[./\\]/.test(text)) return (await readMetainfo(text)).metainfo.infoHash;
  const digits = /^[0-9a-f]+$/i.test(text) ? `, and this has ${text.length} digits` : '';
  throw usageError(`${quoted(text)} is no info-hash${digits}: name ${INFO_HASH_HELP}`);
}
