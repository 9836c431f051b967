import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { addressFromBytes } from '../../../src/bittorrent/endpoint.ts';
import { preferNear } from '../../../src/tracker/announce/near-peers.ts';
import { chooseRuns, makePeerRuns } from '../../../src/tracker/store/peer-runs.ts';
import { SwarmStore } from '../../../src/tracker/store/swarm-store.ts';

const cases = fc.record({
  /** The network of each peer. */
  networks: fc.array(fc.nat(2), { minLength: 1, maxLength: 120 }),
  seeker: fc.nat(119),
  want: fc.nat(40),
  random: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
});

describe('a choice that prefers near peers', () => {
  it('has as many peers as before, each once, never the seeker, and no fewer near ones', () => {
    fc.assert(
      fc.property(cases, ({ networks, seeker, want, random }) => {
        const store = new SwarmStore();
        const swarm = store.findOrAddSwarm(new Uint8Array(20));
        for (const [i, network] of networks.entries())
          store.insert(
            swarm,
            addressFromBytes(Uint8Array.of(9, 9, network, i)),
            1,
            { peerId: new Uint8Array(20).fill(i), key: i },
            false,
            1,
          );
        const arena = store.arena4;
        const start = store.lists.start(swarm, arena);
        const own = start + (seeker % networks.length);
        const slotsOf = (prefers: boolean): number[] => {
          const chosen = makePeerRuns(20);
          chooseRuns(start, start + networks.length, own, want, random, chosen);
          if (prefers) preferNear(arena, own, start, start + networks.length, chosen);
          return Array.from({ length: chosen.count }).flatMap((_, run) =>
            Array.from(
              { length: chosen.runs[2 * run + 1] ?? 0 },
              (_slot, i) => (chosen.runs[2 * run] ?? 0) + i,
            ),
          );
        };
        const near = (slots: number[]): number =>
          slots.filter((slot) => arena.endpoints[slot * 6 + 2] === arena.endpoints[own * 6 + 2]).length;
        const [plain, preferred] = [slotsOf(false), slotsOf(true)];
        assert.equal(preferred.length, plain.length);
        assert.equal(new Set(preferred).size, preferred.length);
        assert.ok(!preferred.includes(own));
        assert.ok(preferred.every((slot) => slot >= start && slot < start + networks.length));
        assert.ok(near(preferred) >= near(plain) - (plain.length >> 1));
      }),
      { numRuns: 500 },
    );
  });
});
