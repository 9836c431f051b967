import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { OPENAPI } from '../../../src/api/openapi.ts';
import { infoHashToHex } from '../../../src/bittorrent/info-hash.ts';
import { MemoryDatabase } from '../../../src/persistence/memory/memory-database.ts';
import { MemoryPersistence } from '../../../src/persistence/memory/memory-persistence.ts';
import { makeFileTorrent, startTestApp } from '../../support/app.ts';
import { faultsOf, type Schema } from '../../support/json-schema.ts';
import { Scope } from '../../support/scope.ts';
import { makeTempFolder } from '../../support/temp-folder.ts';

interface Operation {
  readonly responses: Readonly<Record<string, { readonly content?: Record<string, { schema: Schema }> }>>;
}

const PATHS = OPENAPI.paths as unknown as Readonly<Record<string, Readonly<Record<string, Operation>>>>;
const SCHEMAS = OPENAPI.components.schemas as Readonly<Record<string, Schema>>;
const A = 'aa'.repeat(20);
const PASSKEY = 'anna-anna-anna-anna';

describe('the description of the control API', () => {
  const scope = new Scope();
  const called = new Set<string>();
  let shutdowns = 0;
  let base: string;
  let token: string;
  let made: Awaited<ReturnType<typeof makeFileTorrent>>;
  let infoHash: string;

  before(async () => {
    const list = join(await makeTempFolder(scope), 'deny.txt');
    await writeFile(list, `${'bb'.repeat(20)}\nrubbish\n`);
    const database = new MemoryDatabase();
    const persistence = new MemoryPersistence('one', database);
    for (const node of [persistence, new MemoryPersistence('gone', database)]) await node.open();
    const flags = { privateTracker: true, denyList: [list], denyClients: ['-XL'] };
    const onShutdown = (): void => void shutdowns++;
    const app = await startTestApp(scope, flags, { persistence, onShutdown });
    base = `${app.url}/api/v1`;
    token = (await readFile(join(app.dataDir, 'api-token'), 'utf8')).trim();
    made = await makeFileTorrent(scope);
    infoHash = infoHashToHex(made.metainfo.infoHash);
  });
  after(() => scope.end());

  /** Calls an operation, and holds the answer against its description. */
  async function call(
    operation: string,
    status: number,
    path: string,
    body?: object,
    secret = token,
  ): Promise<void> {
    const [method = '', described = ''] = operation.split(' ');
    const response = await fetch(base + path, {
      method,
      headers: { authorization: `Bearer ${secret}`, 'content-type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    assert.equal(response.status, status, `${operation}: ${text}`);
    const reply = PATHS[described]?.[method.toLowerCase()]?.responses[status];
    assert.ok(reply, `${operation} describes no ${status}`);
    if (response.ok) called.add(`${method.toLowerCase()} ${described}`);
    const schema = reply.content?.['application/json']?.schema;
    if (schema === undefined) assert.equal(text, '', operation);
    else assert.deepEqual(faultsOf(JSON.parse(text), schema, SCHEMAS), [], operation);
  }

  it('says what torrents look like', async () => {
    const one = `/torrents/${infoHash}`;
    const torrent = Buffer.from(made.torrent).toString('base64');
    await call('POST /torrents', 201, '/torrents', {
      torrent,
      dataPath: made.path,
      resume: made.resume,
    });
    await call('POST /torrents', 201, '/torrents', { infoHash: A, name: 'bare' });
    await call('POST /torrents', 400, '/torrents', {});
    await call('POST /torrents', 422, '/torrents', { torrent, dataPath: '/nowhere' });
    await call('GET /torrents', 200, '/torrents');
    await call('GET /torrents/{infoHash}', 200, one);
    await call('GET /torrents/{infoHash}', 404, `/torrents/${'cc'.repeat(20)}`);
    await call('PATCH /torrents/{infoHash}', 200, one, { isTracked: false });
    await call('GET /torrents/{infoHash}', 200, one);
    await call('GET /torrents/{infoHash}/files', 200, `${one}/files?limit=1`);
    await call('GET /torrents/{infoHash}/files', 400, `${one}/files?limit=many`);
    await call('GET /torrents/{infoHash}/files', 409, `/torrents/${A}/files`);
    await call('GET /torrents/{infoHash}/connections', 200, `${one}/connections`);
    await call('GET /torrents/{infoHash}/connections', 400, `${one}/connections?bitfields=1`);
    await call('GET /torrents/{infoHash}/connections', 200, `${one}/connections?bitfields=true`);
    await call('GET /torrents/{infoHash}/pieces', 200, `${one}/pieces`);
    await call('GET /torrents/{infoHash}/pieces', 409, `/torrents/${A}/pieces`);
    await call('GET /torrents/{infoHash}/connections', 404, `/torrents/${'cc'.repeat(20)}/connections`);
    await call('GET /torrents/{infoHash}/trackers', 200, `${one}/trackers`);
    await call('GET /torrents/{infoHash}/trackers', 200, `/torrents/${A}/trackers`);
    await call('GET /torrents/{infoHash}/recheck', 404, `${one}/recheck`);
    await call('POST /torrents/{infoHash}/recheck', 202, `${one}/recheck`, { pieces: ['0-1', 2] });
    await call('POST /torrents/{infoHash}/recheck', 400, `${one}/recheck`, { pieces: ['1-0'] });
    await call('POST /torrents/{infoHash}/recheck', 409, `/torrents/${A}/recheck`);
    await call('GET /torrents/{infoHash}/recheck', 200, `${one}/recheck`);
    await call('GET /torrents/{infoHash}/credit', 200, `${one}/credit`);
    await call('PATCH /torrents/{infoHash}/credit', 200, `${one}/credit`, { downloadPercent: 0 });
    await call('PATCH /torrents/{infoHash}/credit', 400, `${one}/credit`, { downloadPercent: 0.5 });
    await call('GET /credits', 200, '/credits');
    const own = { upload: { bytesPerSecond: 5000 } };
    await call('PATCH /torrents/{infoHash}/limits', 200, `${one}/limits`, own);
    await call('PATCH /torrents/{infoHash}/limits', 400, `${one}/limits`, { upload: 5000 });
    await call('PATCH /torrents/{infoHash}/limits', 404, `/torrents/${'cc'.repeat(20)}/limits`, own);
    await call('GET /torrents/{infoHash}/limits', 200, `${one}/limits`);
    const preferences = { priority: 'high', seedRatio: 2.5, seedTimeSeconds: 'none', seedIdleSeconds: 60 };
    await call('PATCH /torrents/{infoHash}', 200, one, { preferences });
    await call('DELETE /torrents/{infoHash}', 204, one);
    await call('DELETE /torrents/{infoHash}', 404, one);
    await call('DELETE /torrents/{infoHash}', 200, `/torrents/${A}?data=delete`);
    await call('DELETE /torrents/{infoHash}', 400, `/torrents/${A}?data=0`);
  });

  it('says what the queue looks like', async () => {
    await call('GET /queue', 200, '/queue');
    await call('PATCH /queue', 200, '/queue', { downloads: 3, seeds: 'default' });
    await call('PATCH /queue', 400, '/queue', { downloads: -1 });
    await call('PATCH /queue', 400, '/queue', { uploads: 1 });
    await call('PATCH /queue', 400, '/queue', {});
  });

  it('says what access looks like', async () => {
    await call('GET /access', 200, '/access');
    await call('PUT /access', 200, '/access', { mode: 'deny' });
    await call('PUT /access', 400, '/access', { mode: 'closed' });
    await call('POST /access/{list}', 200, '/access/allow', { add: [A] });
    await call('POST /access/{list}', 400, '/access/allow', { add: A });
    await call('POST /access/{list}', 400, '/access/allow', { added: [A] });
    await call('GET /access/{list}', 200, '/access/allow?limit=1');
    await call('GET /access/{list}/{infoHash}', 200, `/access/allow/${A}`);
    await call('GET /access/{list}/{infoHash}', 404, `/access/deny/${A}`);
    await call('PUT /access/{list}/{infoHash}', 204, `/access/deny/${A}`);
    await call('DELETE /access/{list}/{infoHash}', 204, `/access/deny/${A}`);
    await call('DELETE /access/{list}/{infoHash}', 409, `/access/deny/${'bb'.repeat(20)}`);
    await call('PUT /access/clients/{list}/{prefix}', 200, '/access/clients/deny/-%252C');
    await call('GET /access/clients', 200, '/access/clients');
    await call('DELETE /access/clients/{list}/{prefix}', 204, '/access/clients/deny/-%252C');
    await call('DELETE /access/clients/{list}/{prefix}', 409, '/access/clients/deny/-XL');
    await call('PUT /access/addresses/{range}', 200, '/access/addresses/192.0.2.0%2F24');
    await call('PUT /access/addresses/{range}', 400, '/access/addresses/here');
    await call('GET /access/addresses', 200, '/access/addresses');
    await call('DELETE /access/addresses/{range}', 204, '/access/addresses/192.0.2.0%2F24');
    await call('DELETE /access/addresses/{range}', 404, '/access/addresses/192.0.2.0%2F24');
  });

  it('says what users look like', async () => {
    await call('POST /users', 201, '/users', {
      name: 'anna',
      passkey: PASSKEY,
      expiresAt: '2999-01-31T12:00:00Z',
    });
    await call('POST /users', 409, '/users', { name: 'anna' });
    const client = `peer_id=-XX0001-000000000001&port=7001&left=9&compact=1`;
    const announced = async (uploaded: number): Promise<void> => {
      const url = `${base.replace('/api/v1', '')}/announce/${PASSKEY}?info_hash=${'%aa'.repeat(20)}&${client}&downloaded=0&uploaded=${uploaded}`;
      assert.match(await (await fetch(url)).text(), /8:complete/);
    };
    await announced(0);
    await announced(1000);
    await call('GET /users', 200, '/users?limit=10');
    await call('GET /users', 400, '/users?limit=many');
    await call('GET /users/{user}', 200, '/users/anna');
    await call('GET /users/{user}', 404, '/users/otto');
    await call('GET /users/{user}/torrents', 200, '/users/anna/torrents');
    await call('PATCH /users/{user}', 200, '/users/anna', { isEnabled: false, expiresAt: null });
    await call('PATCH /users/{user}', 400, '/users/anna', { enabled: true });
    await call('POST /users/{user}/passkey', 200, '/users/anna/passkey');
    await call('DELETE /users/{user}', 204, '/users/anna');
    await call('GET /freeleech', 200, '/freeleech');
    await call('PUT /freeleech', 200, '/freeleech', { until: '2999-01-31' });
    await call('PUT /freeleech', 400, '/freeleech', { until: 'soon' });
  });

  it('says what the server and its nodes look like', async () => {
    await call('GET /server', 200, '/server');
    await call('POST /shutdown', 202, '/shutdown');
    assert.equal(shutdowns, 1);
    await call('GET /nodes', 200, '/nodes');
    await call('DELETE /nodes/{name}', 409, '/nodes/one');
    await call('DELETE /nodes/{name}', 204, '/nodes/gone');
    await call('DELETE /nodes/{name}', 404, '/nodes/gone');
    await call('GET /statistics', 200, '/statistics');
    await call('GET /limits', 200, '/limits');
    await call('PATCH /limits', 200, '/limits', { upload: { nodeBytesPerSecond: null } });
    await call('PATCH /limits', 200, '/limits', { download: { nodeBytesPerSecond: 5000 } });
    await call('PATCH /limits', 400, '/limits', { upload: { nodeBytesPerSecond: 1 } });
    const peer = { infoHash: A, peerId: A, ip: '192.0.2.9', port: 7001, left: 0, expiresInSeconds: 60 };
    await call('POST /peers', 200, '/peers', { peers: [peer] });
    await call('POST /peers', 400, '/peers', { peers: [{ ...peer, port: 0 }] });
  });

  it('says of every operation what a wrong token brings', async () => {
    for (const [path, operations] of Object.entries(PATHS))
      for (const method of Object.keys(operations).filter((name) => name !== 'parameters'))
        await call(`${method.toUpperCase()} ${path}`, 401, path.replaceAll(/[{}]/g, ''), undefined, 'wrong');
  });

  it('was held against a good answer of every operation', () => {
    const described = Object.entries(PATHS).flatMap(([path, operations]) =>
      Object.keys(operations)
        .filter((name) => name !== 'parameters')
        .map((method) => `${method} ${path}`),
    );
    assert.deepEqual([...called].sort(), described.sort());
  });
});
