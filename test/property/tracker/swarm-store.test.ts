import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { addressFromBytes } from '../../../src/bittorrent/endpoint.ts';
import type { PeerArena, PeerKind } from '../../../src/tracker/store/peer-arena.ts';
import { SwarmStore } from '../../../src/tracker/store/swarm-store.ts';

/** A swarm's peer as the model keeps it. */
interface ModelPeer {
  readonly kind: PeerKind;
  readonly client: number;
  readonly key: number;
  readonly isSeeder: boolean;
  /** A seeder as the lists have it, that lacks data (BEP 21). */
  readonly isPartial: boolean;
  readonly expires: number;
}

interface Step {
  readonly what: 'announce' | 'remove' | 'expire';
  readonly swarm: number;
  readonly kind: PeerKind;
  readonly host: number;
  readonly client: number;
  readonly key: number;
  readonly isSeeder: boolean;
  readonly isPartial: boolean;
  readonly time: number;
}

const steps = (maxHosts: number): fc.Arbitrary<Step[]> =>
  fc.array(
    fc.record({
      what: fc.constantFrom('announce', 'announce', 'announce', 'announce', 'remove', 'expire'),
      swarm: fc.nat(5),
      kind: fc.constantFrom<PeerKind[]>(4, 6, 'web'),
      host: fc.nat(maxHosts),
      client: fc.nat(maxHosts),
      key: fc.nat(1),
      isSeeder: fc.boolean(),
      isPartial: fc.boolean(),
      time: fc.integer({ min: 1, max: 1000 }),
    }),
    { minLength: 1, maxLength: 400, size: 'max' },
  );

/** The store beside a plain Map, both told the same. */
class Pair {
  readonly store = new SwarmStore();
  readonly model = new Map<number, Map<string, ModelPeer>>();

  step(step: Step): void {
    if (step.what === 'announce') this.#announce(step);
    else if (step.what === 'remove') this.#remove(step);
    else this.#expire(step.time);
  }

