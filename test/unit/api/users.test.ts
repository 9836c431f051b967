import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import request from 'supertest';
import type { UserDetailView, UserView } from '../../../src/api/user-view.ts';
import { infoHashToHex } from '../../../src/bittorrent/info-hash.ts';
import { parseMetainfo } from '../../../src/bittorrent/metainfo/parse.ts';
import type { Config } from '../../../src/config/settings.ts';
import { makeFileTorrent, startTestApp } from '../../support/app.ts';

type Method = 'get' | 'post' | 'patch' | 'put' | 'delete';

/** A server and its API. */
async function startApi(t: TestContext, flags: Partial<Config> = {}) {
  const app = await startTestApp(t, { privateTracker: true, database: 'memory', ...flags });
  const token = (await readFile(join(app.dataDir, 'api-token'), 'utf8')).trim();
  const call = (method: Method, path: string, body?: object): request.Test => {
    const test = request(app.url)[method](`/api/v1${path}`).set('authorization', `Bearer ${token}`);
    return body === undefined ? test : test.send(body);
  };
  const add = async (body: object): Promise<UserDetailView> =>
    (await call('post', '/users', body).expect(201)).body;
  const code = async (status: number, method: Method, path: string, body?: object): Promise<string> =>
    (await call(method, path, body).expect(status)).body.error.code;
  return { ...app, call, add, code };
}

/** An announce over HTTP as text; `path` is what stands behind `/announce`. */
async function announce(url: string, path: string, hex: string, more = ''): Promise<string> {
  const hash = hex.replace(/../g, '%$&');
  const query = `info_hash=${hash}&peer_id=-TS0001-000000000001&port=6881&uploaded=0&downloaded=0&left=0${more}`;
  return (await fetch(`${url}/announce${path}?${query}`)).text();
}

