import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { Requester } from '../../../../../src/seeder/download/web-source/requester.ts';
import { type FileServer, startFileServer } from '../../../../support/file-server.ts';
import { cleanup } from '../../../../support/scope.ts';

const NEVER = new AbortController().signal;

function makeRequester(t: TestContext, isNear?: () => boolean): Requester {
  const requester = new Requester('Seedbed/test', isNear);
  cleanup(t, () => requester.close());
  return requester;
}

async function statusOf(requester: Requester, url: string): Promise<number | undefined> {
  const response = await requester.get(url, {}, NEVER);
  for await (const _ of response); // so that the connection is free again
  return response.statusCode;
}

/** A server that sends everybody on. */
function redirecting(t: TestContext, location: string): Promise<FileServer> {
  return startFileServer(
    t,
    {},
    { misbehave: (_request, response) => Boolean(response.writeHead(302, { Location: location }).end()) },
  );
}

test('asks for the bytes themselves, and sends nothing that nobody asked for', async (t) => {
  const server = await startFileServer(t, { '/a': Buffer.from('a') });
  const requester = makeRequester(t);
  assert.equal(await statusOf(requester, `${server.url}a`), 200);
  assert.deepEqual(Object.keys(server.headers()).sort(), [
    'accept',
    'accept-encoding',
    'connection',
    'host',
    'user-agent',
  ]);
  assert.equal(server.headers()['accept-encoding'], 'identity');
});

test('keeps its connection, and asks again when the server has closed it meanwhile', async (t) => {
  const server = await startFileServer(t, { '/a': Buffer.from('a') });
  const requester = makeRequester(t);
  for (let count = 0; count < 3; count++) assert.equal(await statusOf(requester, `${server.url}a`), 200);
  assert.equal(server.connections().opened, 1);
  server.misbehave = (request) => {
    server.misbehave = undefined;
    request.socket.destroy();
    return true;
  };
  assert.equal(await statusOf(requester, `${server.url}a`), 200);
  assert.equal(server.connections().opened, 2);
});

test('follows a redirect, and goes straight to where a file went the next time', async (t) => {
  const server = await startFileServer(t, { '/a': Buffer.from('a') });
  const first = await redirecting(t, `${server.url}a`);
  const requester = makeRequester(t);
  for (let count = 0; count < 3; count++) assert.equal(await statusOf(requester, `${first.url}x`), 200);
  assert.equal(first.requests.length, 1);
  assert.equal(requester.forgetMoved(`${first.url}x`), true);
  assert.equal(await statusOf(requester, `${first.url}x`), 200);
  assert.equal(first.requests.length, 2);
});

test('gives up after five redirects, and follows none to what is not the web', async (t) => {
  const server = await redirecting(t, '/again');
  const requester = makeRequester(t);
  await assert.rejects(requester.get(server.url, {}, NEVER), { code: 'ERR_ANSWER' });
  assert.equal(server.requests.length, 6);
  for (const location of ['file:///etc/passwd', 'http://', 'ftp://127.0.0.1/']) {
    const elsewhere = await redirecting(t, location);
    await assert.rejects(requester.get(elsewhere.url, {}, NEVER), { code: 'ERR_ANSWER' });
  }
});

test('a server out in the world leads nobody into our own network', async (t) => {
  const near = await startFileServer(t, { '/a': Buffer.from('secret') });
  for (const target of [`${near.url}a`, `http://localhost:${near.port}/a`, `http://[::1]:${near.port}/a`]) {
    const server = await redirecting(t, target);
    const requester = makeRequester(t, () => false);
    await assert.rejects(requester.get(server.url, {}, NEVER), { code: 'ERR_REDIRECT' });
  }
  assert.equal(near.requests.length, 0);
});

test('a name that meant a server out in the world does not mean one of ours the next time', async (t) => {
  const server = await startFileServer(t, { '/a': Buffer.from('a') });
  const requester = makeRequester(t, () => false); // it answers from the world, and then stands where it stands
  const url = `http://localhost:${server.port}/a`;
  assert.equal(await statusOf(requester, url), 200);
  await assert.rejects(requester.get(url, {}, NEVER), { code: 'ERR_REDIRECT' });
  assert.equal(server.requests.length, 1);
});

test('a password in the URL goes to its own host alone', async (t) => {
  const other = await startFileServer(t, { '/a': Buffer.from('a') });
  const server = await redirecting(t, `${other.url}a`);
  const requester = makeRequester(t);
  const url = server.url.replace('//', '//ann:s%20cret@');
  assert.equal(await statusOf(requester, url), 200);
  assert.equal(server.headers().authorization, `Basic ${Buffer.from('ann:s cret').toString('base64')}`);
  assert.equal(other.headers().authorization, undefined);
});

test('an aborted request ends with the reason of the signal', async (t) => {
  const server = await startFileServer(t, {}, { misbehave: () => true });
  const abort = new AbortController();
  const asked = makeRequester(t).get(server.url, {}, abort.signal);
  const reason = new Error('enough');
  abort.abort(reason);
  await assert.rejects(asked, reason);
});
