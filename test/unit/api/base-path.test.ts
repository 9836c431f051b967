import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, it, type TestContext } from 'node:test';
import { basePathOf, servedBelow } from '../../../src/api/base-path.ts';

describe('the path of the public URL', () => {
  it('is what stands behind the host, without a slash at its end', () => {
    assert.equal(basePathOf('https://example.org/tracker/'), '/tracker');
    assert.equal(basePathOf('https://example.org/a/b'), '/a/b');
    for (const url of ['https://example.org', 'https://example.org/', undefined])
      assert.equal(basePathOf(url), '');
  });
});

describe('what is served below a path', () => {
  async function start(t: TestContext, basePath: string) {
    const server = createServer(servedBelow(basePath, (request, response) => void response.end(request.url)));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    t.after(() => {
      server.closeAllConnections();
      server.close();
    });
    const { port } = server.address() as AddressInfo;
    return async (path: string) => {
      const answer = await fetch(`http://127.0.0.1:${port}${path}`, { redirect: 'manual' });
      return answer.status === 200 ? answer.text() : `${answer.status} ${answer.headers.get('location')}`;
    };
  }

  it('is found with the path and without it', async (t) => {
    const get = await start(t, '/tracker');
    for (const [asked, answered] of [
      ['/tracker/', '/'],
      ['/tracker/announce?a=/tracker/', '/announce?a=/tracker/'],
      ['/announce', '/announce'],
      ['/', '/'],
      ['/tracker2', '/tracker2'],
      ['/tracker/tracker/x', '/tracker/x'],
    ] as const)
      assert.equal(await get(asked), answered);
  });

  it('leads from the path itself to the page', async (t) => {
    const get = await start(t, '/tracker');
    assert.equal(await get('/tracker'), '308 /tracker/');
    assert.equal(await get('/tracker?page=2'), '308 /tracker/?page=2');
  });

  it('is as it was when there is no path', async (t) => {
    const get = await start(t, '');
    assert.equal(await get('/tracker/x'), '/tracker/x');
    assert.equal(await get('/'), '/');
  });
});
