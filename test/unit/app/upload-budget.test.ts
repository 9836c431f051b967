import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import type { LimitsView } from '../../../src/api/routes/limits-view.ts';
import { readToken } from '../../../src/api/token.ts';
import { infoHashToHex } from '../../../src/bittorrent/info-hash.ts';
import type { Config } from '../../../src/config/settings.ts';
import { makeFileTorrent, startTestApp } from '../../support/app.ts';
import { eventually } from '../../support/eventually.ts';
import { FakePeer, handshakeBytes } from '../../support/fake-peer.ts';
import { runCommandHere } from '../../support/run-command.ts';

const LENGTH = 100_000;
/** A day that is not today, so that no month begins while a test runs. */
const budgetDay = new Date().getUTCDate() > 14 ? 7 : 21;

type TestApp = Awaited<ReturnType<typeof startTestApp>>;

async function seeding(t: TestContext, flags: Partial<Config> = {}) {
  const app = await startTestApp(t, { monthlyUpload: 2 * LENGTH, budgetDay, ...flags });
  const made = await makeFileTorrent(t, 'film.mkv', LENGTH);
  await app.catalogue.add({ torrent: made.torrent, dataPath: made.path, resume: made.resume });
  return { app, made, hash: infoHashToHex(made.metainfo.infoHash) };
}

async function fetchFile(app: TestApp, hash: string): Promise<number> {
  const answer = await fetch(`${app.url}/files/${hash}/film.mkv`);
  await answer.arrayBuffer();
  return answer.status;
}

async function budgetOf(app: TestApp): Promise<LimitsView['budget']> {
  const headers = { authorization: `Bearer ${await readToken(app.dataDir)}` };
  return ((await (await fetch(`${app.url}/api/v1/limits`, { headers })).json()) as LimitsView).budget;
}

describe('a budget of uploads a month', () => {
  it('counts files over HTTP, goes on after a restart, and ends everything when it is spent', async (t) => {
    const { app, made, hash } = await seeding(t);
    assert.equal(await fetchFile(app, hash), 200);
    await eventually('the count', async () => (await budgetOf(app))?.spentBytes === LENGTH);
    await app.stop();
    const again = await startTestApp(t, { monthlyUpload: 2 * LENGTH, budgetDay, dataDir: app.dataDir });
    assert.equal((await budgetOf(again))?.spentBytes, LENGTH);
    const seed = () => again.catalogue.get(made.metainfo.infoHash)?.seed;
    await eventually('seeding', () => seed()?.state === 'seeding');
    assert.equal(await fetchFile(again, hash), 200);
    await eventually('it is spent', () => seed()?.serving === 'nobody');
    assert.equal(await fetchFile(again, hash), 503);
    const peer = await FakePeer.connect(t, again.peerPort);
    peer.send(handshakeBytes(made.metainfo.infoHash));
    await peer.end();
    const budget = await budgetOf(again);
    assert.equal(budget?.isSpent, true);
    assert.ok(Date.parse(budget.from) <= Date.now() && Date.now() < Date.parse(budget.until));
    const limit = await runCommandHere(t, ['limit', '--data-dir', app.dataDir]);
    assert.match(limit.stdout, /^Upload budget: +spent until \d{4}-\d\d-\d\d: nobody is served$/m);
    const list = await runCommandHere(t, ['list', '--data-dir', app.dataDir]);
    assert.match(list.stdout, /budget spent/);
    assert.match(await (await fetch(again.url)).text(), /0 seeders.*not served from here at the moment/);
  });

  it('is none unless it is set', async (t) => {
    const { app } = await seeding(t, { monthlyUpload: undefined });
    assert.equal(await budgetOf(app), null);
  });

  it('shows how much is left', async (t) => {
    const { app } = await seeding(t, { monthlyUpload: 2e12 });
    const { stdout } = await runCommandHere(t, ['limit', '--data-dir', app.dataDir]);
    assert.match(stdout, /^Upload budget: +0 B of 1\.82 TiB sent, until \d{4}-\d\d-\d\d$/m);
  });
});

describe('seedbed set --step-back', () => {
  it('chooses for one torrent, and takes it back', async (t) => {
    const { app, made, hash } = await seeding(t);
    const set = (value: string) =>
      runCommandHere(t, ['set', hash, '--step-back', value, '--data-dir', app.dataDir]);
    const chosen = () => app.catalogue.get(made.metainfo.infoHash)?.seed?.preferences.stepBack;
    assert.equal((await set('5')).code, 0);
    assert.equal(chosen(), 5);
    await set('none');
    assert.equal(chosen(), 'none');
    await set('default');
    assert.equal(chosen(), 'default');
    const refused = await set('many');
    assert.equal(refused.code, 2);
    assert.match(refused.stderr, /It takes a whole number from 1 to 100000, none, or default/);
  });
});
