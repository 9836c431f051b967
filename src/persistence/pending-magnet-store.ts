import type { InfoHash } from '../bittorrent/info-hash.ts';

/** A magnet link that this node was given, and whose metadata is not here yet. */
export interface PendingMagnetRow {
  /** By which it is listed: the first name that was known of it. */
  readonly infoHash: InfoHash;
  /** The 32 bytes of a v2 info-hash (BEP 52), null where the link names none. */
  readonly infoHashV2: Uint8Array | null;
  /** As the link has it, or empty. */
  readonly name: string;
  /** All of the link. Its announce URLs may hold a passkey. */
  readonly link: string;
  /** The folder into which its files are to go. */
  readonly target: string;
  /** What it is to do: a word of at most 32 characters. Opaque here. */
  readonly state: string;
  /** JSON: what a person chose for it; null: nothing. Opaque here. */
  readonly preferences: string | null;
  /** JSON: how fast its torrent is to be sent and fetched; at most 255 characters; null: as each torrent. Opaque here. */
  readonly limits: string | null;
  /** Why it failed, by code (at most 64 characters) and in words; null while it has not. */
  readonly failure: { readonly code: string; readonly message: string } | null;
  readonly createdAtSeconds: number;
}

/** The magnet links of this node that wait for their metadata. Each node has its own; they go with it. */
export interface PendingMagnetStore {
  /** All of this node, oldest first. */
  loadPendingMagnets(): Promise<PendingMagnetRow[]>;
  /** Adds the link, or replaces the one with its info-hash. Committed when the promise resolves. */
  savePendingMagnet(row: PendingMagnetRow): Promise<void>;
  /** Resolves false, and does nothing, when there is none. */
  removePendingMagnet(infoHash: InfoHash): Promise<boolean>;
}
