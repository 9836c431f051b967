import type { InfoHash } from '../bittorrent/info-hash.ts';

/** The lists of torrents: those that are tracked beside the registered ones, those that are not, and those switched off. */
export type TorrentListKind = 'allow' | 'deny' | 'off';

/** The rules about who announces: prefixes of peer ids, and networks. */
export type AccessRuleKind = 'allow-client' | 'deny-client' | 'deny-address';

/** A rule as text; whoever wrote it reads it. At most 128 characters. */
export interface AccessRuleRow {
  readonly kind: AccessRuleKind;
  readonly value: string;
}

/**
 * What may be tracked, and for whom: shared by all nodes of a database. Each call that changes something raises the revision of
 * `access` with it; one that changes nothing does not.
 */
export interface AccessStore {
  /** The mode that was saved last, undefined when there never was one. */
  loadAccessMode(): Promise<string | undefined>;
  saveAccessMode(mode: string): Promise<void>;
  /** Adds torrents to a list, all or none, and resolves with how many were not on it. */
  addToList(list: TorrentListKind, infoHashes: readonly InfoHash[], nowSeconds: number): Promise<number>;
  /** Takes torrents off a list, all or none, and resolves with how many were on it. */
  removeFromList(list: TorrentListKind, infoHashes: readonly InfoHash[]): Promise<number>;
  /** Up to `limit` torrents (1 or more) of a list in the order of their bytes, after the given one. */
  listAfter(list: TorrentListKind, after: InfoHash | null, limit: number): Promise<InfoHash[]>;
  /** All rules, by kind and value. */
  loadAccessRules(): Promise<AccessRuleRow[]>;
  /** Resolves false, and does nothing, when the rule is there. */
  addAccessRule(rule: AccessRuleRow, nowSeconds: number): Promise<boolean>;
  /** Resolves false, and does nothing, when there is no such rule. */
  removeAccessRule(rule: AccessRuleRow): Promise<boolean>;
}
