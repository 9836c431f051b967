import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { hasMoreValues } from '../../../src/api/body.ts';
import { startTestApp } from '../../support/app.ts';

/** Posts bytes as JSON, and resolves with the status and the message of the error. */
async function startApi(t: TestContext) {
  const { url, dataDir } = await startTestApp(t, { privateTracker: true, database: 'memory' });
  const token = (await readFile(join(dataDir, 'api-token'), 'utf8')).trim();
  return async (
    path: string,
    body: string | Uint8Array<ArrayBuffer>,
    headers: Record<string, string> = {},
  ) => {
    const response = await fetch(`${url}/api/v1${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...headers },
      body,
    });
    const { error } = (await response.json()) as { error?: { code: string; message: string } };
    return { status: response.status, message: error?.message ?? '' };
  };
}

/** How often values are counted: one, one more for each comma, and one for each list or object. */
function valuesOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  const inner = Object.values(value);
  return 1 + Math.max(0, inner.length - 1) + inner.reduce((sum: number, one) => sum + valuesOf(one), 0);
}

describe('the bodies of the control API', () => {
  it('are refused when they are packed: a few bytes would become many', async (t) => {
    const post = await startApi(t);
    const packed = new Uint8Array(gzipSync(JSON.stringify({ name: 'anna' })));
    const { status } = await post('/users', packed, { 'content-encoding': 'gzip' });
    assert.equal(status, 415);
    assert.equal((await post('/torrents', packed, { 'content-encoding': 'gzip' })).status, 415);
  });

  it('are refused beyond the bound of their route', async (t) => {
    const post = await startApi(t);
    const of = (megabytes: number): string => JSON.stringify({ name: 'x'.repeat(megabytes << 20) });
    assert.equal((await post('/users', of(1))).status, 413);
    assert.equal((await post('/access/allow', of(4))).status, 413);
    assert.equal((await post('/peers', of(4))).status, 413);
    assert.match((await post('/peers', of(2))).message, /"peers" must be a list/);
    assert.match((await post('/torrents', of(5))).message, /"torrent" must be/);
  });

  it('may be large for a torrent, but not have many values, however they are written', async (t) => {
    const post = await startApi(t);
    for (const hostile of [
      '['.repeat(2_000_000),
      `[${'[],'.repeat(600_000)}[]]`,
      `{"a":"\\"","b":[${'0,'.repeat(2_000)}0]}`,
    ])
      assert.match((await post('/torrents', hostile)).message, /more than 1000 values/);
    const charset = { 'content-type': 'application/json; charset=utf-16' };
    assert.match((await post('/torrents', '{}', charset)).message, /UTF-8/);
    const resume = JSON.stringify({ files: Array.from({ length: 5_000 }, (_, i) => [i, `"${i}\\`]) });
    assert.match(
      (await post('/torrents', JSON.stringify({ torrent: 'aGVsbG8=', resume }))).message,
      /metainfo/,
    );
  });

  it('have a name that is refused by its length before it is read', async (t) => {
    const post = await startApi(t);
    const { status, message } = await post('/users', JSON.stringify({ name: '🌱'.repeat(200_000) }));
    assert.equal(status, 400);
    assert.match(message, /1 to 64/);
    assert.equal((await post('/users', JSON.stringify({ name: '🌱'.repeat(64) }))).status, 201);
  });

  it('have their values counted as they are, whatever stands in texts', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const json = Buffer.from(JSON.stringify(value));
        const count = 1 + valuesOf(value);
        assert.equal(hasMoreValues(json, count), false);
        assert.equal(hasMoreValues(json, count - 1), true);
      }),
    );
    assert.equal(hasMoreValues(Buffer.from('"[[[['), 1), false);
  });
});
