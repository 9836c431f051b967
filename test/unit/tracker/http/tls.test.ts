import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { request } from 'node:https';
import { connect as connectTcp } from 'node:net';
import { after, before, describe, it, type TestContext } from 'node:test';
import { type ConnectionOptions, connect, type TLSSocket } from 'node:tls';
import { CommitGate } from '../../../../src/tracker/front-end/commit-gate.ts';
import { FloodGate } from '../../../../src/tracker/front-end/flood-gate.ts';
import { makeCertificateFiles } from '../../../support/certificates.ts';
import { eventually } from '../../../support/eventually.ts';
import { Scope } from '../../../support/scope.ts';
import { makeTempFolder } from '../../../support/temp-folder.ts';
import { findTool } from '../../../support/tools.ts';
import { announceRequest, type FrontEndOptions, query, RawClient, startFast } from './http-fixture.ts';

const plain = announceRequest();

describe('the fast path over TLS', {
  skip: findTool('openssl') === undefined && 'openssl is not installed',
}, () => {
  const scope = new Scope();
  let first: { cert: Buffer; key: Buffer };
  let second: { cert: Buffer; key: Buffer };
  before(async () => {
    const folder = await makeTempFolder(scope);
    const read = async (name: string) => {
      const { cert, key } = await makeCertificateFiles(folder, name);
      return { cert: await readFile(cert), key: await readFile(key) };
    };
    first = await read('first');
    second = await read('second');
  });
  after(() => scope.end());

  const startTls = (t: TestContext, server: FrontEndOptions['server'] = {}) =>
    startFast(t, { server: { certificate: first, ...server } });

  /** A client that trusts the first certificate, and what it received. */
  async function secure(t: TestContext, port: number, options: ConnectionOptions = {}) {
    const socket = connect({ host: '127.0.0.1', port, ca: first.cert, ...options });
    t.after(() => void socket.destroy());
    const client = { socket, text: '', isClosed: false };
    socket.on('data', (bytes: Buffer) => {
      client.text += bytes.toString('latin1');
    });
    socket.on('error', () => {}); // "close" follows
    socket.on('close', () => {
      client.isClosed = true;
    });
    await new Promise<void>((resolve, reject) => socket.once('secureConnect', resolve).once('error', reject));
    return client;
  }

  const answers = (client: { text: string }, count: number) =>
    eventually(
      `${count} answers`,
      () => client.text.split('HTTP/1.1 200').length - 1 === count && client.text.endsWith('e'),
      { intervalMs: 2 },
    );

  it('answers requests that come one by one, at once, and many in a row', async (t) => {
    const { port, core } = await startTls(t);
    const client = await secure(t, port);
    client.socket.write(plain);
    await answers(client, 1);
    client.socket.write(
      Array.from({ length: 500 }, (_, i) => announceRequest({ port: String(1 + i), numwant: '200' })).join(
        '',
      ),
    );
    await answers(client, 501);
    assert.equal(core.stats().peers4, 501);
    const counts = [...client.text.matchAll(/10:incompletei(\d+)e/g)].map(([, count]) => Number(count));
    assert.deepEqual(
      counts,
      Array.from({ length: 501 }, (_, i) => i + 1),
    );
  });

  it('ends the connection when it is asked to, and when the client has ended it', async (t) => {
    const { port, server } = await startTls(t);
    const closing = await secure(t, port);
    closing.socket.write(announceRequest({}, 'Connection: close\r\n'));
    await eventually('the end', () => closing.isClosed);
    await answers(closing, 1);
    const ending = await secure(t, port, { allowHalfOpen: true } as ConnectionOptions);
    ending.socket.end(plain);
    await eventually('the end', () => ending.isClosed);
    await eventually('no connection', () => server.openConnections === 0);
  });

  it('hands the rest over: another page, over the same connection, and node:http knows that it is secure', async (t) => {
    const { port, fallback } = await startTls(t);
    const secured: unknown[] = [];
    fallback.prependListener('request', ({ socket }) => secured.push((socket as TLSSocket).encrypted));
    const client = await secure(t, port);
    client.socket.write(`${plain}GET /page HTTP/1.1\r\nHost: t\r\n\r\n`);
    await eventually('the page', () => client.text.includes('other GET /page'));
    assert.deepEqual(secured, [true]);
  });

  it('speaks TLS 1.2 and 1.3, and HTTP/1.1 to those who would rather have HTTP/2', async (t) => {
    const { port, server } = await startTls(t);
    for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
      const client = await secure(t, port, {
        minVersion: version,
        maxVersion: version,
        ALPNProtocols: ['h2', 'http/1.1'],
      });
      assert.deepEqual([client.socket.getProtocol(), client.socket.alpnProtocol], [version, 'http/1.1']);
    }
    const old = secure(t, port, {
      minVersion: 'TLSv1',
      maxVersion: 'TLSv1.1',
      ciphers: 'DEFAULT@SECLEVEL=0',
    });
    await assert.rejects(old);
    await eventually('the failure to be counted', () => server.counters().droppedFailedHandshakes === 1);
  });

  it('closes a connection that speaks plain HTTP, and one that says nothing sensible', async (t) => {
    const { port, server } = await startTls(t);
    for (const bytes of [plain, '\x16\x03\x01\x00\x05hello']) {
      const client = new RawClient(t, port);
      await client.send(bytes);
      await client.closed;
      assert.doesNotMatch(client.text, /HTTP/);
    }
    assert.equal(server.counters().droppedFailedHandshakes, 2);
    assert.equal(server.openConnections, 0);
  });

  it('closes a connection whose handshake does not come in time', async (t) => {
    const { port, server } = await startTls(t, { limits: { headTimeoutMs: 50 } });
    const client = new RawClient(t, port);
    await client.closed;
    assert.equal(server.counters().droppedFailedHandshakes, 1);
  });

  it('closes connections beyond its bound of handshakes, and takes others when these are done', async (t) => {
    const { port, server } = await startTls(t, { limits: { maxHandshakes: 2 } });
    const silent = [new RawClient(t, port), new RawClient(t, port)];
    await eventually('two handshakes', () => server.openConnections === 2);
    const third = new RawClient(t, port);
    await third.closed;
    assert.equal(server.counters().droppedHandshakes, 1);
    for (const { socket } of silent) socket.destroy();
    await eventually('room', () => server.openConnections === 0);
    const client = await secure(t, port);
    client.socket.write(plain);
    await answers(client, 1);
  });

  it('does not mind clients that reset their connection during the handshake, in front of it, or behind it', async (t) => {
    const { port, server } = await startTls(t, { proxyProtocol: ['127.0.0.1'] });
    const hello = '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03';
    for (const bytes of ['PROXY ', 'PROXY UNKNOWN\r\n', `PROXY UNKNOWN\r\n${hello}`]) {
      const client = new RawClient(t, port);
      await client.send(bytes);
      await eventually('the connection', () => server.openConnections === 1, { intervalMs: 2 });
      client.socket.resetAndDestroy();
      await eventually('its end', () => server.openConnections === 0, { intervalMs: 2 });
    }
  });

  it('answers a client that has closed its side, when its announce is saved', async (t) => {
    const saved = Promise.withResolvers<void>();
    const { port } = await startTls(t, { commits: new CommitGate({ commit: () => saved.promise }) });
    const client = await secure(t, port);
    const ended = new Promise((resolve) => client.socket.once('end', resolve));
    client.socket.end(plain);
    await new Promise((resolve) => client.socket.once('finish', resolve));
    saved.resolve();
    await ended;
    await answers(client, 1);
  });

  it('sheds handshakes of a sender that begins too many, but not those that come through a trusted proxy', async (t) => {
    const gate = () => new FloodGate({ ratePerSecond: 0.001, burst: 2, isExempt: () => false });
    const { port, server, core } = await startTls(t, { gate: gate() });
    for (let i = 0; i < 2; i++) await secure(t, port);
    await assert.rejects(secure(t, port));
    assert.equal(server.counters().shedFlood, 1);
    assert.equal(core.stats().peers4, 0);
    const trusting = await startTls(t, { gate: gate(), trustedProxies: ['127.0.0.1'] });
    for (let i = 0; i < 5; i++) await secure(t, trusting.port);
  });

  it('gives new connections a new certificate, and goes on with those that there are', async (t) => {
    const { port, server } = await startTls(t);
    const before = await secure(t, port);
    server.setCertificate(second);
    await assert.rejects(secure(t, port), /certificate/);
    const later = await secure(t, port, { ca: second.cert });
    for (const client of [before, later]) client.socket.write(plain);
    await answers(before, 1);
    await answers(later, 1);
    assert.throws(() => server.setCertificate({ cert: first.cert, key: second.key }));
    await secure(t, port, { ca: second.cert });
  });

  it('reads the PROXY header in front of the handshake', async (t) => {
    const { port, core } = await startTls(t, { proxyProtocol: ['127.0.0.1'] });
    const raw = connectTcp({ host: '127.0.0.1', port, noDelay: true });
    t.after(() => void raw.destroy());
    raw.write('PROXY TCP6 2001:db8::1 2001:db8::2 1 2\r\n');
    const client = await secure(t, port, { socket: raw });
    client.socket.write(plain);
    await answers(client, 1);
    assert.ok(client.text.includes('11:external ip16:\x20\x01\x0d\xb8'));
    assert.equal(core.stats().peers6, 1);
  });

  it('answers clients of node:https, with a connection each and with one for all', async (t) => {
    const { port } = await startTls(t);
    const ask = () =>
      new Promise<string>((resolve, reject) => {
        const url = `https://localhost:${port}/announce?${query()}`;
        const asked = request(url, { ca: first.cert, family: 4 }, (response) => {
          response.setEncoding('latin1').on('data', resolve);
        });
        asked.on('error', reject).end();
      });
    for (let i = 0; i < 5; i++) assert.match(await ask(), /^d8:complete/);
  });

  it('stops at once while handshakes are under way and connections are idle', async (t) => {
    const { port, server } = await startTls(t);
    const silent = new RawClient(t, port);
    const idle = await secure(t, port);
    idle.socket.write(plain);
    await answers(idle, 1);
    await eventually('both', () => server.openConnections === 2);
    await server.stop();
    await silent.closed;
    await eventually('the end', () => idle.isClosed);
  });

  it('refuses a certificate that cannot be used', async (t) => {
    await assert.rejects(startTls(t, { certificate: { cert: first.cert, key: second.key } }));
  });
});
