import { listSetting, type Setting, switchSetting } from '../setting.ts';
import { checkBootstrapNode } from './checks.ts';

/** How peers are found beside trackers. */
export const DISCOVERY_SETTINGS = {
  dht: switchSetting({
    flag: 'dht',
    help: 'do not join the DHT: torrents are not announced there, and peers not looked for',
    defaultValue: true,
  }),
  dhtBootstrap: {
    ...listSetting({
      flag: 'dht-bootstrap',
      argument: 'HOST:PORT,...',
      help: 'nodes by which the DHT is joined, by name or IPv4 address; none for a DHT of your own that peers name',
      check: checkBootstrapNode,
    }),
    defaultValue: ['router.bittorrent.com:6881', 'router.utorrent.com:6881', 'dht.transmissionbt.com:6881'],
    defaultText: 'the well-known routers of BitTorrent, uTorrent and Transmission',
  },
  localDiscovery: switchSetting({
    flag: 'local-discovery',
    help: 'name torrents to the local network by multicast, and find peers there; not for servers in data centres',
  }),
} satisfies Record<string, Setting<unknown>>;
