import assert from 'node:assert/strict';
import { test } from 'node:test';
import { widenThreadPool } from '../../../src/cli/thread-pool.ts';

test('the program has sixteen threads for files, or as many as the environment says', (t) => {
  const before = process.env['UV_THREADPOOL_SIZE'];
  t.after(() => {
    if (before === undefined) delete process.env['UV_THREADPOOL_SIZE'];
    else process.env['UV_THREADPOOL_SIZE'] = before;
  });
  delete process.env['UV_THREADPOOL_SIZE'];
  widenThreadPool();
  assert.equal(process.env['UV_THREADPOOL_SIZE'], '16');
  process.env['UV_THREADPOOL_SIZE'] = '5';
  widenThreadPool();
  assert.equal(process.env['UV_THREADPOOL_SIZE'], '5');
});
