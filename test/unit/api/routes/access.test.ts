import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { gzipSync } from 'node:zlib';
import request from 'supertest';
import { infoHashToHex } from '../../../../src/bittorrent/info-hash.ts';
import type { Config } from '../../../../src/config/settings.ts';
import { makeFileTorrent, startTestApp } from '../../../support/app.ts';
import { eventually } from '../../../support/eventually.ts';
import { makeTempFolder } from '../../../support/temp-folder.ts';

const [A, B, C] = ['aa', 'bb', 'cc'].map((byte) => byte.repeat(20)) as [string, string, string];

/** A running server, with its control API and its tracker. */
async function start(t: TestContext, flags: Partial<Config> = {}) {
  const app = await startTestApp(t, flags);
  const token = (await readFile(join(app.dataDir, 'api-token'), 'utf8')).trim();
  const auth = { authorization: `Bearer ${token}` };
  const base = `${app.url}/api/v1`;
  return {
    ...app,
    get: (path: string) => request(base).get(path).set(auth),
    put: (path: string, body: object = {}) => request(base).put(path).set(auth).send(body),
    post: (path: string, body: object = {}) => request(base).post(path).set(auth).send(body),
    patch: (path: string, body: object = {}) => request(base).patch(path).set(auth).send(body),
    delete: (path: string) => request(base).delete(path).set(auth),
    /** Why an announce is refused; undefined when it is not. */
    announce: async (infoHash: string, port = 7001): Promise<string | undefined> => {
      const hash = infoHash.replace(/../g, '%$&');
      const url = `${app.url}/announce?info_hash=${hash}&peer_id=-XX0001-00000000${port}&port=${port}&uploaded=0&downloaded=0&left=9&compact=1`;
      return /failure reason\d+:(.*?)8:interval/.exec(await (await fetch(url)).text())?.[1];
    },
  };
}

