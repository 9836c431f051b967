import { decodeCompactPeers, encodeCompactPeers } from '../bittorrent/compact-peers.ts';
import type { Config } from '../config/settings.ts';
import type { Persistence } from '../persistence/persistence.ts';
import type { BootstrapNode } from '../seeder/discovery/dht/bootstrap.ts';
import type { DiscoverySettings } from '../seeder/discovery/discovery.ts';

/** What discovery needs of the database. */
export type DiscoveryStore = Pick<Persistence, 'nodeId' | 'getSetting' | 'setSetting'>;

/** How peers are found, by the settings; the nodes of the DHT are kept in the database. */
export function discoverySettings(
  { dht, dhtBootstrap, localDiscovery, privateTracker }: Config,
  store: DiscoveryStore,
): DiscoverySettings {
  if (privateTracker) return {}; // what its users share is named to nobody else
  const name = `dht-nodes-${store.nodeId}`; // nodes of one database are at different places
  return {
    ...(dht && {
      dht: {
        bootstrap: dhtBootstrap.flatMap((text) => bootstrapNode(text) ?? []),
        loadNodes: async () => decodeCompactPeers((await store.getSetting(name)) ?? new Uint8Array(0), 4),
        saveNodes: (nodes) => store.setSetting(name, encodeCompactPeers(nodes, 4)),
      },
    }),
    ...(localDiscovery && { local: {} }),
  };
}

/** `none` is no node. */
function bootstrapNode(text: string): BootstrapNode | undefined {
  const [, host, port] = /^(.+):(\d+)$/.exec(text) ?? [];
  return host === undefined ? undefined : { host, port: Number(port) };
}
