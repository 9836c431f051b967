import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { ACCESS_MODES, type AccessMode } from '../../../../src/tracker/access/access-mode.ts';
import { TorrentAccess } from '../../../../src/tracker/access/torrent-access.ts';
import { Fixture, infoHash } from '../../../unit/tracker/tracker-fixture.ts';

const TORRENTS = 6;
const LISTS = ['allow', 'deny', 'off'] as const;

type Step =
  | { readonly kind: 'mode'; readonly mode: AccessMode }
  | {
      readonly kind: 'list';
      readonly list: (typeof LISTS)[number];
      readonly torrent: number;
      readonly isAdded: boolean;
      readonly isTold: boolean;
    }
  | { readonly kind: 'register'; readonly torrent: number; readonly isRegistered: boolean }
  | { readonly kind: 'announce'; readonly torrent: number; readonly host: number }
  | { readonly kind: 'enforce' };

const torrent = fc.integer({ min: 1, max: TORRENTS });
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ kind: fc.constant('mode' as const), mode: fc.constantFrom(...ACCESS_MODES) }),
  fc.record({
    kind: fc.constant('list' as const),
    list: fc.constantFrom(...LISTS),
    torrent,
    isAdded: fc.boolean(),
    isTold: fc.boolean(),
  }),
  fc.record({ kind: fc.constant('register' as const), torrent, isRegistered: fc.boolean() }),
  fc.record({ kind: fc.constant('announce' as const), torrent, host: fc.nat(20) }),
  fc.record({ kind: fc.constant('enforce' as const) }),
);

/** A tracker beside plain sets, both told the same. */
class Pair {
  readonly access = new TorrentAccess();
  readonly fixture = new Fixture({ access: this.access });
  readonly registered = new Set([1]);
  readonly lists = { allow: new Set<number>(), deny: new Set<number>(), off: new Set<number>() };

  /** What the rules say, asked anew. */
  isAllowed(number: number): boolean {
    const { allow, deny, off } = this.lists;
    if (this.registered.has(number) && off.has(number)) return false;
    if (this.access.mode === 'open') return true;
    if (deny.has(number)) return false;
    return (
      this.registered.has(number) ||
      (this.access.mode === 'allow' ? allow.has(number) : this.access.mode === 'deny')
    );
  }

  do(one: Step): void {
    const { core } = this.fixture;
    if (one.kind === 'mode') {
      this.access.mode = one.mode;
      core.accessChanged();
    } else if (one.kind === 'list') this.#list(one);
    else if (one.kind === 'register') {
      if (one.isRegistered) core.registerTorrent(infoHash(one.torrent), { completed: 0 });
      else core.unregisterTorrent(infoHash(one.torrent));
      if (one.isRegistered) this.registered.add(one.torrent);
      else this.registered.delete(one.torrent);
    } else if (one.kind === 'announce') {
      const reply = this.fixture.send({ from: `10.0.0.${one.host}`, infoHash: infoHash(one.torrent) });
      assert.equal('reason' in reply, !this.isAllowed(one.torrent), `torrent ${one.torrent}`);
    } else core.enforceAccess();
  }

  #list({ list, torrent: number, isAdded, isTold }: Step & { readonly kind: 'list' }): void {
    const set = list === 'off' ? this.access.switchedOff : this.access[list].entries;
    const hash = infoHash(number);
    if (isAdded) set.add(hash);
    else set.delete(hash);
    if (isAdded) this.lists[list].add(number);
    else this.lists[list].delete(number);
    this.fixture.core.accessChanged(isTold ? hash : undefined);
  }

  /** When all is carried out, peers are left only where they may be. */
  settle(): void {
    while (this.fixture.core.enforceAccess());
    for (let number = 1; number <= TORRENTS; number++) {
      const swarm = this.fixture.core.swarm(infoHash(number));
      if (!this.isAllowed(number)) assert.equal(swarm?.incomplete ?? 0, 0, `torrent ${number} is empty`);
      assert.equal(this.fixture.core.isRegistered(infoHash(number)), this.registered.has(number));
      this.do({ kind: 'announce', torrent: number, host: 99 });
    }
  }
}

describe('what is tracked', () => {
  it('is what the rules say at each moment, however they change', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80, size: 'max' }), (steps) => {
        const pair = new Pair();
        for (const one of steps) pair.do(one);
        pair.settle();
      }),
      { numRuns: 300 },
    );
  });
});