  #announce({ swarm, kind, host, client, key, isSeeder, time, ...rest }: Step): void {
    const isPartial = isSeeder && rest.isPartial;
    const address = addressOf(kind, host);
    const arena = arenaOf(this.store, kind);
    const row = this.store.findOrAddSwarm(infoHash(swarm));
    const known = arena.find(row, address, 1 + host);
    const peer = { peerId: new Uint8Array(20).fill(client), key };
    const slot =
      known < 0
        ? this.store.insert(row, address, 1 + host, peer, isSeeder, time, arena)
        : this.store.refresh(arena, known, peer, isSeeder, time);
    if (isPartial) this.store.setPartial(arena, slot, true);
    assert.equal(arena.find(row, address, 1 + host), slot);
    assert.equal(this.store.lists.isSeeder(arena, slot), isSeeder);
    const peers = this.model.get(swarm) ?? new Map<string, ModelPeer>();
    assert.equal(known >= 0, peers.has(`${kind}/${host}`));
    this.model.set(
      swarm,
      peers.set(`${kind}/${host}`, { kind, client, key, isSeeder, isPartial, expires: time }),
    );
  }

  #remove({ swarm, kind, host }: Step): void {
    const address = addressOf(kind, host);
    const arena = arenaOf(this.store, kind);
    const row = this.store.swarms.find(infoHash(swarm));
    const slot = row < 0 ? -1 : arena.find(row, address, 1 + host);
    assert.equal(slot >= 0, this.model.get(swarm)?.delete(`${kind}/${host}`) ?? false);
    if (slot >= 0) this.store.remove(arena, slot);
  }

  #expire(time: number): void {
    let expected = 0;
    for (const peers of this.model.values())
      for (const [key, peer] of peers) if (peer.expires <= time && peers.delete(key)) expected++;
    let removed = 0;
    for (let i = 0; i < 3; i++) removed += this.store.expire(time, 10_000); // a pass, after the rest of one, and what moved
    assert.equal(removed, expected);
  }

  check(): void {
    let swarms = 0;
    for (const [swarm, peers] of this.model) {
      const row = this.store.swarms.find(infoHash(swarm));
      assert.equal(row >= 0, peers.size > 0, 'a swarm without peers is forgotten');
      if (row < 0) continue;
      swarms++;
      this.#checkSwarm(row, [...peers.entries()]);
    }
    assert.equal(this.store.stats().swarms, swarms);
  }

  #checkSwarm(row: number, peers: [string, ModelPeer][]): void {
    const { store } = this;
    assert.equal(store.endpoints(row), peers.length);
    for (const kind of KINDS) {
      const arena = arenaOf(store, kind);
      const start = store.lists.start(row, arena);
      const stored: string[] = [];
      for (let slot = start; slot < start + store.lists.size(row, arena); slot++) {
        const host = arena.portAt(slot) - 1;
        const peer = peers.find(([key]) => key === `${kind}/${host}`)?.[1];
        assert.equal(arena.expiresAt(slot), peer?.expires);
        assert.equal(arena.peerIdAt(slot)[0], peer?.client);
        assert.equal(store.lists.isSeeder(arena, slot), peer?.isSeeder);
        stored.push(`${kind}/${host}`);
      }
      const expected = peers.filter(([, peer]) => peer.kind === kind).map(([key]) => key);
      assert.deepEqual(stored.sort(), expected.sort());
    }
    this.#checkCounts(
      row,
      peers.map(([, peer]) => peer),
    );
  }

  /** No client is left out, and of a client with endpoints of several kinds those of one kind count. */
  #checkCounts(row: number, peers: ModelPeer[]): void {
    const counted = this.store.seeders(row) + this.store.leechers(row);
    const clientOf = (peer: ModelPeer) => `${peer.client} ${peer.key}`;
    const clients = new Set(peers.map(clientOf));
    const kindsOf = (client: string) =>
      new Set(peers.filter((peer) => clientOf(peer) === client).map(({ kind }) => kind)).size;
    const atOtherKinds = [...clients].reduce((sum, client) => sum + kindsOf(client) - 1, 0);
    assert.ok(counted >= clients.size, 'every client counts');
    assert.ok(counted <= peers.length - atOtherKinds, 'a client of several kinds counts with one of them');
    const partials = peers.filter((peer) => peer.isPartial).length;
    assert.ok(this.store.partials(row) >= 0 && this.store.partials(row) <= partials);
    // Of a client's endpoints of one kind not all may count: those that came while one of another kind did.
    if (clients.size === peers.length) assert.equal(this.store.partials(row), partials);
    assert.ok(this.store.seeders(row) <= peers.filter((peer) => peer.isSeeder).length);
    assert.ok(this.store.leechers(row) <= peers.filter((peer) => !peer.isSeeder || peer.isPartial).length);
  }
}

const KINDS: readonly PeerKind[] = [4, 6, 'web'];

function arenaOf(store: SwarmStore, kind: PeerKind): PeerArena {
  if (kind === 'web') return store.webArena;
  return kind === 4 ? store.arena4 : store.arena6;
}

function addressOf(kind: PeerKind, host: number): ReturnType<typeof addressFromBytes> {
  const bytes = new Uint8Array(kind === 6 ? 16 : 4).fill(9);
  bytes[bytes.length - 1] = host;
  return addressFromBytes(bytes);
}

function infoHash(swarm: number): Uint8Array {
  return new Uint8Array(20).fill(swarm + 1);
}

describe('the swarm store', () => {
  for (const [name, maxHosts] of [
    ['few peers that come back often', 3],
    ['many peers', 60],
  ] as const)
    it(`holds what a plain map holds: ${name}`, () => {
      fc.assert(
        fc.property(steps(maxHosts), (list) => {
          const pair = new Pair();
          for (const step of list) pair.step(step);
          pair.check();
        }),
        { numRuns: 250 },
      );
    });

  it('gives all room back when everybody has left', () => {
    fc.assert(
      fc.property(steps(60), (list) => {
        const pair = new Pair();
        for (const step of list) pair.step(step);
        for (let i = 0; i < 3; i++) pair.store.expire(1000, 10_000);
        const { swarms, peers4, peers6, webPeers } = pair.store.stats();
        assert.deepEqual([swarms, peers4, peers6, webPeers], [0, 0, 0, 0]);
        assert.equal(pair.store.arena4.allocator.top, 0, 'free blocks have joined');
        assert.equal(pair.store.arena6.allocator.top, 0);
        assert.equal(pair.store.webArena.allocator.top, 0);
      }),
      { numRuns: 100 },
    );
  });
});
