import assert from 'node:assert/strict';
import { it, type TestContext } from 'node:test';
import type { App } from '../../../src/app.ts';
import type { Config } from '../../../src/config/settings.ts';
import { makeFileTorrent, startTestApp } from '../../support/app.ts';
import { eventually } from '../../support/eventually.ts';
import { FakeDhtNode } from '../../support/fake-dht-node.ts';
import { makeTempFolder } from '../../support/temp-folder.ts';

async function metric(url: string, name: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  return Number(new RegExp(`^${name.replace(/[{}]/g, '\\$&')} (\\S+)$`, 'm').exec(text)?.[1]);
}

async function publishing(t: TestContext, flags: Partial<Config>): Promise<App & { readonly url: string }> {
  const app = await startTestApp(t, flags);
  const { torrent, path, resume } = await makeFileTorrent(t);
  await app.catalogue.add({ torrent, dataPath: path, resume });
  return app;
}

it('a server that publishes joins the DHT, and says so in its metrics', async (t) => {
  const other = await FakeDhtNode.start(t);
  const { url } = await publishing(t, { dht: true, dhtBootstrap: [`127.0.0.1:${other.port}`] });
  await other.asked('the announce', ({ method }) => method === 'announce_peer');
  await eventually('the node', async () => (await metric(url, 'seedbed_seed_dht_nodes')) === 1);
  assert.ok((await metric(url, 'seedbed_seed_dht_messages_total')) > 0);
  assert.equal(await metric(url, 'seedbed_seed_peers_found_total{origin="dht"}'), 0);
});

it('the nodes of the DHT are known again after a restart', async (t) => {
  const other = await FakeDhtNode.start(t);
  const dataDir = await makeTempFolder(t);
  const first = await publishing(t, { dataDir, dht: true, dhtBootstrap: [`127.0.0.1:${other.port}`] });
  await eventually('the node', async () => (await metric(first.url, 'seedbed_seed_dht_nodes')) === 1);
  await first.stop();
  other.queries.length = 0;
  await startTestApp(t, { dataDir, dht: true, dhtBootstrap: ['none'] });
  await other.asked('a ping', ({ method }) => method === 'ping');
});

it('a server that only tracks does not join, nor a private tracker, nor one that is told not to', async (t) => {
  const other = await FakeDhtNode.start(t);
  const dhtBootstrap = [`127.0.0.1:${other.port}`];
  await startTestApp(t, { dht: true, dhtBootstrap, access: 'open' });
  await publishing(t, { dht: true, dhtBootstrap, privateTracker: true });
  await publishing(t, { dht: false, dhtBootstrap });
  const joined = await publishing(t, { dht: true, dhtBootstrap });
  await eventually(
    'the last to join',
    async () => (await metric(joined.url, 'seedbed_seed_dht_nodes')) === 1,
  );
  assert.equal(new Set(other.queries.map(({ from }) => from)).size, 1);
});
