import { INFO_HASH_LENGTH } from '../../bittorrent/info-hash.ts';
import type { CompletedMemory } from './completed-memory.ts';
import { HashAliases } from './hash-aliases.ts';
import type { PeerKind } from './peer-arena.ts';
import type { SeededHash } from './seeded-hash.ts';
import { SlotIndex } from './slot-index.ts';

/** The swarm stays when its last peer leaves, and may be announced to when the tracker is not open. */
export const REGISTERED = 1;
/** Our own seed node has the torrent. */
export const LOCAL_SEED = 2;
/** The swarm is not to be announced to. It is there still because it is registered, or about to be emptied. */
export const REFUSED = 4;

/** Fields of a swarm's list of peers of one kind. */
export const LIST_START = 0;
export const LIST_CAPACITY = 1;
export const LIST_COUNT = 2;
/** The seeders of a list come first, the leechers behind them. */
export const LIST_SEEDERS = 3;
const LIST_FIELDS = 4;
/** IPv4, IPv6 and WebSockets. */
const SWARM_FIELDS = 3 * LIST_FIELDS;

const GROWTH = 1.2;
const NONE = -1;

/** The swarms: one array a field, one row a swarm, and a table from info-hashes to rows. */
export class SwarmTable {
  infoHashes = new Uint8Array(0);
  /** Three lists a swarm. */
  lists = new Int32Array(0);
  /** Seeders and leechers that count already with an endpoint of another kind. */
  twins = new Int32Array(0);
  /** Times completed, as this node counted, and as other nodes did. */
  completed = new Uint32Array(0);
  completedElsewhere = new Uint32Array(0);
  flags = new Uint8Array(0);
  /** When an announce found the swarm without peers, unix seconds; 0 when that is not known. */
  bornAt = new Uint32Array(0);
  /** Partial seeds (BEP 21) that count as peers; they stand among the seeders of the lists. */
  partials = new Uint32Array(0);
  /** The counts of swarms that are not in the table. */
  readonly emptied: CompletedMemory;
  /** Second names of swarms. */
  readonly aliases = new HashAliases();
  readonly #hash: SeededHash;
  readonly #index: SlotIndex;
  /** Rows in use and rows that were freed. */
  #rows = 0;
  /** The first freed row; the next one stands in its first list field. */
  #free = NONE;

  constructor(hash: SeededHash, emptied: CompletedMemory) {
    this.emptied = emptied;
    this.#hash = hash;
    this.#index = new SlotIndex((row) => this.#hash.bytes(this.infoHashes, row * INFO_HASH_LENGTH, 20, 0));
  }

  /** Swarms. */
  get size(): number {
    return this.#index.size;
  }

  /** One more than the highest row that was ever in use. */
  get rows(): number {
    return this.#rows;
  }

  /** Memory of the columns and the index. */
  get bytesUsed(): number {
    const aRow = INFO_HASH_LENGTH + SWARM_FIELDS * 4 + 8 + 8 + 4 + 4 + 1;
    return this.flags.length * aRow + this.#index.bytesUsed;
  }

  /** The row of a swarm, by either of its names; -1 when there is none. */
  find(infoHash: Uint8Array): number {
    const row = this.#findNamed(infoHash);
    if (row >= 0 || this.aliases.size === 0) return row;
    const name = this.aliases.nameOf(infoHash);
    return name === undefined ? row : this.#findNamed(name);
  }

