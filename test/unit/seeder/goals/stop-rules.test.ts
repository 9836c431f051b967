import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { NO_STOP_RULES, type StopRuleSettings } from '../../../../src/seeder/goals/stop-rules.ts';
import type { SeedNode } from '../../../../src/seeder/seed-node.ts';
import type { Torrent } from '../../../../src/seeder/torrent.ts';
import { resumeFor } from '../../../../src/seeder/torrents/resume.ts';
import { decodeTransfers, encodeTransfers } from '../../../../src/seeder/torrents/transfer-record.ts';
import type { TransferRecord } from '../../../../src/seeder/torrents/transfer-totals.ts';
import {
  makeSeedNode,
  makeTorrentFixture,
  seedFixture,
  type TorrentFixture,
  torrentState,
} from '../../../support/seeded-torrent.ts';
import { ManualClock } from '../../../support/seeder-clock.ts';

interface Seeded {
  readonly clock: ManualClock;
  readonly node: SeedNode;
  readonly torrent: Torrent;
  readonly fixture: TorrentFixture;
}

/** A torrent of 100,000 bytes that is seeded under these rules. */
async function seeded(t: TestContext, rules: Partial<StopRuleSettings> = {}): Promise<Seeded> {
  const clock = new ManualClock();
  const fixture = await makeTorrentFixture(t);
  const stopRules = { ...NO_STOP_RULES, ...rules };
  const { node, torrent } = await seedFixture(t, fixture, { clock, stopRules });
  return { clock, node, torrent, fixture };
}

/** What the node would give to the database. */
function takenOf(node: SeedNode): TransferRecord | undefined {
  return node.takeTransfers(10)[0]?.record;
}

describe('stop rules', () => {
  it('without any, a torrent is seeded for ever', async (t) => {
    const { clock, torrent } = await seeded(t);
    torrent.addUploaded(1e12);
    clock.advance(3600_000);
    assert.equal(torrent.state, 'seeding');
  });

  it('the share ratio stops it: bytes sent for each byte that is here', async (t) => {
    const { clock, node, torrent } = await seeded(t, { seedRatio: 1.5 });
    const reached: string[] = [];
    node.on('stopRuleReached', (_torrent, rule) => reached.push(rule));
    torrent.addUploaded(149_999);
    clock.advance(1000);
    assert.equal(torrent.state, 'seeding');
    torrent.addUploaded(1);
    clock.advance(1000);
    assert.equal(torrent.state, 'stopped');
    assert.match(torrent.reason ?? '', /share ratio is reached/);
    assert.deepEqual(reached, ['ratio']);
    assert.equal(takenOf(node)?.stoppedBy, 'ratio');
  });

  it('what was fetched counts, where it is more than what is here', async (t) => {
    const { clock, torrent } = await seeded(t, { seedRatio: 1 });
    torrent.addDownloaded(200_000);
    torrent.addUploaded(199_999);
    clock.advance(1000);
    assert.equal(torrent.state, 'seeding');
    torrent.addUploaded(1);
    clock.advance(1000);
    assert.equal(torrent.state, 'stopped');
  });

  it('the seeding time stops it, and pauses do not count', async (t) => {
    const { clock, node, torrent } = await seeded(t, { seedTimeSeconds: 100 });
    clock.advance(50_000);
    node.pauseTorrent(torrent.infoHash);
    clock.advance(1_000_000);
    node.startTorrent(torrent.infoHash);
    clock.advance(48_000);
    assert.equal(torrent.state, 'seeding');
    clock.advance(3_000);
    assert.equal(torrent.state, 'stopped');
    assert.match(torrent.reason ?? '', /seeded as long as it was to be/);
  });

  it('idle time stops it, counted from the last byte that went out', async (t) => {
    const { clock, torrent } = await seeded(t, { seedIdleSeconds: 60 });
    clock.advance(50_000);
    torrent.addUploaded(1);
    clock.advance(55_000);
    assert.equal(torrent.state, 'seeding');
    clock.advance(10_000);
    assert.equal(torrent.state, 'stopped');
    assert.match(torrent.reason ?? '', /nobody wanted anything/);
  });

  it('rules of one torrent go before those of the node: none, or bounds of its own', async (t) => {
    const { clock, node, torrent } = await seeded(t, { seedTimeSeconds: 100 });
    node.setPreferences(torrent.infoHash, { seedTimeSeconds: 'none' });
    clock.advance(500_000);
    assert.equal(torrent.state, 'seeding');
    node.setPreferences(torrent.infoHash, { seedTimeSeconds: 'default' });
    clock.advance(1000);
    assert.equal(torrent.state, 'stopped');
  });

  it('a rule that is set when it is fulfilled already stops the torrent', async (t) => {
    const { clock, node, torrent } = await seeded(t);
    torrent.addUploaded(300_000);
    clock.advance(1000);
    node.setPreferences(torrent.infoHash, { seedRatio: 3 });
    clock.advance(1000);
    assert.equal(torrent.state, 'stopped');
  });

  it('started again, it is seeded as much once more', async (t) => {
    const { clock, node, torrent, fixture } = await seeded(t, { seedRatio: 1 });
    torrent.addUploaded(100_000);
    clock.advance(1000);
    assert.equal(torrent.state, 'stopped');
    const resume = await resumeFor(fixture.metainfo, fixture.dataPath);
    node.startTorrent(torrent.infoHash, { resume });
    await torrentState(node, torrent, 'seeding');
    clock.advance(5000);
    assert.equal(torrent.state, 'seeding');
    torrent.addUploaded(100_000);
    clock.advance(1000);
    assert.equal(torrent.state, 'stopped');
  });

  it('stays stopped over a restart, all of it known to be here, and goes on when it is started', async (t) => {
    const { clock, node, torrent, fixture } = await seeded(t, { seedRatio: 1 });
    torrent.addUploaded(123_456);
    clock.advance(7000);
    const transfers = decodeTransfers(encodeTransfers(takenOf(node) as TransferRecord));
    const next = makeSeedNode(t, { clock });
    const resume = await resumeFor(fixture.metainfo, fixture.dataPath);
    const again = next.add({ ...fixture, resume, transfers });
    assert.equal(again.state, 'stopped');
    assert.match(again.reason ?? '', /share ratio/);
    assert.equal(again.completedFraction, 1);
    assert.equal(again.totals.uploadedBytes, 123_456);
    assert.equal(again.uploadedBytes, 0, 'what trackers are told is of this run');
    next.startTorrent(again.infoHash, { resume });
    await torrentState(next, again, 'seeding');
  });

  it('only what has changed is to be stored anew; seconds of who is quiet, now and then', async (t) => {
    const { clock, node, torrent } = await seeded(t);
    assert.equal(node.takeTransfers(10).length, 1);
    clock.advance(60_000);
    assert.deepEqual(node.takeTransfers(10), []);
    torrent.addUploaded(5);
    clock.advance(1000);
    assert.deepEqual(takenOf(node)?.uploadedBytes, 5);
    clock.advance(3_600_000);
    assert.equal(takenOf(node)?.seedingSeconds, 3661);
    await node.stop();
    assert.equal(takenOf(node)?.seedingSeconds, 3661);
  });
});
