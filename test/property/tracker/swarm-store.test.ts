import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { addressFromBytes } from '../../../src/bittorrent/endpoint.ts';
import { SwarmStore } from '../../../src/tracker/swarm-store.ts';

/** A swarm's peer as the model keeps it. */
interface ModelPeer {
  readonly family: 4 | 6;
  readonly client: number;
  readonly key: number;
  readonly isSeeder: boolean;
  readonly expires: number;
}

interface Step {
  readonly kind: 'announce' | 'remove' | 'expire';
  readonly swarm: number;
  readonly family: 4 | 6;
  readonly host: number;
  readonly client: number;
  readonly key: number;
  readonly isSeeder: boolean;
  readonly time: number;
}

const steps = (maxHosts: number): fc.Arbitrary<Step[]> =>
  fc.array(
    fc.record({
      kind: fc.constantFrom('announce', 'announce', 'announce', 'announce', 'remove', 'expire'),
      swarm: fc.nat(5),
      family: fc.constantFrom(4, 6),
      host: fc.nat(maxHosts),
      client: fc.nat(maxHosts),
      key: fc.nat(1),
      isSeeder: fc.boolean(),
      time: fc.integer({ min: 1, max: 1000 }),
    }),
    { minLength: 1, maxLength: 400, size: 'max' },
  );

/** The store beside a plain Map, both told the same. */
class Pair {
  readonly store = new SwarmStore();
  readonly model = new Map<number, Map<string, ModelPeer>>();

  step(step: Step): void {
    if (step.kind === 'announce') this.#announce(step);
    else if (step.kind === 'remove') this.#remove(step);
    else this.#expire(step.time);
  }

  #announce({ swarm, family, host, client, key, isSeeder, time }: Step): void {
    const address = addressOf(family, host);
    const arena = this.store.arenaOf(address);
    const row = this.store.findOrAddSwarm(infoHash(swarm));
    const known = arena.find(row, address, 1 + host);
    const peer = { peerId: new Uint8Array(20).fill(client), key };
    const slot =
      known < 0
        ? this.store.insert(row, address, 1 + host, peer, isSeeder, time)
        : this.store.refresh(arena, known, peer, isSeeder, time);
    assert.equal(arena.find(row, address, 1 + host), slot);
    assert.equal(this.store.lists.isSeeder(arena, slot), isSeeder);
    const peers = this.model.get(swarm) ?? new Map<string, ModelPeer>();
    assert.equal(known >= 0, peers.has(`${family}/${host}`));
    this.model.set(swarm, peers.set(`${family}/${host}`, { family, client, key, isSeeder, expires: time }));
  }

  #remove({ swarm, family, host }: Step): void {
    const address = addressOf(family, host);
    const arena = this.store.arenaOf(address);
    const row = this.store.swarms.find(infoHash(swarm));
    const slot = row < 0 ? -1 : arena.find(row, address, 1 + host);
    assert.equal(slot >= 0, this.model.get(swarm)?.delete(`${family}/${host}`) ?? false);
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
    for (const family of [4, 6] as const) {
      const arena = family === 4 ? store.arena4 : store.arena6;
      const start = store.lists.start(row, arena);
      const stored: string[] = [];
      for (let slot = start; slot < start + store.lists.size(row, arena); slot++) {
        const host = arena.portAt(slot) - 1;
        const peer = peers.find(([key]) => key === `${family}/${host}`)?.[1];
        assert.equal(arena.expiresAt(slot), peer?.expires);
        assert.equal(arena.peerIdAt(slot)[0], peer?.client);
        assert.equal(store.lists.isSeeder(arena, slot), peer?.isSeeder);
        stored.push(`${family}/${host}`);
      }
      const expected = peers.filter(([, peer]) => peer.family === family).map(([key]) => key);
      assert.deepEqual(stored.sort(), expected.sort());
    }
    this.#checkCounts(
      row,
      peers.map(([, peer]) => peer),
    );
  }

  /** No client is left out, none of one family counts twice, and a client of both families counts at most once a family. */
  #checkCounts(row: number, peers: ModelPeer[]): void {
    const counted = this.store.seeders(row) + this.store.leechers(row);
    const clientOf = (peer: ModelPeer) => `${peer.client} ${peer.key}`;
    const clients = new Set(peers.map(clientOf));
    const inBoth = [...clients].filter((client) =>
      [4, 6].every((family) => peers.some((peer) => clientOf(peer) === client && peer.family === family)),
    );
    assert.ok(counted >= clients.size, 'every client counts');
    assert.ok(counted <= peers.length - inBoth.length, 'a client of both families counts with one of them');
    assert.ok(this.store.seeders(row) <= peers.filter((peer) => peer.isSeeder).length);
    assert.ok(this.store.leechers(row) <= peers.filter((peer) => !peer.isSeeder).length);
  }
}

function addressOf(family: 4 | 6, host: number): ReturnType<typeof addressFromBytes> {
  const bytes = new Uint8Array(family === 4 ? 4 : 16).fill(9);
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
        { numRuns: 150 },
      );
    });

  it('gives all room back when everybody has left', () => {
    fc.assert(
      fc.property(steps(60), (list) => {
        const pair = new Pair();
        for (const step of list) pair.step(step);
        for (let i = 0; i < 3; i++) pair.store.expire(1000, 10_000);
        const { swarms, peers4, peers6 } = pair.store.stats();
        assert.deepEqual({ swarms, peers4, peers6 }, { swarms: 0, peers4: 0, peers6: 0 });
        assert.equal(pair.store.arena4.allocator.top, 0, 'free blocks have joined');
        assert.equal(pair.store.arena6.allocator.top, 0);
      }),
      { numRuns: 100 },
    );
  });
});
