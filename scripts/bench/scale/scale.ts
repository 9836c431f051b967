import type { Bench } from '../bench.ts';
import { idlePeers } from './idle-peers.ts';
import { manyTorrents } from './many-torrents.ts';

/** What very many peers and torrents cost, against libtorrent. */
export const scale: Bench = {
  name: 'scale',
  run: async (options) => [await idlePeers(options), await manyTorrents(options)],
};
