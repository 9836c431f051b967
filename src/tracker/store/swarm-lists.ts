import type { PeerArena } from './peer-arena.ts';
import { LIST_CAPACITY, LIST_COUNT, LIST_SEEDERS, LIST_START, type SwarmTable } from './swarm-table.ts';

/**
 * The blocks of slots in which the peers of a swarm lie, one for each kind: seeders first, then leechers, no gaps. Here, who wants no
 * data is a seeder, so partial seeds (BEP 21) are as well.
 */
export class SwarmLists {
  readonly #swarms: SwarmTable;

  constructor(swarms: SwarmTable) {
    this.#swarms = swarms;
  }

  /** Slots in use. */
  size(swarm: number, arena: PeerArena): number {
    return this.#swarms.lists[this.#at(swarm, arena) + LIST_COUNT] as number; // a row in use; so below
  }

  /** The first slot of the seeders; the leechers begin {@link seeders} slots behind it. */
  start(swarm: number, arena: PeerArena): number {
    return this.#swarms.lists[this.#at(swarm, arena) + LIST_START] as number;
  }

  /** Slots of seeders. */
  seeders(swarm: number, arena: PeerArena): number {
    return this.#swarms.lists[this.#at(swarm, arena) + LIST_SEEDERS] as number;
  }

  /** Whether the peer in a slot is a seeder. */
  isSeeder(arena: PeerArena, slot: number): boolean {
    const at = this.#at(arena.swarmAt(slot), arena);
    const { lists } = this.#swarms;
    return slot < (lists[at + LIST_START] as number) + (lists[at + LIST_SEEDERS] as number);
  }

  /** An empty slot at the end of the seeders or leechers of a list, which counts it already. */
  open(swarm: number, arena: PeerArena, isSeeder: boolean): number {
    const list = this.#at(swarm, arena);
    this.#reserve(arena, list);
    const { lists } = this.#swarms;
    const start = lists[list + LIST_START] as number;
    const count = lists[list + LIST_COUNT] as number;
    const seeders = lists[list + LIST_SEEDERS] as number;
    lists[list + LIST_COUNT] = count + 1;
    if (!isSeeder) return start + count;
    arena.seeders++;
    lists[list + LIST_SEEDERS] = seeders + 1;
    arena.move(start + seeders, start + count); // the first leecher makes room
    return start + seeders;
  }

  /** Closes the gap that a cleared slot left. */
  close(swarm: number, arena: PeerArena, slot: number, isSeeder: boolean): void {
    const { lists } = this.#swarms;
    const list = this.#at(swarm, arena);
    const start = lists[list + LIST_START] as number;
    const count = (lists[list + LIST_COUNT] as number) - 1;
    let gap = slot;
    if (isSeeder) {
      const lastSeeder = start + (lists[list + LIST_SEEDERS] as number) - 1;
      if (lastSeeder !== gap) arena.move(lastSeeder, gap);
      gap = lastSeeder;
      arena.seeders--;
      lists[list + LIST_SEEDERS] = lastSeeder - start;
    }
    if (start + count !== gap) arena.move(start + count, gap);
    lists[list + LIST_COUNT] = count;
    this.#trim(arena, list);
  }

  #reserve(arena: PeerArena, list: number): void {
    const { lists } = this.#swarms;
    const start = lists[list + LIST_START] as number;
    const capacity = lists[list + LIST_CAPACITY] as number;
    const count = lists[list + LIST_COUNT] as number;
    if (count < capacity) return;
    const wanted = spacious(count);
    // Room is noted when it is there: taking it throws when memory is short.
    if (capacity > 0 && arena.allocator.extend(start, capacity, wanted)) {
      lists[list + LIST_CAPACITY] = wanted;
      return;
    }
    const moved = arena.allocator.allocate(wanted);
    for (let i = 0; i < count; i++) arena.move(start + i, moved + i);
    if (capacity > 0) arena.allocator.release(start, capacity);
    lists[list + LIST_START] = moved;
    lists[list + LIST_CAPACITY] = wanted;
  }

  /** Gives room back when a list has shrunk to half of it. */
  #trim(arena: PeerArena, list: number): void {
    const { lists } = this.#swarms;
    const start = lists[list + LIST_START] as number;
    const capacity = lists[list + LIST_CAPACITY] as number;
    const count = lists[list + LIST_COUNT] as number;
    if (count === 0) {
      arena.allocator.release(start, capacity);
      lists[list + LIST_CAPACITY] = 0;
      return;
    }
    const wanted = spacious(count);
    if (capacity < 8 || wanted * 2 > capacity) return;
    arena.allocator.shrink(start, capacity, wanted);
    lists[list + LIST_CAPACITY] = wanted;
  }

  /** Moves a peer over the border between seeders and leechers, and returns its new slot. */
  changeRole(swarm: number, arena: PeerArena, slot: number, isSeeder: boolean): number {
    const { lists } = this.#swarms;
    const list = this.#at(swarm, arena);
    const seeders = lists[list + LIST_SEEDERS] as number;
    const border = (lists[list + LIST_START] as number) + (isSeeder ? seeders : seeders - 1);
    arena.swap(slot, border);
    arena.seeders += isSeeder ? 1 : -1;
    lists[list + LIST_SEEDERS] = isSeeder ? seeders + 1 : seeders - 1;
    return border;
  }

  #at(swarm: number, arena: PeerArena): number {
    return this.#swarms.listAt(swarm, arena.kind);
  }
}

/** Room for a list that grows: a quarter more. Bench store: an eighth saves 4 bytes a peer, and fills a third slower. */
function spacious(count: number): number {
  return count + 1 + (count >> 2);
}
