import { readFile } from 'node:fs/promises';
import { setImmediate as turn } from 'node:timers/promises';
import { parseMetainfo } from '../../src/bittorrent/metainfo/parse.ts';
import { SeedNode } from '../../src/seeder/seed-node.ts';
import type { NodeMemory, NodeNumbers, NodeQuestion, SeedNodeProcessOptions } from './seed-node-process.ts';

/** The process of a `SeedNodeProcess`: one seed node with one torrent, which answers what it is asked. Needs `--expose-gc`. */
const { torrentPath, dataPath, isMirrored, limits } = JSON.parse(
  process.argv[2] ?? '',
) as SeedNodeProcessOptions;
const node = new SeedNode({ host: '127.0.0.1', hashThreads: 1, limits });
const { port } = await node.start();
const torrent = node.add({ metainfo: parseMetainfo(await readFile(torrentPath)), dataPath, isMirrored });

/** What is used when nothing more can be collected. */
async function memory(): Promise<NodeMemory> {
  for (let round = 0; round < 5; round++) {
    await turn(); // what ended may be let go in a later turn
    globalThis.gc?.();
  }
  const { rss, heapUsed, external } = process.memoryUsage();
  return { residentBytes: rss, usedBytes: heapUsed + external };
}

function numbers(): NodeNumbers {
  const { counters, connectionCount } = node;
  return { port, state: torrent.state, connectionCount, counters };
}

process.on('message', async (question: NodeQuestion) => {
  if (question.ask === 'connect') node.addPeers(torrent.infoHash, question.peers);
  process.send?.(question.ask === 'memory' ? await memory() : numbers());
});
process.send?.(numbers());
