import type { PhpTrackerPeer } from '../../persistence/mysql/phptracker.ts';

/** One thing to import. */
export type ImportItem =
  /** A torrent with its `.torrent` file; seeded when its data is there. */
  | {
      readonly kind: 'torrent';
      readonly torrent: Uint8Array;
      readonly dataPath: string | null;
      readonly label: string;
    }
  /** A torrent of which no more than this is known. */
  | {
      readonly kind: 'bare';
      readonly infoHash: string;
      readonly name: string | undefined;
      readonly lengthBytes: number | undefined;
    }
  /** An info-hash for the allow or deny list. */
  | { readonly kind: 'listed'; readonly list: 'allow' | 'deny'; readonly infoHash: string }
  | { readonly kind: 'peers'; readonly peers: readonly PhpTrackerPeer[] }
  /** What cannot be imported. */
  | { readonly kind: 'bad'; readonly what: string; readonly why: string };
