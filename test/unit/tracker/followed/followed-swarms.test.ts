import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { AnnounceRequest } from '../../../../src/bittorrent/announce-request.ts';
import { type FollowedSwarm, FollowedSwarms } from '../../../../src/tracker/followed/followed-swarms.ts';
import { infoHash, peerId } from '../tracker-fixture.ts';

const LENGTH = 1000;

/** A swarm that is followed, and peers that announce themselves to it. */
class Followed {
  now = 1_000_000;
  readonly swarms: FollowedSwarms;
  readonly swarm: FollowedSwarm;

  constructor(maxPeers?: number) {
    this.swarms = new FollowedSwarms(maxPeers);
    this.swarm = this.swarms.follow(infoHash(1), LENGTH);
  }

  /** Announces peer `id` as it lacks `left` and has downloaded the rest, unless `more` says otherwise. */
  announce(id: number, left: number, more: Partial<AnnounceRequest> = {}): boolean {
    const request: AnnounceRequest = {
      infoHash: infoHash(1),
      peerId: peerId(id),
      port: 6881,
      uploaded: 0,
      downloaded: LENGTH - left,
      left,
      event: 'none',
      numWant: undefined,
      key: 7,
      ip: undefined,
      compact: true,
      noPeerId: false,
      ...more,
    };
    return this.swarm.announced(request, this.now, this.now + 3600);
  }
}

describe('what peers of a swarm fetched', () => {
  it('is what they lack less from one announce to the next', () => {
    const followed = new Followed();
    followed.announce(1, LENGTH);
    followed.announce(1, 600);
    followed.announce(1, 0, { event: 'completed' });
    assert.equal(followed.swarm.downloadedBytes, LENGTH);
    assert.equal(followed.swarms.downloadedBytes, LENGTH);
  });

  it('is told by the announce of who leaves, too', () => {
    const followed = new Followed();
    followed.announce(1, LENGTH);
    followed.announce(1, 0, { event: 'stopped' });
    assert.equal(followed.swarm.downloadedBytes, LENGTH);
    assert.equal(followed.swarms.peerCount, 0);
  });

  for (const [what, first, second] of [
    ['what a check found', { downloaded: 0 }, { downloaded: 0 }],
    ['what was there before the first announce', { left: 0 }, { left: 0 }],
    ['a new run of a client', { downloaded: 500 }, { downloaded: 0 }],
  ] satisfies [string, Partial<AnnounceRequest>, Partial<AnnounceRequest>][])
    it(`is not ${what}`, () => {
      const followed = new Followed();
      followed.announce(1, LENGTH, first);
      followed.announce(1, 0, second);
      assert.equal(followed.swarm.downloadedBytes, 0);
    });

  it('is what was verified, not what came in vain', () => {
    const followed = new Followed();
    followed.announce(1, LENGTH);
    followed.announce(1, 900, { downloaded: 50_000 });
    assert.equal(followed.swarm.downloadedBytes, 100);
  });

  it('is one copy at most for a client, whatever it says', () => {
    const followed = new Followed();
    for (let round = 0; round < 5; round++) {
      followed.announce(1, 1e15, { downloaded: round * 1e15 });
      followed.announce(1, 0, { downloaded: (round + 1) * 1e15 });
    }
    assert.equal(followed.swarm.downloadedBytes, LENGTH);
  });

  it('begins with a magnet that knew no length', () => {
    const followed = new Followed();
    followed.announce(1, 0, { event: 'started', downloaded: 0 });
    followed.announce(1, LENGTH, { downloaded: 0 });
    followed.announce(1, 0);
    assert.equal(followed.swarm.downloadedBytes, LENGTH);
  });
});

describe('full copies in a swarm', () => {
  it('are peers that were seen to get all of it', () => {
    const followed = new Followed();
    followed.announce(1, LENGTH);
    assert.equal(followed.swarm.copies, 0);
    followed.announce(1, 0, { event: 'completed' });
    assert.equal(followed.swarm.copies, 1);
  });

  it('are peers that said so twice, a minute apart', () => {
    const followed = new Followed();
    followed.announce(1, 0, { downloaded: 0 });
    followed.now += 59;
    followed.announce(1, 0, { downloaded: 0 });
    assert.equal(followed.swarm.copies, 0, 'the second announce is too soon');
    followed.now += 1;
    followed.announce(1, 0, { downloaded: 0 });
    assert.equal(followed.swarm.copies, 1);
  });

  it('are no partial seeds', () => {
    const followed = new Followed();
    followed.announce(1, LENGTH);
    followed.now += 600;
    followed.announce(1, 400, { event: 'paused' });
    assert.equal(followed.swarm.copies, 0);
  });

  it('are gone with who stops, lacks something again or says nothing more', () => {
    const followed = new Followed();
    for (const id of [1, 2, 3]) {
      followed.announce(id, LENGTH);
      followed.announce(id, 0);
    }
    followed.announce(1, 0, { event: 'stopped' });
    assert.equal(followed.swarm.copies, 2);
    followed.announce(2, 10);
    assert.equal(followed.swarm.copies, 1);
    followed.swarms.expire(followed.now + 3600, 100);
    assert.equal(followed.swarm.copies, 0);
    assert.equal(followed.swarms.peerCount, 0);
  });
});

