import type { TrafficStore } from './traffic-store.ts';

/** Somebody who may use a private tracker. */
export interface UserRow {
  /** From 1; never given to another user later. */
  readonly id: number;
  /** Unique; at most 64 characters. */
  readonly name: string;
  /** Unique: 16 to 64 of A-Z, a-z, 0-9, "_" and "-". */
  readonly passkey: string;
  readonly isEnabled: boolean;
  /** Unix seconds from which announces are refused; null: never. */
  readonly expiresAtSeconds: number | null;
  readonly createdAtSeconds: number;
}

/** What is changed of a user; members that are left out stay. */
export type UserChange = Partial<Pick<UserRow, 'name' | 'passkey' | 'isEnabled' | 'expiresAtSeconds'>>;

/** What another user has already. */
export type TakenField = 'name' | 'passkey';

/** How the bytes of a torrent count, in percent of what was sent: 100 is as usual, a download of 0 is freeleech. */
export interface TorrentCredit {
  /** 20 bytes. */
  readonly infoHash: Uint8Array;
  readonly uploadPercent: number;
  readonly downloadPercent: number;
}

/** Who may use a private tracker, and how torrents count. Each change raises the revision of `users`. */
export interface AccountStore {
  /** All users, by id. */
  loadUsers(): Promise<UserRow[]>;
  /** Resolves with the new user, or with what is taken. */
  addUser(user: Omit<UserRow, 'id'>): Promise<UserRow | TakenField>;
  /** Resolves with the user as he is now, with what is taken, or undefined when there is none. */
  changeUser(id: number, change: UserChange): Promise<UserRow | TakenField | undefined>;
  /** Forgets a user and all that he did. Resolves false when there was none. */
  removeUser(id: number): Promise<boolean>;
  /** The torrents that do not count as usual. */
  loadTorrentCredits(): Promise<TorrentCredit[]>;
  /** Says how a torrent counts; 100 and 100 forgets it. */
  saveTorrentCredit(credit: TorrentCredit): Promise<void>;
  /** Until when (unix seconds) no download counts anywhere; 0 when that was never said. */
  loadFreeleech(): Promise<number>;
  saveFreeleech(untilSeconds: number): Promise<void>;
}

/** Everything about users: `persistence.users`. All arguments and results are plain data. */
export interface UserStore extends AccountStore, TrafficStore {}