describe('the control API of access', () => {
  it('shows the mode and changes it at once', async (t) => {
    const app = await start(t);
    const { body } = await app.get('/access').expect(200);
    const none = { entries: 0, files: [] };
    assert.deepEqual(body.addresses, { ...none, ranges: 0, refused: 0 });
    assert.deepEqual(
      [body.mode, body.configuredMode, body.allow, body.deny],
      ['registered', null, none, none],
    );
    assert.equal(await app.announce(A), 'unregistered torrent');
    assert.equal((await app.put('/access', { mode: 'open' }).expect(200)).body.mode, 'open');
    assert.equal(await app.announce(A), undefined);
    await app.put('/access', { mode: 'registered' }).expect(200);
    assert.equal(await app.announce(A), 'unregistered torrent');
    const statistics = async () => (await app.get('/statistics')).body.tracker.peers4;
    await eventually('the peer to be taken out', async () => (await statistics()) === 0);
  });

  it('puts torrents on lists and takes them off', async (t) => {
    const app = await start(t, { access: 'allow' });
    assert.equal((await app.get('/access')).body.configuredMode, 'allow');
    assert.equal(await app.announce(A), 'this torrent is not allowed here');
    await app.put(`/access/allow/${A}`).expect(204);
    assert.equal(await app.announce(A), undefined);
    const answer = await app
      .post('/access/allow', { add: [A, B, `${C}${'0'.repeat(24)}`], remove: [] })
      .expect(200);
    assert.deepEqual(answer.body, { added: 2, removed: 0 });
    assert.deepEqual((await app.get('/access/allow?limit=2')).body, { infoHashes: [A, B], next: B });
    assert.deepEqual((await app.get(`/access/allow?limit=2&after=${B}`)).body, {
      infoHashes: [C],
      next: null,
    });
    assert.deepEqual((await app.get(`/access/allow/${C}`)).body, {
      infoHash: C,
      isEntry: true,
      isInFile: false,
    });
    await app.delete(`/access/allow/${A}`).expect(204);
    await app.delete(`/access/allow/${A}`).expect(404);
    await app.get(`/access/allow/${A}`).expect(404);
    assert.equal(await app.announce(A), 'this torrent is not allowed here');
  });

  it('says what is wrong with a request', async (t) => {
    const app = await start(t);
    for (const [answer, status, complaint] of [
      [app.put('/access', { mode: 'closed' }), 400, /"mode" must be one of open, registered, allow, deny/],
      [app.put('/access', []), 400, /"mode"/],
      [app.get('/access/grey'), 400, /two lists/],
      [app.put(`/access/allow/${'x'.repeat(40)}`), 400, /info-hash/],
      [app.get('/access/allow?limit=0'), 400, /"limit"/],
      [app.get('/access/allow?limit=1e9'), 400, /"limit"/],
      [app.get('/access/allow?after=5'), 400, /info-hash/],
      [app.get('/access/allow?after=5&after=6'), 400, /"after"/],
      [app.post('/access/allow', { add: 'all' }), 400, /"add" must be a list/],
      [app.post('/access/allow', { add: [5] }), 400, /"add" must be a list/],
      [app.post('/access/deny', { add: [A], remove: ['b'] }), 400, /info-hash/],
    ] as const) {
      const { body } = await answer.expect(status);
      assert.match(body.error.message, complaint);
    }
    assert.equal((await app.get('/access')).body.deny.entries, 0, 'nothing of a bad request is done');
    await request(app.url).put('/api/v1/access').send({ mode: 'open' }).expect(401);
  });

  it('keeps mode and lists over a restart; a mode in the settings wins', async (t) => {
    const first = await start(t);
    await first.put('/access', { mode: 'deny' }).expect(200);
    await first.put(`/access/deny/${A}`).expect(204);
    await first.stop();
    const second = await start(t, { dataDir: first.dataDir });
    assert.equal((await second.get('/access')).body.mode, 'deny');
    assert.equal(await second.announce(A), 'this torrent is not allowed here');
    assert.equal(await second.announce(B), undefined);
    await second.stop();
    const third = await start(t, { dataDir: first.dataDir, access: 'registered' });
    assert.equal((await third.get('/access')).body.mode, 'registered');
    assert.equal(await third.announce(B), 'unregistered torrent', 'and its peers are not taken back');
    assert.equal((await third.get('/statistics')).body.tracker.peers4, 0);
  });

  it('joins the lists with files, which are read again when they change', async (t) => {
    const path = join(await makeTempFolder(t), 'deny.txt');
    await writeFile(path, `# taken down\n${A}\nnonsense\n`);
    const app = await start(t, { access: 'deny', denyList: [path] });
    const { body } = await app.get('/access');
    const { readAt, ...file } = body.deny.files[0];
    assert.deepEqual(file, { path, entries: 1, badLines: 1, trouble: null });
    assert.ok(Math.abs(Date.parse(readAt) - Date.now()) < 3_600_000);
    await app.put(`/access/deny/${B}`).expect(204);
    assert.deepEqual(
      [await app.announce(A), await app.announce(B), await app.announce(C)],
      ['this torrent is not allowed here', 'this torrent is not allowed here', undefined],
    );
    assert.match((await app.delete(`/access/deny/${A}`).expect(409)).body.error.message, /change the file/);
    await writeFile(path, `${C}\n`);
    await eventually('C to be refused', async () => (await app.announce(C)) !== undefined);
    assert.deepEqual(
      [await app.announce(A), await app.announce(B)],
      [undefined, 'this torrent is not allowed here'],
    );
  });

  it('does not start without a file that it is to read', async (t) => {
    await assert.rejects(start(t, { denyList: ['/nowhere/list.txt'] }), {
      code: 'ERR_ACCESS_FILE',
      message: 'the access list /nowhere/list.txt does not exist',
    });
  });

  it('switches a published torrent off and on, also over a restart', async (t) => {
    const app = await start(t);
    const made = await makeFileTorrent(t);
    const infoHash = infoHashToHex(made.metainfo.infoHash);
    await app.catalogue.add({ torrent: made.torrent, dataPath: made.path, resume: made.resume });
    assert.equal((await app.get(`/torrents/${infoHash}`)).body.isTracked, true);
    assert.equal(
      (await app.patch(`/torrents/${infoHash}`, { isTracked: false }).expect(200)).body.isTracked,
      false,
    );
    assert.equal(await app.announce(infoHash), 'this torrent is switched off here');
    await app.stop();
    const again = await start(t, { dataDir: app.dataDir });
    assert.equal((await again.get('/torrents')).body.torrents[0].isTracked, false);
    assert.equal(await again.announce(infoHash), 'this torrent is switched off here');
    await again.patch(`/torrents/${infoHash}`, { isTracked: true }).expect(200);
    assert.equal(await again.announce(infoHash), undefined);
  });

  it('shows of a published torrent that the deny list stops it', async (t) => {
    const app = await start(t);
    const made = await makeFileTorrent(t);
    const infoHash = infoHashToHex(made.metainfo.infoHash);
    await app.catalogue.add({ torrent: made.torrent, dataPath: made.path, resume: made.resume });
    const shown = async (): Promise<unknown[]> => {
      const { isTracked, untrackedBy } = (await app.get(`/torrents/${infoHash}`)).body;
      return [isTracked, untrackedBy];
    };
    assert.deepEqual(await shown(), [true, null]);
    await app.put(`/access/deny/${infoHash}`).expect(204);
    assert.deepEqual(await shown(), [false, 'deny-list']);
    await app.patch(`/torrents/${infoHash}`, { isTracked: false }).expect(200);
    assert.deepEqual(await shown(), [false, 'switch']);
    const { body } = await app.patch(`/torrents/${infoHash}`, { isTracked: true }).expect(200);
    assert.deepEqual([body.isTracked, body.untrackedBy], [false, 'deny-list']);
    await app.put('/access', { mode: 'open' }).expect(200); // which asks no list
    assert.deepEqual(await shown(), [true, null]);
  });

  it('tracks a torrent again that was switched off, removed and published anew', async (t) => {
    const app = await start(t);
    const made = await makeFileTorrent(t);
    const infoHash = infoHashToHex(made.metainfo.infoHash);
    await app.catalogue.add({ torrent: made.torrent, dataPath: made.path, resume: made.resume });
    await app.patch(`/torrents/${infoHash}`, { isTracked: false }).expect(200);
    await app.delete(`/torrents/${infoHash}`).expect(204);
    await app.catalogue.add({ torrent: made.torrent, dataPath: made.path, resume: made.resume });
    assert.equal(await app.announce(infoHash), undefined);
  });

  it('refuses to switch what is not published, and anything but a switch', async (t) => {
    const app = await start(t);
    await app.patch(`/torrents/${A}`, { isTracked: false }).expect(404);
    const made = await makeFileTorrent(t);
    await app.catalogue.add({ torrent: made.torrent, dataPath: made.path, resume: made.resume });
    const path = `/torrents/${infoHashToHex(made.metainfo.infoHash)}`;
    assert.match(
      (await app.patch(path, { isTracked: 'no' }).expect(400)).body.error.message,
      /true or false/,
    );
    assert.match((await app.patch(path, { name: 'x' }).expect(400)).body.error.message, /"name"/);
  });
  it('denies clients and addresses at once, and keeps both', async (t) => {
    const app = await start(t, { access: 'open', denyClients: ['-YY'] });
    assert.equal(await app.announce(A), undefined);
    const { body } = await app.put('/access/clients/deny/-XX').expect(200);
    assert.deepEqual(body, { value: '-XX' });
    assert.equal(await app.announce(A), 'your client is not allowed here');
    assert.deepEqual((await app.get('/access/clients')).body, {
      allow: [],
      deny: [
        { value: '-XX', isConfigured: false },
        { value: '-YY', isConfigured: true },
      ],
    });
    await app.put('/access/clients/allow/-XX0001-').expect(200);
    assert.equal(await app.announce(A), undefined, 'the longer prefix counts');
    await app.put('/access/clients/allow/%2500%25fF').expect(200, { value: '%00%FF' });
    await app.delete('/access/clients/allow/%2500%25FF').expect(204);
    await app.delete('/access/clients/deny/-XX').expect(204);
    await app.delete('/access/clients/deny/-XX').expect(404);
    assert.match((await app.delete('/access/clients/deny/-YY').expect(409)).body.error.message, /settings/);

    await app.put('/access/addresses/127.0.0.9%2F8').expect(200, { value: '127.0.0.0/8' });
    assert.equal(await app.announce(A), 'your address is not allowed here');
    await eventually(
      'the peer to be taken out',
      async () => (await app.get('/statistics')).body.tracker.peers4 === 0,
    );
    const view = (await app.get('/access')).body;
    assert.deepEqual(view.addresses, { entries: 1, ranges: 1, files: [], refused: 1 });
    assert.deepEqual(view.clients, { allow: 1, deny: 1, refused: 1 });
    assert.deepEqual((await app.get('/access/addresses')).body.deny, [
      { value: '127.0.0.0/8', isConfigured: false },
    ]);
    await app.stop();
    const again = await start(t, { dataDir: app.dataDir, access: 'open' });
    assert.equal(await again.announce(A), 'your address is not allowed here');
    await again.delete('/access/addresses/127.0.0.0-127.255.255.255').expect(204);
    assert.equal(await again.announce(A), undefined);
    for (const [path, complaint] of [
      ['/access/addresses/everywhere', /an address, a network/],
      [`/access/clients/deny/${'x'.repeat(21)}`, /beginning of a peer id/],
      ['/access/clients/grey/-XX', /two lists/],
    ] as const)
      assert.match((await again.put(path).expect(400)).body.error.message, complaint);
  });

  it('reads blocklists from files, and again when they change', async (t) => {
    const path = join(await makeTempFolder(t), 'blocklist.gz');
    await writeFile(path, gzipSync('Nobody:10.0.0.0-10.0.0.255\nrubbish\n'));
    const app = await start(t, { access: 'open', denyAddresses: [path, '192.0.2.0/24'] });
    const { addresses } = (await app.get('/access')).body;
    assert.deepEqual([addresses.entries, addresses.ranges, addresses.files[0].badLines], [1, 2, 1]);
    assert.equal(await app.announce(A), undefined);
    await writeFile(path, gzipSync('Everybody:127.0.0.0-127.255.255.255\n'));
    await eventually('the address to be denied', async () => (await app.announce(A)) !== undefined);
    assert.equal((await app.get('/access')).body.addresses.files[0].entries, 1);
    await assert.rejects(start(t, { denyAddresses: ['/nowhere/list.dat'] }), { code: 'ERR_ACCESS_FILE' });
  });
});
