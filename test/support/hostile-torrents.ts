import { aroundInfoEntries } from './hostile-torrents/around-info.ts';
import { bencodeEntries } from './hostile-torrents/bencode.ts';
import { canonicalEntries } from './hostile-torrents/canonical.ts';
import type { HostileTorrent } from './hostile-torrents/entry.ts';
import { hybridEntries } from './hostile-torrents/hybrid.ts';
import { nameEntries } from './hostile-torrents/names.ts';
import { v1FileEntries } from './hostile-torrents/v1-files.ts';
import { v2Entries } from './hostile-torrents/v2.ts';
import { v2HashEntries } from './hostile-torrents/v2-hashes.ts';
import { v2TreeEntries } from './hostile-torrents/v2-tree.ts';

export type { HostileTorrent } from './hostile-torrents/entry.ts';

/**
 * Torrents as strangers may send them, and as old or careless makers wrote them: what a reader must refuse, and what it must
 * take all the same. Built anew at each call, some 40 MB: keep it no longer than it is needed.
 */
export function hostileTorrents(): readonly HostileTorrent[] {
  return [
    ...bencodeEntries(),
    ...canonicalEntries(),
    ...nameEntries(),
    ...v1FileEntries(),
    ...v2Entries(),
    ...v2TreeEntries(),
    ...v2HashEntries(),
    ...hybridEntries(),
    ...aroundInfoEntries(),
  ];
}
