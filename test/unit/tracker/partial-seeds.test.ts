import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Fixture, peerId } from './tracker-fixture.ts';

/** `complete/incomplete/downloaders` of the fixture's torrent. */
function counts(tracker: Fixture): string {
  const swarm = tracker.core.swarm(tracker.torrent);
  return `${swarm?.complete}/${swarm?.incomplete}/${swarm?.downloaders}`;
}

describe('TrackerCore: partial seeds (BEP 21)', () => {
  it('are incomplete, and no downloaders', () => {
    const tracker = new Fixture();
    tracker.announce({ from: '10.0.0.1', left: 0 });
    tracker.announce({ from: '10.0.0.2', left: 5 });
    tracker.announce({ from: '10.0.0.3', left: 5, event: 'paused' });
    assert.equal(counts(tracker), '1/2/1');
    const [scraped] = tracker.core.scrape([tracker.torrent]) as readonly { downloaders: number }[];
    assert.equal(scraped?.downloaders, 1);
  });

  it('are downloaders again when they want more, and seeders when they have all', () => {
    const tracker = new Fixture();
    tracker.announce({ from: '10.0.0.3', left: 5, event: 'paused' });
    tracker.announce({ from: '10.0.0.3', left: 5 });
    assert.equal(counts(tracker), '0/1/1');
    tracker.announce({ from: '10.0.0.3', left: 5, event: 'paused' });
    tracker.announce({ from: '10.0.0.3', left: 0, event: 'completed' });
    assert.equal(counts(tracker), '1/0/0');
    assert.equal(tracker.core.swarm(tracker.torrent)?.downloaded, 1, 'the download counts as completed');
  });

  it('are given those who want data, and are given to those only', () => {
    const tracker = new Fixture();
    tracker.announce({ from: '10.0.0.1', left: 0 });
    tracker.announce({ from: '10.0.0.2', left: 5 });
    assert.deepEqual(tracker.peers({ from: '10.0.0.3', left: 5, event: 'paused' }), ['10.0.0.2:6881']);
    assert.deepEqual(tracker.peers({ from: '10.0.0.4', left: 5, event: 'paused' }), ['10.0.0.2:6881']);
    assert.deepEqual(tracker.peers({ from: '10.0.0.1', left: 0 }), ['10.0.0.2:6881']);
    const all = ['10.0.0.1:6881', '10.0.0.3:6881', '10.0.0.4:6881'];
    assert.deepEqual(tracker.peers({ from: '10.0.0.2', left: 5 }), all);
  });

  it('leave no trace in the counts when they stop or expire', () => {
    const tracker = new Fixture();
    tracker.announce({ from: '10.0.0.3', left: 5, event: 'paused' });
    tracker.announce({ from: '10.0.0.4', left: 5, event: 'paused' });
    tracker.announce({ from: '10.0.0.3', left: 5, event: 'stopped' });
    assert.equal(counts(tracker), '0/1/0');
    tracker.now += 100_000;
    tracker.core.expire();
    assert.equal(counts(tracker), '0/0/0');
  });

  it('count once with endpoints of both families, whichever of them goes first', () => {
    for (const first of ['10.0.0.3', '2001:db8::3']) {
      const tracker = new Fixture();
      const partial = { left: 5, event: 'paused', peerId: peerId(3), key: 3 } as const;
      tracker.announce({ from: '10.0.0.3', ...partial });
      tracker.announce({ from: '2001:db8::3', ...partial });
      assert.equal(counts(tracker), '0/1/0');
      tracker.announce({ from: first, ...partial, event: 'stopped' });
      assert.equal(counts(tracker), '0/1/0');
    }
  });
});
