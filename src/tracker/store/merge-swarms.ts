import { addressFromBytes } from '../../bittorrent/endpoint.ts';
import { PARTIAL, type PeerArena } from './peer-arena.ts';
import type { SwarmStore } from './swarm-store.ts';

/** Peers of a kind that are moved: about 20 ms. The others come back by themselves when they announce. */
const MAX_MOVED = 10_000;

/** Moves the peers of a swarm to another, which turned out to be the same torrent. */
export function mergeSwarms(store: SwarmStore, from: number, into: number): void {
  for (const arena of [store.arena4, store.arena6, store.webArena])
    for (let rest = MAX_MOVED; rest > 0 && store.lists.size(from, arena) > 0; rest--)
      movePeer(store, arena, store.lists.start(from, arena), into);
}

function movePeer(store: SwarmStore, arena: PeerArena, slot: number, into: number): void {
  const address = addressFromBytes(arena.addressAt(slot));
  const port = arena.portAt(slot);
  const peer = { peerId: arena.peerIdAt(slot).slice(), key: 0 }; // the key is told again with the next announce
  const isSeeder = store.lists.isSeeder(arena, slot);
  const isPartial = arena.hasFlag(slot, PARTIAL);
  const expires = arena.expiresAt(slot);
  store.remove(arena, slot);
  if (arena.find(into, address, port) >= 0) return;
  const moved = store.insert(into, address, port, peer, isSeeder, expires, arena);
  if (moved >= 0 && isPartial) store.setPartial(arena, moved, true);
}