describe('users by the API', () => {
  it('are added with a passkey that is theirs alone, and an announce URL that carries it', async (t) => {
    const { add, url, call } = await startApi(t);
    const anna = await add({ name: 'anna' });
    const bert = await add({ name: 'bert', passkey: 'b'.repeat(16), expiresAt: '2099-01-31T12:00:00Z' });
    assert.match(anna.passkey, /^[A-Za-z0-9_-]{32}$/);
    assert.ok(anna.announceUrls.includes(`${url}/announce/${anna.passkey}`));
    assert.deepEqual([bert.passkey, bert.expiresAt], ['b'.repeat(16), '2099-01-31T12:00:00.000Z']);
    const { body } = await call('get', '/users').expect(200);
    assert.deepEqual([body.total, body.users.map(({ name }: UserView) => name)], [2, ['anna', 'bert']]);
    assert.ok(!JSON.stringify(body).includes(anna.passkey));
  });

  it('are found by number and by name, page by page', async (t) => {
    const { add, call } = await startApi(t);
    const { id } = await add({ name: 'Änne 🌱' });
    await add({ name: 'bert' });
    for (const key of [String(id), 'Änne 🌱'])
      assert.equal((await call('get', `/users/${encodeURIComponent(key)}`).expect(200)).body.id, id);
    const { body } = await call('get', '/users?skip=1&limit=1').expect(200);
    assert.deepEqual([body.users[0].name, body.users.length, body.total], ['bert', 1, 2]);
  });

  it('are disabled, enabled, renamed, expired, given another passkey and removed, at once', async (t) => {
    const { add, call, url } = await startApi(t);
    const { passkey } = await add({ name: 'anna' });
    const hex = '1'.repeat(40);
    const says = (key: string) => announce(url, `/${key}`, hex);
    assert.match(await says(passkey), /unregistered torrent/); // the user is let in, the torrent is not known
    const { body: off } = await call('patch', '/users/anna', { isEnabled: false }).expect(200);
    assert.equal(off.state, 'disabled');
    assert.match(await says(passkey), /account disabled/);
    await call('patch', '/users/anna', { isEnabled: true, name: 'berta', expiresAt: '2020-01-01' }).expect(
      200,
    );
    assert.match(await says(passkey), /account expired/);
    const { body: again } = await call('patch', '/users/berta', { expiresAt: null }).expect(200);
    assert.deepEqual([again.state, again.expiresAt], ['active', null]);
    const { body: other } = await call('post', '/users/berta/passkey').expect(200);
    assert.match(await says(passkey), /unknown passkey/);
    assert.match(await says(other.passkey), /unregistered torrent/);
    await call('delete', '/users/berta').expect(204);
    assert.match(await says(other.passkey), /unknown passkey/);
  });

  it('are refused with a reason where a request is wrong', async (t) => {
    const { add, code } = await startApi(t);
    await add({ name: 'anna', passkey: 'a'.repeat(20) });
    const bad = async (body: object) => code(400, 'post', '/users', body);
    for (const name of ['', ' anna', 'x'.repeat(65), '123', 'a\nb', '\u202ex'])
      assert.equal(await bad({ name }), 'ERR_USER_INPUT', JSON.stringify(name));
    for (const passkey of ['short', 'x'.repeat(65), `${'x'.repeat(20)}/`, `${'x'.repeat(20)}\n`])
      assert.equal(await bad({ name: 'bert', passkey }), 'ERR_USER_INPUT');
    for (const body of [
      {},
      { name: 5 },
      { name: 'bert', expiresAt: 'soon' },
      { name: 'bert', expiresAt: 5 },
      { name: 'bert', expires: null },
      { name: 'bert', expiresAt: '2020-13-45' },
    ])
      assert.equal(await bad(body), 'ERR_BAD_REQUEST', JSON.stringify(body));
    assert.equal(await code(400, 'post', '/users', []), 'ERR_BAD_REQUEST');
    assert.equal(await code(400, 'patch', '/users/anna', { isEnabled: 'no' }), 'ERR_BAD_REQUEST');
    assert.equal(await code(400, 'patch', '/users/anna', { passkey: 'x' }), 'ERR_BAD_REQUEST');
    assert.equal(await code(400, 'get', '/users?limit=1001'), 'ERR_BAD_REQUEST');
    assert.equal(await code(409, 'post', '/users', { name: 'anna' }), 'ERR_USER_EXISTS');
    assert.equal(
      await code(409, 'post', '/users', { name: 'bert', passkey: 'a'.repeat(20) }),
      'ERR_USER_EXISTS',
    );
    for (const path of ['/users/bert', '/users/99', '/users/99/torrents'])
      assert.equal(await code(404, 'get', path), 'ERR_NO_USER');
    assert.equal(await code(404, 'delete', '/users/bert'), 'ERR_NO_USER');
  });

  it('show what they did, at once', async (t) => {
    const { add, call, url } = await startApi(t, { open: true, access: 'open' });
    const { passkey } = await add({ name: 'anna' });
    const hex = 'ab'.repeat(20);
    await announce(url, `/${passkey}`, hex, '&event=started');
    const up = `/announce/${passkey}?info_hash=${hex.replace(/../g, '%$&')}&peer_id=-TS0001-000000000001&port=6881`;
    await fetch(`${url}${up}&uploaded=3000&downloaded=1500&left=0`);
    const { body } = await call('get', '/users/anna').expect(200);
    assert.deepEqual(
      [body.uploadedBytes, body.downloadedBytes, body.ratio, body.torrents, body.seedingNow],
      [3000, 1500, 2, 1, 1],
    );
    const { torrents } = (await call('get', '/users/anna/torrents').expect(200)).body;
    assert.deepEqual([torrents[0].infoHash, torrents[0].uploadedBytes, torrents.length], [hex, 3000, 1]);
  });
});

describe('freeleech and multipliers by the API', () => {
  it('are set by torrent, and what is left out stays', async (t) => {
    const { call, code } = await startApi(t);
    const hex = 'ab'.repeat(20);
    const path = `/torrents/${hex}/credit`;
    assert.deepEqual((await call('get', path)).body, { uploadPercent: 100, downloadPercent: 100 });
    await call('patch', path, { downloadPercent: 0 }).expect(200);
    const { body } = await call('patch', path, { uploadPercent: 200 }).expect(200);
    assert.deepEqual(body, { uploadPercent: 200, downloadPercent: 0 });
    assert.deepEqual((await call('get', '/credits')).body.credits, [{ infoHash: hex, ...body }]);
    for (const uploadPercent of [-1, 1001, 0.5])
      assert.equal(await code(400, 'patch', path, { uploadPercent }), 'ERR_USER_INPUT');
    assert.equal(await code(400, 'patch', path, { uploadPercent: '5' }), 'ERR_BAD_REQUEST');
    assert.equal(await code(400, 'patch', path, { upload: 5 }), 'ERR_BAD_REQUEST');
  });

  it('are set for all torrents until a time', async (t) => {
    const { call, code } = await startApi(t);
    assert.deepEqual((await call('get', '/freeleech')).body, { until: null });
    const until = '2099-01-01T00:00:00.000Z';
    assert.deepEqual((await call('put', '/freeleech', { until })).body, { until });
    assert.deepEqual((await call('put', '/freeleech', { until: null })).body, { until: null });
    assert.equal(await code(400, 'put', '/freeleech', {}), 'ERR_BAD_REQUEST');
  });
});

