import type { DhtNode, Metainfo } from '../../bittorrent/metainfo/metainfo.ts';
import type { FieldDifference } from '../torrent-fields.ts';

/** One text in place of another. */
export interface TextReplacement {
  readonly from: string;
  readonly to: string;
}

/**
 * What is to be another in a `.torrent` file; what is left out stays as it is, and null takes a value away. Lists are replaced first, then
 * texts within URLs, then URLs are removed, then added.
 */
export interface TorrentChanges {
  /** All trackers, by tier (BEP 12). */
  readonly announceTiers?: readonly (readonly string[])[] | undefined;
  /** Further tiers behind the last; a URL that is there already is left where it is. */
  readonly addTiers?: readonly (readonly string[])[] | undefined;
  /** Whole URLs, or hosts (`example.org`, `example.org:6969`) all of whose URLs go. */
  readonly removeTrackers?: readonly string[] | undefined;
  /** Texts within the URLs of trackers, web seeds and HTTP seeds, such as a passkey. */
  readonly replaceInUrls?: readonly TextReplacement[] | undefined;
  /** All web seeds (BEP 19). */
  readonly webSeeds?: readonly string[] | undefined;
  readonly addWebSeeds?: readonly string[] | undefined;
  /** Whole URLs, or hosts. */
  readonly removeWebSeeds?: readonly string[] | undefined;
  /** All HTTP seeds (BEP 17). */
  readonly httpSeeds?: readonly string[] | undefined;
  /** All nodes of the DHT (BEP 5). */
  readonly dhtNodes?: readonly DhtNode[] | undefined;
  readonly comment?: string | null | undefined;
  readonly createdBy?: string | null | undefined;
  /** Unix seconds. */
  readonly creationDate?: number | null | undefined;
  /** BEP 27. Part of the info-hash. */
  readonly isPrivate?: boolean | undefined;
  /** Part of the info-hash. */
  readonly source?: string | null | undefined;
  /** Part of the info-hash. */
  readonly name?: string | undefined;
}

/** Something worth knowing about an edit. */
export interface EditNote {
  readonly code:
    | 'NOTE_ORDER_MENDED'
    | 'NOTE_INFO_MENDED'
    | 'NOTE_TRAILING_BYTES_DROPPED'
    | 'NOTE_PRIVATE_WITH_NODES'
    | 'NOTE_PRIVATE_WITHOUT_TRACKERS'
    | 'NOTE_NO_URLS_DROPPED';
  /** One sentence. */
  readonly message: string;
}

/** A `.torrent` file after the changes. */
export interface EditedTorrent {
  /** Its bytes; those that were given, when nothing changes. */
  readonly torrent: Uint8Array;
  readonly isChanged: boolean;
  /** Whether it is another torrent now, with another swarm. */
  readonly isNewInfoHash: boolean;
  readonly before: Metainfo;
  readonly after: Metainfo;
  /** What is another, those of the info dictionary first. */
  readonly changes: readonly FieldDifference[];
  readonly notes: readonly EditNote[];
}
