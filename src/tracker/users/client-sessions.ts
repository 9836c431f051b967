import { bytesEqual } from '../../bittorrent/hex.ts';
import { SeededHash } from '../store/seeded-hash.ts';
import { SlotIndex } from '../store/slot-index.ts';
import { SessionColumns } from './session-columns.ts';
import { NO_BUDGET, TrafficBudgets } from './traffic-budgets.ts';
import { UserLists } from './user-lists.ts';

/** The user of sessions that another node told of: whose they are shows when the client comes here. */
export const UNKNOWN_USER = 0;

const NONE = -1;
const HASH_BYTES = 20;
const ID_BYTES = 40;

/**
 * The clients of users: one session for each user, torrent and peer id, however many endpoints the client has. Typed arrays
 * with an index by torrent and peer id, and one by user and torrent: about 170 bytes a session, no object.
 */
export class ClientSessions {
  readonly columns: SessionColumns;
  /** Shared by the sessions of a user in a torrent. */
  readonly budgets = new TrafficBudgets();
  readonly #maxSessions: number;
  readonly #hash = new SeededHash();
  readonly #byClient: SlotIndex;
  readonly #byTorrent: SlotIndex;
  readonly #ofUsers: UserLists;
  readonly #free: number[] = [];

  constructor(maxSessions: number) {
    this.#maxSessions = maxSessions;
    this.columns = new SessionColumns();
    this.#ofUsers = new UserLists(this.columns);
    this.#byClient = new SlotIndex((slot) => this.#clientHash(this.columns.ids, slot * ID_BYTES));
    this.#byTorrent = new SlotIndex((slot) =>
      this.#hash.bytes(this.columns.ids, slot * ID_BYTES, HASH_BYTES, this.columns.users[slot] as number),
    );
  }

  /** Sessions that are known. */
  get size(): number {
    return this.#byClient.size;
  }

  /** One more than the highest slot that was ever in use. */
  get top(): number {
    return this.columns.length;
  }

  /** The session of a client, or -1. */
  find(infoHash: Uint8Array, peerId: Uint8Array, userId: number): number {
    const { users } = this.columns;
    const index = this.#byClient;
    const hash = this.#joinedHash(infoHash, peerId);
    for (let place = index.home(hash); ; place = index.next(place)) {
      const slot = index.at(place);
      if (slot < 0 || (users[slot] === userId && this.#isClient(slot, infoHash, peerId))) return slot;
    }
  }

  /** The sessions of a torrent with this peer id, whoever's they are: one, unless somebody took another's. */
  *clients(infoHash: Uint8Array, peerId: Uint8Array): Generator<number> {
    const index = this.#byClient;
    const hash = this.#joinedHash(infoHash, peerId);
    for (let place = index.home(hash); index.at(place) >= 0; place = index.next(place)) {
      const slot = index.at(place);
      if (this.#isClient(slot, infoHash, peerId)) yield slot;
    }
  }

  /** The sessions of a user in a torrent. */
  *ofUserInTorrent(userId: number, infoHash: Uint8Array): Generator<number> {
    const index = this.#byTorrent;
    const hash = this.#hash.bytes(infoHash, 0, HASH_BYTES, userId);
    for (let place = index.home(hash); index.at(place) >= 0; place = index.next(place)) {
      const slot = index.at(place);
      if (this.columns.users[slot] === userId && bytesEqual(this.infoHashAt(slot), infoHash)) yield slot;
    }
  }

  /** All sessions of a user. */
  ofUser(userId: number): Generator<number> {
    return this.#ofUsers.of(userId);
  }

  /** A new session, zeros all over; -1 when there is no room. The session must not be known. */
  add(infoHash: Uint8Array, peerId: Uint8Array, userId: number): number {
    if (this.size >= this.#maxSessions) return NONE;
    const budget = this.#joinBudget(infoHash, userId);
    const slot = this.#free.pop() ?? this.columns.addSlot();
    this.columns.budgets[slot] = budget;
    this.columns.ids.set(infoHash.subarray(0, HASH_BYTES), slot * ID_BYTES);
    this.columns.ids.set(peerId.subarray(0, HASH_BYTES), slot * ID_BYTES + HASH_BYTES);
    this.columns.users[slot] = userId;
    this.columns.used[slot] = 1;
    this.#byClient.insert(this.#joinedHash(infoHash, peerId), slot);
    this.#byTorrent.insert(this.#hash.bytes(infoHash, 0, HASH_BYTES, userId), slot);
    this.#ofUsers.add(slot);
    return slot;
  }

  /** Forgets a session. */
  remove(slot: number): void {
    const { ids, users } = this.columns;
    const at = slot * ID_BYTES;
    this.budgets.leave(this.columns.budgets[slot] as number); // a slot in use; so below
    this.#ofUsers.remove(slot);
    this.#byTorrent.remove(this.#hash.bytes(ids, at, HASH_BYTES, users[slot] as number), slot);
    this.#byClient.remove(this.#clientHash(ids, at), slot);
    this.columns.clear(slot);
    this.#free.push(slot);
  }

  /** A session that nobody's was is this user's. */
  adopt(slot: number, userId: number): void {
    const { ids, users } = this.columns;
    const at = slot * ID_BYTES;
    this.#ofUsers.remove(slot);
    this.#byTorrent.remove(this.#hash.bytes(ids, at, HASH_BYTES, users[slot] as number), slot);
    this.columns.budgets[slot] = this.#joinBudget(this.infoHashAt(slot), userId);
    users[slot] = userId;
    this.#byTorrent.insert(this.#hash.bytes(ids, at, HASH_BYTES, userId), slot);
    this.#ofUsers.add(slot);
  }

  /** The info-hash of a session: a view that is valid until the next change. */
  infoHashAt(slot: number): Uint8Array {
    return this.columns.ids.subarray(slot * ID_BYTES, slot * ID_BYTES + HASH_BYTES);
  }

  /** The peer id of a session: a view as well. */
  peerIdAt(slot: number): Uint8Array {
    return this.columns.ids.subarray(slot * ID_BYTES + HASH_BYTES, (slot + 1) * ID_BYTES);
  }

  #joinBudget(infoHash: Uint8Array, userId: number): number {
    if (userId === UNKNOWN_USER) return NO_BUDGET;
    for (const other of this.ofUserInTorrent(userId, infoHash))
      return this.budgets.join(this.columns.budgets[other] as number); // a slot in use
    return this.budgets.join(NO_BUDGET);
  }

  #isClient(slot: number, infoHash: Uint8Array, peerId: Uint8Array): boolean {
    const { ids } = this.columns;
    const at = slot * ID_BYTES;
    for (let i = 0; i < HASH_BYTES; i++)
      if (ids[at + HASH_BYTES + i] !== peerId[i] || ids[at + i] !== infoHash[i]) return false;
    return true;
  }

  #joinedHash(infoHash: Uint8Array, peerId: Uint8Array): number {
    return this.#hash.bytes(peerId, 0, HASH_BYTES, this.#hash.bytes(infoHash, 0, HASH_BYTES, 0));
  }

  #clientHash(ids: Uint8Array, at: number): number {
    return this.#hash.bytes(ids, at + HASH_BYTES, HASH_BYTES, this.#hash.bytes(ids, at, HASH_BYTES, 0));
  }
}
