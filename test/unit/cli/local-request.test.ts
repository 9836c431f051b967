import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, it, type TestContext } from 'node:test';
import { localRequest } from '../../../src/cli/local-request.ts';

async function serve(t: TestContext, listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

describe('a request to the server of this machine', () => {
  it('sends method, headers and body, and brings status and body', async (t) => {
    const url = await serve(t, async (request, response) => {
      const chunks = await request.toArray();
      response.writeHead(201).end(`${request.method} ${request.headers['x-a']} ${Buffer.concat(chunks)}`);
    });
    const signal = AbortSignal.timeout(20_000);
    const answer = await localRequest(url, { method: 'POST', headers: { 'x-a': 'b' }, body: 'é', signal });
    assert.deepEqual(answer, { status: 201, body: 'POST b é' });
  });

  it('does without fetch, which gives up after five minutes', async (t) => {
    const fetched = t.mock.method(globalThis, 'fetch');
    const url = await serve(t, (_request, response) => response.end());
    await localRequest(url, { method: 'GET', headers: {}, signal: AbortSignal.timeout(20_000) });
    assert.equal(fetched.mock.callCount(), 0);
  });

  it('ends when the signal says so, with its reason, also in the middle of the answer', async (t) => {
    const abort = new AbortController();
    const url = await serve(t, (_request, response) => {
      response.write('{', () => abort.abort(new Error('enough')));
    });
    const asked = localRequest(url, { method: 'GET', headers: {}, signal: abort.signal });
    await assert.rejects(asked, /enough/);
  });
});
