import assert from 'node:assert/strict';
import { it } from 'node:test';
import { loadConfig } from '../../../src/config/load.ts';

function nodesOf(text: string | undefined): readonly string[] {
  const environment = text === undefined ? {} : { SEEDBED_DHT_BOOTSTRAP: text };
  return loadConfig({ environment, flags: {} }).config.dhtBootstrap;
}

it('the DHT is joined by well-known routers unless other nodes are named', () => {
  assert.equal(nodesOf(undefined).length, 3);
  assert.deepEqual(nodesOf('dht.example.org:6881, 192.0.2.7:1'), ['dht.example.org:6881', '192.0.2.7:1']);
  assert.deepEqual(nodesOf('none'), ['none']);
});

for (const text of [
  'example.org',
  'example.org:0',
  'example.org:65536',
  '[::1]:6881',
  '1.2.3:80',
  'a b:80',
  '-a:80',
])
  it(`${JSON.stringify(text)} is no node by which the DHT can be joined`, () => {
    assert.throws(() => nodesOf(text), { code: 'ERR_CONFIG', message: /SEEDBED_DHT_BOOTSTRAP.*HOST:PORT/ });
  });