  #findNamed(infoHash: Uint8Array): number {
    const index = this.#index;
    for (let place = index.home(this.#hash.bytes(infoHash, 0, 20, 0)); ; place = index.next(place)) {
      const row = index.at(place);
      if (row < 0 || this.#isInfoHash(row, infoHash)) return row;
    }
  }

  /** The row of a new, empty swarm that is not in the table yet. It goes on from the counts that it had when it emptied. */
  add(infoHash: Uint8Array): number {
    const row = this.#takeRow();
    this.infoHashes.set(infoHash, row * INFO_HASH_LENGTH);
    this.lists.fill(0, row * SWARM_FIELDS, (row + 1) * SWARM_FIELDS);
    this.twins.fill(0, row * 2, row * 2 + 2);
    const counts = this.emptied.take(infoHash);
    this.completed[row] = counts?.here ?? 0;
    this.completedElsewhere[row] = counts?.elsewhere ?? 0;
    this.flags[row] = 0;
    this.bornAt[row] = 0;
    this.partials[row] = 0;
    this.#index.insert(this.#hash.bytes(infoHash, 0, 20, 0), row);
    return row;
  }

  /** Forgets a swarm, whose lists are empty, but for its counts. */
  remove(row: number): void {
    const elsewhere = this.completedElsewhere[row] as number; // a row in use; so below
    this.emptied.keep(this.infoHashAt(row), this.completed[row] as number, elsewhere);
    this.#index.remove(this.#hash.bytes(this.infoHashes, row * INFO_HASH_LENGTH, 20, 0), row);
    this.lists.fill(0, row * SWARM_FIELDS, (row + 1) * SWARM_FIELDS);
    this.lists[row * SWARM_FIELDS] = this.#free;
    this.flags[row] = 0;
    this.#free = row;
  }

  /** Seeders of a swarm that are counted already with an endpoint of another kind. */
  twinSeeders(row: number): number {
    return this.twins[row * 2] as number; // a row in use; so below
  }

  /** Leechers of a swarm that are counted already. */
  twinLeechers(row: number): number {
    return this.twins[row * 2 + 1] as number;
  }

  /** Counts one more partial seed, or one less. */
  countPartial(row: number, difference: 1 | -1): void {
    this.partials[row] = (this.partials[row] as number) + difference; // a row in use
  }

  /** Whether anyone in a swarm is counted already. */
  hasTwins(row: number): boolean {
    return this.twins[row * 2] !== 0 || this.twins[row * 2 + 1] !== 0;
  }

  /** Counts one more twin, or one less. */
  countTwin(row: number, isSeeder: boolean, difference: 1 | -1): void {
    const at = row * 2 + (isSeeder ? 0 : 1);
    this.twins[at] = (this.twins[at] as number) + difference;
  }

  /** Times completed, over all nodes. */
  completedOf(row: number): number {
    return (this.completed[row] as number) + (this.completedElsewhere[row] as number); // a row in use; so below
  }

  /** Counts a completed download, and returns how many this node has counted. */
  countCompleted(row: number): number {
    const completed = (this.completed[row] as number) + 1;
    this.completed[row] = completed;
    return completed;
  }

  /** Raises the counts of this node and of the others; smaller ones change nothing. */
  raiseCompleted(row: number, here: number, elsewhere: number): void {
    this.completed[row] = Math.max(this.completed[row] as number, here);
    this.completedElsewhere[row] = Math.max(this.completedElsewhere[row] as number, elsewhere);
  }

  /** Endpoints of all kinds. Read where they lie: at every announce, several times. */
  endpointsOf(row: number): number {
    return this.#sumOfLists(row * SWARM_FIELDS + LIST_COUNT);
  }

  /** Endpoints of all kinds that stand among the seeders. */
  seederEndpointsOf(row: number): number {
    return this.#sumOfLists(row * SWARM_FIELDS + LIST_SEEDERS);
  }

  /** The sum of a field over the lists of a swarm, from where it lies in the first. */
  #sumOfLists(at: number): number {
    const { lists } = this;
    const ofFamilies = (lists[at] as number) + (lists[at + LIST_FIELDS] as number); // a row in use
    return ofFamilies + (lists[at + 2 * LIST_FIELDS] as number);
  }

  /** Where the fields of a swarm's list begin in `lists`. */
  listAt(row: number, kind: PeerKind): number {
    return row * SWARM_FIELDS + (kind === 4 ? 0 : kind === 6 ? LIST_FIELDS : 2 * LIST_FIELDS);
  }

  /** The info-hash of a row: a view, valid until the table changes. */
  infoHashAt(row: number): Uint8Array {
    return this.infoHashes.subarray(row * INFO_HASH_LENGTH, (row + 1) * INFO_HASH_LENGTH);
  }

  #isInfoHash(row: number, infoHash: Uint8Array): boolean {
    const at = row * INFO_HASH_LENGTH;
    for (let i = 0; i < INFO_HASH_LENGTH; i++) if (this.infoHashes[at + i] !== infoHash[i]) return false;
    return true;
  }

  #takeRow(): number {
    const row = this.#free;
    if (row === NONE) {
      this.#reserve(this.#rows + 1);
      return this.#rows++;
    }
    this.#free = this.lists[row * SWARM_FIELDS] as number; // a freed row
    return row;
  }

  #reserve(rows: number): void {
    if (rows <= this.flags.length) return;
    const capacity = Math.max(16, Math.ceil(this.flags.length * GROWTH));
    const { infoHashes, lists, twins, completed, completedElsewhere, flags, bornAt, partials } = this;
    this.infoHashes = new Uint8Array(capacity * INFO_HASH_LENGTH);
    this.infoHashes.set(infoHashes);
    this.lists = new Int32Array(capacity * SWARM_FIELDS);
    this.lists.set(lists);
    this.twins = new Int32Array(capacity * 2);
    this.twins.set(twins);
    this.completed = new Uint32Array(capacity);
    this.completed.set(completed);
    this.completedElsewhere = new Uint32Array(capacity);
    this.completedElsewhere.set(completedElsewhere);
    this.flags = new Uint8Array(capacity);
    this.flags.set(flags);
    this.bornAt = new Uint32Array(capacity);
    this.bornAt.set(bornAt);
    this.partials = new Uint32Array(capacity);
    this.partials.set(partials);
  }
}
