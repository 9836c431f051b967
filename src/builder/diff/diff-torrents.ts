import { BencodedDictionary } from '../../bittorrent/bencode-dictionary.ts';
import { bytesEqual } from '../../bittorrent/hex.ts';
import type { Metainfo } from '../../bittorrent/metainfo/metainfo.ts';
import { METAINFO_LIMITS } from '../../bittorrent/metainfo/parse.ts';
import { differingFields } from '../torrent-fields.ts';
import { fetchPlan } from './fetch-plan.ts';
import { fileDifferences } from './file-differences.ts';
import type { FileDifference, Sameness, TorrentDiff } from './types.ts';

export type { FetchedFile, FetchPlan, FileDifference, Sameness, TorrentDiff } from './types.ts';

/** Keys of the info dictionary whose meaning is compared elsewhere. */
const KNOWN_KEYS: ReadonlySet<string> = new Set([
  'attr',
  'collections',
  'file tree',
  'files',
  'length',
  'meta version',
  'name',
  'name.utf-8',
  'piece length',
  'pieces',
  'private',
  'similar',
  'source',
  'symlink path',
  'update-url',
]);

/** Compares two torrents, of whatever versions: what they say, which files they have, and what a holder of A has to fetch for B. */
export function diffTorrents(a: Metainfo, b: Metainfo): TorrentDiff {
  const isSameInfoHash = bytesEqual(a.infoBytes, b.infoBytes);
  const fields = differingFields(a, b);
  const { files, sameFiles } = fileDifferences(a.info, b.info);
  const otherInfoKeys = isSameInfoHash ? [] : differingKeys(a.infoBytes, b.infoBytes);
  const fetch = fetchPlan(a, b, isSameInfoHash);
  return {
    isSameInfoHash,
    content: isSameInfoHash ? 'same' : contentBy(files),
    isSame: isSameInfoHash && fields.length === 0,
    fields,
    otherInfoKeys,
    files: isSameInfoHash ? [] : files,
    sameFiles: isSameInfoHash ? sameFiles + files.length : sameFiles,
    ...(fetch !== undefined && { fetch }),
  };
}

function contentBy(files: readonly FileDifference[]): Sameness {
  const kinds = new Set(files.map(({ kind }) => kind));
  kinds.delete('attributes');
  if (kinds.size === 0) return 'same';
  return kinds.size === 1 && kinds.has('unknown') ? 'unknown' : 'different';
}

/** Keys that one has and the other has not, or with another value; in order. */
function differingKeys(a: Uint8Array, b: Uint8Array): string[] {
  const [inA, inB] = [unknownKeys(a), unknownKeys(b)];
  const keys = [...new Set([...inA.keys(), ...inB.keys()])].sort();
  return keys.filter((key) => {
    const [rawA, rawB] = [inA.get(key), inB.get(key)];
    return rawA === undefined || rawB === undefined || !bytesEqual(rawA, rawB);
  });
}

function unknownKeys(infoBytes: Uint8Array): Map<string, Uint8Array> {
  const members = new BencodedDictionary(infoBytes, METAINFO_LIMITS).entries();
  return new Map(
    [...members]
      .map(([key, raw]) => [Buffer.from(key).toString('utf8'), raw] as const)
      .filter(([key]) => !KNOWN_KEYS.has(key)),
  );
}
