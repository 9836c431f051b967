import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { infoHashToHex } from '../../../src/bittorrent/info-hash.ts';
import { makeFileTorrent, startTestApp } from '../../support/app.ts';
import { runCommandHere } from '../../support/run-command.ts';

describe('seedbed queue', () => {
  it('shows and changes how many torrents run', async (t) => {
    const app = await startTestApp(t, { maxActiveDownloads: 4 });
    const queue = (...args: string[]) => runCommandHere(t, ['queue', '--data-dir', app.dataDir, ...args]);
    const shown = await queue();
    assert.equal(shown.code, 0, shown.stderr);
    assert.equal(
      shown.stdout,
      'Downloads: 0 running (of 4), 0 stalled, 0 waiting\nSeeds:     0 running (no limit), 0 stalled, 0 waiting\n',
    );
    assert.match((await queue('--downloads', '0', '--seeds', '7')).stdout, /no limit.*\n.*of 7/);
    const json = JSON.parse((await queue('--downloads', 'default', '--json')).stdout);
    assert.deepEqual([json.downloads.maximum, json.seeds.maximum], [4, 7]);
  });

  it('refuses what is no number by exit code 2', async (t) => {
    const app = await startTestApp(t);
    for (const value of ['-1', 'many', '1.5', '1000001']) {
      const outcome = await runCommandHere(t, ['queue', `--seeds=${value}`, '--data-dir', app.dataDir]);
      assert.equal(outcome.code, 2, outcome.stderr);
      assert.match(outcome.stderr, /It takes a whole number from 0 \(no limit\) to 1000000, or default/);
    }
  });
});

describe('seedbed set', () => {
  it('chooses priority and stop rules of one torrent, and refuses what they cannot be', async (t) => {
    const app = await startTestApp(t);
    const made = await makeFileTorrent(t);
    const { infoHash } = made.metainfo;
    await app.catalogue.add({ torrent: made.torrent, dataPath: made.path, resume: made.resume });
    const set = (...args: string[]) =>
      runCommandHere(t, ['set', infoHashToHex(infoHash), '--data-dir', app.dataDir, ...args]);
    const changed = await set(
      '--priority',
      'high',
      '--stop-ratio',
      '2.5',
      '--stop-time=48h',
      '--stop-idle=none',
    );
    assert.equal(changed.code, 0, changed.stderr);
    const { seed } = app.catalogue.require(infoHash);
    assert.deepEqual(seed?.preferences, {
      ...seed?.preferences,
      priority: 'high',
      seedRatio: 2.5,
      seedTimeSeconds: 172_800,
      seedIdleSeconds: 'none',
    });
    for (const [args, reason] of [
      [['--priority', 'urgent'], /Allowed choices are high, normal, low/],
      [['--stop-ratio', '0'], /It takes a share ratio from 0.01 to 1000000, such as 2.0, none, or default/],
      [['--stop-time', 'soon'], /It takes a time such as 90s, 30m, 48h or 7d, none, or default/],
    ] as const) {
      const outcome = await set(...args);
      assert.equal(outcome.code, 2, outcome.stderr);
      assert.match(outcome.stderr, reason);
    }
  });
});
