import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import request from 'supertest';
import { startTestApp } from '../../support/app.ts';

describe('GET /nodes', () => {
  it('shows a node that shares no database as the only one', async (t) => {
    const { url, dataDir } = await startTestApp(t, { nodeName: 'harbour' });
    const token = (await readFile(join(dataDir, 'api-token'), 'utf8')).trim();
    const { body } = await request(url)
      .get('/api/v1/nodes')
      .set('authorization', `Bearer ${token}`)
      .expect(200);
    assert.equal(body.nodes.length, 1);
    const { name, state, isThis, heartbeatAt } = body.nodes[0];
    assert.deepEqual([name, state, isThis, typeof heartbeatAt], ['harbour', 'alive', true, 'number']);
    assert.equal(body.database.isReachable, true);
    assert.equal(body.database.unreachableSince, null);
    assert.equal(body.database.feedLagSeconds, null);
    assert.equal(typeof body.database.backlog, 'number');
  });

  it('tells nothing without the token', async (t) => {
    const { url } = await startTestApp(t);
    await request(url).get('/api/v1/nodes').expect(401);
  });
});