describe('a seed that is spared', () => {
  function spared(): Followed {
    const followed = new Followed();
    followed.swarm.isSpared = true;
    return followed;
  }

  it('is not given to who comes, nor to who comes on', () => {
    const followed = spared();
    assert.equal(followed.announce(1, LENGTH), false);
    followed.now += 300;
    assert.equal(followed.announce(1, 500), false);
    assert.equal(followed.swarm.standstillSeconds, undefined);
  });

  it('is given to who got nothing since its announce before, and that is told', () => {
    const followed = spared();
    followed.announce(1, LENGTH);
    followed.now += 60;
    assert.equal(followed.announce(1, LENGTH), true);
    assert.equal(followed.swarm.standstillSeconds, followed.now);
  });

  it('is not given to who announces itself twice at once, by both families', () => {
    const followed = spared();
    followed.announce(1, LENGTH);
    assert.equal(followed.announce(1, LENGTH), false);
  });

  it('takes no partial seed for one that stands still', () => {
    const followed = spared();
    followed.announce(1, 400, { event: 'paused' });
    followed.now += 600;
    followed.announce(1, 400, { event: 'paused' });
    assert.equal(followed.swarm.standstillSeconds, undefined);
  });

  it('is given to those for whom there is no room', () => {
    const followed = new Followed(1);
    followed.swarm.isSpared = true;
    followed.announce(1, LENGTH);
    assert.equal(followed.announce(2, LENGTH), true);
    assert.equal(followed.swarms.peerCount, 1);
  });
});

it('a swarm that is followed no more leaves no peers behind', () => {
  const followed = new Followed();
  followed.announce(1, LENGTH);
  followed.swarms.forget(infoHash(1));
  followed.swarms.expire(followed.now, 100);
  assert.equal(followed.swarms.peerCount, 0);
  assert.equal(followed.swarms.get(infoHash(1)), undefined);
});

it('a swarm whose announces nobody told of has nobody, and keeps what was counted', () => {
  const followed = new Followed();
  followed.announce(1, LENGTH);
  followed.announce(1, 0);
  followed.swarms.lose(infoHash(1));
  assert.equal(followed.swarm.copies, 0);
  assert.equal(followed.swarm.downloadedBytes, LENGTH);
  followed.announce(1, 0);
  assert.equal(followed.swarms.peerCount, 2, 'the one before is not this one');
  followed.swarms.expire(followed.now, 100);
  assert.equal(followed.swarms.peerCount, 1);
  followed.now += 60;
  followed.announce(1, 0);
  assert.equal(followed.swarm.copies, 1);
});

it('property: whatever peers say, copies are peers that have all, and nobody counts for more than one', () => {
  const said = fc.record({
    id: fc.nat(4),
    left: fc.oneof(fc.constant(0), fc.nat(2 * LENGTH), fc.constant(Number.MAX_SAFE_INTEGER)),
    downloaded: fc.oneof(fc.nat(2 * LENGTH), fc.constant(Number.MAX_SAFE_INTEGER)),
    event: fc.constantFrom('none' as const, 'started' as const, 'completed' as const, 'stopped' as const),
    seconds: fc.nat(4000),
  });
  fc.assert(
    fc.property(fc.array(said, { maxLength: 60 }), fc.boolean(), (announces, isSpared) => {
      const followed = new Followed(3);
      followed.swarm.isSpared = isSpared;
      const left = new Map<number, number>();
      let runs = 0;
      for (const { id, seconds, ...what } of announces) {
        followed.now += seconds;
        followed.swarms.expire(followed.now, 10);
        const mayHave = followed.announce(id, what.left, what);
        if (!isSpared && what.event !== 'stopped') assert.equal(mayHave, true);
        if (what.event === 'stopped') left.delete(id);
        else left.set(id, what.left);
        runs++;
        const complete = [...left.values()].filter((bytes) => bytes === 0).length;
        assert.ok(followed.swarm.copies >= 0 && followed.swarm.copies <= Math.min(3, complete));
        assert.ok(followed.swarms.peerCount <= 3);
        assert.ok(followed.swarm.downloadedBytes >= 0 && followed.swarm.downloadedBytes <= runs * LENGTH);
      }
    }),
  );
});

it('thousands of peers come and go, and each is known by its own', () => {
  const followed = new Followed();
  for (let id = 0; id < 5_000; id++) followed.announce(id, LENGTH);
  for (let id = 0; id < 5_000; id += 2) followed.announce(id, LENGTH, { event: 'stopped' });
  for (let id = 1; id < 5_000; id += 2) followed.announce(id, 0);
  assert.equal(followed.swarms.peerCount, 2_500);
  assert.equal(followed.swarm.copies, 2_500);
  assert.equal(followed.swarm.downloadedBytes, 2_500 * LENGTH);
});