describe('the pages of a private tracker', () => {
  it('show strangers nothing, and users what is published, with their passkey in every link', async (t) => {
    const { add, catalogue, url } = await startApi(t);
    const { torrent, path, resume } = await makeFileTorrent(t, 'secret-film.mkv');
    const { row } = (await catalogue.add({ torrent, dataPath: path, resume })).published;
    const hex = infoHashToHex(row.infoHash);
    const { passkey } = await add({ name: 'anna' });
    for (const query of [
      '',
      '?passkey=',
      `?passkey=${'x'.repeat(32)}`,
      `?passkey=${passkey}&passkey=${passkey}`,
    ]) {
      const { text } = await request(url).get(`/${query}`).expect(200);
      assert.ok(
        text.includes('Private tracker') && !text.includes('secret-film') && !text.includes(hex),
        query,
      );
      await request(url).get(`/torrents/${hex}.torrent${query}`).expect(403);
    }
    const { text } = await request(url).get(`/?passkey=${passkey}`).expect(200);
    assert.ok(text.includes('secret-film') && text.includes(`torrents/${hex}.torrent?passkey=${passkey}`));
    assert.ok(text.includes(encodeURIComponent(`/announce/${passkey}`)));
  });

  it('give the .torrent file with the announce URLs of the user who asks, until he is disabled', async (t) => {
    const { add, call, catalogue, url } = await startApi(t);
    const { torrent, path, resume } = await makeFileTorrent(t);
    const { row } = (await catalogue.add({ torrent, dataPath: path, resume })).published;
    const { passkey } = await add({ name: 'anna' });
    const file = `/torrents/${infoHashToHex(row.infoHash)}.torrent?passkey=${passkey}`;
    const { body } = await request(url).get(file).buffer(true).responseType('blob').expect(200);
    const tiers = parseMetainfo(body).announceTiers.flat();
    assert.ok(tiers.length > 0 && tiers.every((one) => one.endsWith(`/announce/${passkey}`)), tiers.join());
    await call('patch', '/users/anna', { isEnabled: false }).expect(200);
    await request(url).get(file).expect(403);
  });

  it("take a user's own URLs out of a torrent that he brings back", async (t) => {
    const { add, catalogue, url } = await startApi(t);
    const { torrent, path, resume } = await makeFileTorrent(t);
    const { row } = (await catalogue.add({ torrent, dataPath: path, resume })).published;
    const { passkey } = await add({ name: 'anna' });
    const his = catalogue.torrentFile(row.infoHash, url, passkey);
    assert.ok(his !== undefined);
    await catalogue.add({ torrent: his, dataPath: path, resume });
    const file = catalogue.torrentFile(row.infoHash, url);
    assert.ok(file !== undefined && !Buffer.from(file).includes(passkey));
  });
});

describe('the metrics of a private tracker', () => {
  it('tell who was refused and why', async (t) => {
    const { add, call, url } = await startApi(t, { metrics: 'public' });
    await add({ name: 'anna', passkey: 'a'.repeat(16) });
    const hex = 'ab'.repeat(20);
    await call('patch', '/users/anna', { isEnabled: false }).expect(200);
    await announce(url, `/${'a'.repeat(16)}`, hex);
    for (let i = 0; i < 2; i++) await announce(url, `/${'x'.repeat(16)}`, hex);
    const { text } = await request(url).get('/metrics').expect(200);
    for (const line of [
      'seedbed_users 1',
      'seedbed_user_refusals_total{reason="unknown-passkey"} 2',
      'seedbed_user_refusals_total{reason="disabled"} 1',
      'seedbed_suspicious_announces_total 0',
    ])
      assert.ok(text.includes(`\n${line}\n`), line);
  });

  it('are none of a public one', async (t) => {
    const { url } = await startApi(t, { metrics: 'public', privateTracker: false });
    assert.ok(!(await request(url).get('/metrics').expect(200)).text.includes('seedbed_user'));
  });
});
