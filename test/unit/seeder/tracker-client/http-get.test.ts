import assert from 'node:assert/strict';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { test } from 'node:test';
import { type HttpGetOptions, httpGet } from '../../../../src/seeder/tracker-client/http-get.ts';
import { startFixedTracker } from '../../../support/fixed-tracker.ts';
import { freePort } from '../../../support/free-port.ts';
import { type CleanupOwner, cleanup } from '../../../support/scope.ts';

function options(changes: Partial<HttpGetOptions> = {}): HttpGetOptions {
  return {
    maxBytes: 1000,
    timeoutMs: 5000,
    maxRedirects: 2,
    userAgent: 'Seedbed/test',
    signal: new AbortController().signal,
    ...changes,
  };
}

/** A server that says nothing but `bytes`. */
async function rawServer(owner: CleanupOwner, bytes: string): Promise<string> {
  const server = createTcpServer((socket) => {
    socket.on('error', () => {});
    socket.write(bytes);
    cleanup(owner, () => {
      socket.destroy();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanup(owner, () => {
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/announce?passkey=secret`;
}

test('gives status and body, and says who asks', async (t) => {
  let agent: string | undefined;
  const { url } = await startFixedTracker(t, (request, response) => {
    agent = request.headers['user-agent'];
    response.writeHead(404).end('nothing here');
  });
  const answer = await httpGet(url, options());
  assert.equal(answer.status, 404);
  assert.equal(answer.body.toString(), 'nothing here');
  assert.equal(agent, 'Seedbed/test');
});

test('keeps the bytes of an info-hash as they were escaped', async (t) => {
  let seen = '';
  const { url } = await startFixedTracker(t, (request, response) => {
    seen = request.url ?? '';
    response.end();
  });
  await httpGet(`${url}?info_hash=%00%ff%41%2f%2e%2e`, options());
  assert.equal(seen, '/announce?info_hash=%00%ff%41%2f%2e%2e');
});

test('follows a few redirects, to http and https alone', async (t) => {
  const target = await startFixedTracker(t, (_request, response) => response.end('there'));
  const once = await startFixedTracker(t, (_request, response) =>
    response.writeHead(302, { Location: target.url }).end(),
  );
  assert.equal((await httpGet(once.url, options())).body.toString(), 'there');
  const loop = await startFixedTracker(t, (_request, response) =>
    response.writeHead(301, { Location: '/announce' }).end(),
  );
  await assert.rejects(httpGet(loop.url, options()), { message: 'it redirects too often' });
  assert.equal(loop.announces.length, 3);
  const away = await startFixedTracker(t, (_request, response) =>
    response.writeHead(302, { Location: 'file:///etc/passwd' }).end(),
  );
  await assert.rejects(httpGet(away.url, options()), /no http or https URL/);
});

test('ends an answer that is too large', async (t) => {
  const { url } = await startFixedTracker(t, (_request, response) => response.end(Buffer.alloc(5000)));
  await assert.rejects(httpGet(url, options()), { message: 'its answer is larger than 1000 bytes' });
});

test('ends a wait that is too long', async (t) => {
  const url = await rawServer(t, 'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nd');
  await assert.rejects(httpGet(url, options({ timeoutMs: 50 })), {
    message: 'it did not answer within 0.05 seconds',
  });
});

test('gives up at once when it is told to', async (t) => {
  const url = await rawServer(t, '');
  const controller = new AbortController();
  const answer = httpGet(url, options({ signal: controller.signal }));
  controller.abort();
  await assert.rejects(answer, { name: 'AbortError' });
});

test('tells what is wrong without the address, which may carry a passkey', async (t) => {
  const refused = `http://127.0.0.1:${await freePort()}/announce?passkey=secret`;
  await assert.rejects(httpGet(refused, options()), { message: 'the connection was refused' });
  const garbage = await rawServer(t, 'not HTTP at all\r\n\r\n');
  await assert.rejects(
    httpGet(garbage, options()),
    (error) => error instanceof Error && !/secret|127/.test(error.message),
  );
});
