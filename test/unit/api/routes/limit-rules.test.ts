import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import type { DirectionView, LimitsView } from '../../../../src/api/routes/limits-view.ts';
import type { Config } from '../../../../src/config/settings.ts';
import { startTestApi } from '../../../support/api-client.ts';
import { runCommandHere } from '../../../support/run-command.ts';

const DAY = { from: '08:00', to: '18:00', bytesPerSecond: 2_000_000 };
const ALWAYS = { from: '00:00', to: '24:00', bytesPerSecond: 50_000 };

/** A server whose limits are changed and shown. */
async function limiting(t: TestContext, flags: Partial<Config> = {}) {
  const { app, call } = await startTestApi(t, flags);
  const shown = async (): Promise<LimitsView> => (await call<LimitsView>('GET', '/limits')).body;
  return {
    app,
    shown,
    change: (body: object) => call('PATCH', '/limits', body),
    limit: (...args: string[]) => runCommandHere(t, ['limit', '--data-dir', app.dataDir, ...args]),
  };
}

/** The rules of a direction. */
function rules({ schedule, isLocalLimited }: DirectionView): unknown {
  return { schedule, isLocalLimited };
}

describe('the hours of limits, and whom they bind', () => {
  it('change while the server runs, each direction by itself, and hold at once', async (t) => {
    const { change, shown } = await limiting(t, {
      downloadLimit: 7_000_000,
      downloadSchedule: '08:00-09:00 1M',
    });
    const download = { schedule: [ALWAYS], isLocalLimited: true };
    assert.equal((await change({ download })).status, 200);
    const view = await shown();
    assert.deepEqual(rules(view.download), download);
    assert.equal(view.download.nowBytesPerSecond, 50_000);
    assert.deepEqual(rules(view.upload), { schedule: [], isLocalLimited: false });
    await change({ download: { schedule: [] } });
    assert.deepEqual(rules((await shown()).download), { schedule: [], isLocalLimited: true });
    assert.equal((await shown()).download.nowBytesPerSecond, 7_000_000);
  });

  it('are kept over a restart before the settings, until they are taken back', async (t) => {
    const first = await limiting(t, { uploadSchedule: '00:00-24:00 3M' });
    const upload = { schedule: [DAY, { ...ALWAYS, bytesPerSecond: null }], isLocalLimited: true };
    await first.change({ upload, download: { isLocalLimited: true } });
    await first.app.stop();
    const flags = { dataDir: first.app.dataDir, uploadSchedule: '06:00-07:30 none' };
    const second = await limiting(t, flags);
    const kept = await second.shown();
    assert.deepEqual(rules(kept.upload), upload);
    assert.deepEqual(rules(kept.download), { schedule: [], isLocalLimited: true });
    await second.change({ upload: { schedule: 'default', isLocalLimited: 'default' } });
    const configured = [{ from: '06:00', to: '07:30', bytesPerSecond: null }];
    assert.deepEqual(rules((await second.shown()).upload), { schedule: configured, isLocalLimited: false });
    await second.app.stop();
    const third = await limiting(t, { dataDir: first.app.dataDir });
    const now = await third.shown();
    assert.deepEqual(rules(now.upload), { schedule: [], isLocalLimited: false });
    assert.deepEqual(rules(now.download), { schedule: [], isLocalLimited: true });
  });

  it('are refused where they can be none, and nothing is changed then', async (t) => {
    const { change, shown } = await limiting(t);
    for (const upload of [
      { schedule: '08:00-18:00 2M' },
      { schedule: [{ ...DAY, from: '24:00' }] },
      { schedule: [{ ...DAY, to: '24:01' }] },
      { schedule: [{ ...DAY, to: '8' }] },
      { schedule: [{ ...DAY, from: 480 }] },
      { schedule: [DAY, { ...DAY, bytesPerSecond: 12 }] },
      { schedule: [{ ...DAY, bytesPerSecond: 'default' }] },
      { schedule: [{ from: '08:00', to: '09:00' }] },
      { schedule: [{ ...DAY, days: 'Mon' }] },
      { schedule: [null] },
      { schedule: Array.from({ length: 51 }, () => DAY) },
      { isLocalLimited: 1 },
      { isLocalLimited: null, nodeBytesPerSecond: 5000 },
    ]) {
      const { status, body } = await change({ upload, download: { isLocalLimited: true } });
      assert.deepEqual([status, body.error.code], [400, 'ERR_BAD_REQUEST'], JSON.stringify(upload));
    }
    const { upload, download } = await shown();
    assert.deepEqual([rules(upload), upload.nodeBytesPerSecond], [rules(download), null]);
    assert.deepEqual(rules(download), { schedule: [], isLocalLimited: false });
  });
});

describe('seedbed limit, of hours and the local network', () => {
  it('changes and shows them', async (t) => {
    const { limit, shown } = await limiting(t, { uploadLimit: 5_000_000 });
    const changed = await limit('--upload-schedule', '0:00-24:00 2M; 8:00-9:30 none', '--limit-local', 'on');
    assert.equal(changed.code, 0, changed.stderr);
    assert.match(changed.stdout, /^Upload limit: +2 MiB\/s at this hour, else 4\.8 MiB\/s$/m);
    assert.match(changed.stdout, /^00:00-24:00: +2 MiB\/s\n08:00-09:30: +no limit$/m);
    assert.match(changed.stdout, /^Local network: +limited too$/m);
    assert.equal((await shown()).download.isLocalLimited, true);
    const lifted = await limit('--upload-schedule', 'none', '--limit-local', 'off');
    assert.match(lifted.stdout, /^Upload limit: +4\.8 MiB\/s\n[\s\S]*^Local network: +not limited\n$/m);
    await limit('--download-schedule', '22:00-6:00 800K');
    assert.deepEqual((await shown()).download.schedule, [
      { from: '22:00', to: '06:00', bytesPerSecond: 819_200 },
    ]);
    await limit('--download-schedule', 'default');
    assert.deepEqual((await shown()).download.schedule, []);
  });

  it('says which direction binds the local network when only one does', async (t) => {
    const { limit, change } = await limiting(t);
    await change({ download: { isLocalLimited: true } });
    assert.match((await limit()).stdout, /^Local network: +downloads limited too$/m);
  });

  it('refuses what can be none, and an info-hash beside them', async (t) => {
    const { limit } = await limiting(t);
    for (const [args, reason] of [
      [['--upload-schedule', '25:00-26:00 1M'], /"25:00-26:00 1M" names a time that no day has/i],
      [['--download-schedule', '8-9 1M'], /does not look like 08:00-18:00 2M/],
      [['--limit-local', 'maybe'], /It takes on, off or default/],
      [['cc'.repeat(20), '--limit-local', 'on'], /--limit-local is for the whole server/],
      [['cc'.repeat(20), '--upload-schedule', 'none'], /--upload-schedule is for the whole server/],
    ] as const) {
      const { code, stderr } = await limit(...args);
      assert.equal(code, 2, `${args}: ${stderr}`);
      assert.match(stderr, reason);
    }
  });
});
