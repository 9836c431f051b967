import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { pino } from 'pino';
import { SeederPolicy } from '../../../../src/app/policy/seeder-policy.ts';
import type { TrackerStatus } from '../../../../src/seeder/announcer/tracker-tiers.ts';
import { FollowedSwarms } from '../../../../src/tracker/followed/followed-swarms.ts';
import { makeTorrentFixture, seedFixture } from '../../../support/seeded-torrent.ts';
import { peerId } from '../../tracker/tracker-fixture.ts';

type ForeignTracker = Pick<TrackerStatus, 'state' | 'complete'>;

const DELAY_MS = 600_000;

/** A node that seeds a torrent, under a policy that tests drive second by second. */
async function policed(t: TestContext, { stepBack = 2, otherHolders = 0 } = {}) {
  const { node, torrent } = await seedFixture(t, await makeTorrentFixture(t));
  const followed = new FollowedSwarms();
  const swarm = followed.follow(torrent.infoHash, torrent.length);
  const state = { nowMs: 1_000_000_000_000, isSpent: false, foreign: [] as ForeignTracker[] };
  const policy = new SeederPolicy({
    seedNode: {
      torrents: () => node.torrents(),
      trackers: () => state.foreign,
      setServing: (infoHash, serving) => node.setServing(infoHash, serving),
    },
    followed,
    stepBack,
    delayMs: DELAY_MS,
    nowMs: () => state.nowMs,
    otherHolders: () => otherHolders,
    isBudgetSpent: () => state.isSpent,
    logger: pino({ level: 'silent' }),
  });
  const pass = (ms: number): void => {
    for (const end = state.nowMs + ms; state.nowMs < end; ) {
      state.nowMs += 60_000;
      for (let tick = 0; tick < 5; tick++) policy.tick();
    }
  };
  /** Peer `id` lacks so much, and lives for a day. */
  const announce = (id: number, left: number, event: 'none' | 'stopped' = 'none'): boolean =>
    swarm.announced(
      {
        infoHash: torrent.infoHash,
        peerId: peerId(id),
        port: 6881,
        uploaded: 0,
        downloaded: torrent.length - left,
        left,
        event,
        numWant: undefined,
        key: 0,
        ip: undefined,
        compact: true,
        noPeerId: false,
      },
      Math.floor(state.nowMs / 1_000),
      Math.floor(state.nowMs / 1_000) + 86_400,
    );
  const seeds = (...ids: number[]): void => {
    for (const id of ids) announce(id, torrent.length);
    for (const id of ids) announce(id, 0);
  };
  return { node, torrent, policy, swarm, state, pass, announce, seeds };
}

function foreignTracker(complete: number, state: TrackerStatus['state'] = 'working'): ForeignTracker {
  return { state, complete };
}

describe('the policy of the seed node', () => {
  it('stands by when others have seeded for the delay, tells the tracker, and is back when they leave', async (t) => {
    const { torrent, swarm, pass, seeds, announce } = await policed(t);
    seeds(1, 2);
    pass(DELAY_MS);
    assert.equal(torrent.serving, 'everybody');
    pass(60_000);
    assert.equal(torrent.serving, 'needy');
    assert.equal(swarm.isSpared, true);
    announce(1, 0, 'stopped');
    announce(2, 0, 'stopped');
    pass(60_000);
    assert.equal(torrent.serving, 'everybody');
    assert.equal(swarm.isSpared, false);
  });

  it('is back when a leecher tells the tracker that it stands still', async (t) => {
    const { torrent, pass, seeds, announce } = await policed(t);
    seeds(1, 2);
    pass(2 * DELAY_MS);
    assert.equal(announce(3, torrent.length), false);
    pass(300_000);
    assert.equal(announce(3, torrent.length), true, 'our seed is handed out');
    pass(60_000);
    assert.equal(torrent.serving, 'everybody');
  });

  it('does nothing by itself', async (t) => {
    const { torrent, pass, seeds } = await policed(t, { stepBack: 0 });
    seeds(1, 2, 3);
    pass(2 * DELAY_MS);
    assert.equal(torrent.serving, 'everybody');
  });

  it('goes by what was chosen for a torrent, and by its change at once', async (t) => {
    const { node, torrent, pass, seeds } = await policed(t, { stepBack: 0 });
    node.setPreferences(torrent.infoHash, { stepBack: 3 });
    seeds(1, 2, 3);
    pass(2 * DELAY_MS);
    assert.equal(torrent.serving, 'needy');
    node.setPreferences(torrent.infoHash, { stepBack: 'none' });
    pass(60_000);
    assert.equal(torrent.serving, 'everybody');
  });

  it('believes foreign trackers that answer, without us and the other nodes of our database', async (t) => {
    const { torrent, state, pass } = await policed(t, { otherHolders: 1 });
    state.foreign = [foreignTracker(3), foreignTracker(99, 'failing')];
    pass(2 * DELAY_MS);
    assert.equal(torrent.serving, 'everybody', 'of three two are ours');
    state.foreign = [foreignTracker(4)];
    pass(2 * DELAY_MS);
    assert.equal(torrent.serving, 'needy');
  });

  it('forgets what it knew of a torrent that is not seeded any more', async (t) => {
    const { node, torrent, policy, pass, seeds } = await policed(t);
    node.on('stateChanged', (changed) => policy.stateChanged(changed));
    seeds(1, 2);
    pass(2 * DELAY_MS);
    node.pauseTorrent(torrent.infoHash);
    node.startTorrent(torrent.infoHash);
    assert.equal(torrent.serving, 'everybody');
    pass(DELAY_MS);
    assert.equal(torrent.serving, 'everybody', 'the delay begins anew');
  });

  it('serves nobody while the budget is spent, whoever comes, and then goes on as before', async (t) => {
    const { node, torrent, policy, state, pass } = await policed(t);
    node.on('stateChanged', (changed) => policy.stateChanged(changed));
    state.isSpent = true;
    policy.tick();
    assert.equal(torrent.serving, 'nobody');
    const { metainfo, dataPath } = await makeTorrentFixture(t, { content: 40_000 });
    const late = node.add({ metainfo, dataPath });
    node.on('stateChanged', ({ state: to, serving }) => assert.ok(to !== 'seeding' || serving === 'nobody'));
    pass(60_000);
    assert.equal(late.serving, 'nobody');
    state.isSpent = false;
    policy.tick();
    assert.deepEqual([torrent.serving, late.serving], ['everybody', 'everybody']);
  });
});
