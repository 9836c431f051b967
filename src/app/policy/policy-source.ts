import type { PolicySource } from '../../api/metrics/sources.ts';
import { swarmTrafficOf } from '../../api/swarm-traffic.ts';
import type { SeedNode } from '../../seeder/seed-node.ts';
import type { FollowedSwarms } from '../../tracker/followed/followed-swarms.ts';
import type { UploadBudget } from './upload-budget.ts';

/** What metrics tell of the swarms that are seeded, and of the budget. */
export function policySource(parts: {
  readonly followed: FollowedSwarms;
  readonly seedNode: SeedNode;
  readonly budget: Pick<UploadBudget, 'view'> | undefined;
}): PolicySource {
  const { followed, seedNode, budget } = parts;
  return {
    downloadedBytes: () => followed.downloadedBytes,
    savedBytes: () => {
      let sum = 0;
      for (const torrent of seedNode.torrents())
        sum += swarmTrafficOf(torrent.infoHash, torrent, followed).savedBytes;
      return sum;
    },
    followedPeers: () => followed.peerCount,
    budget: () => budget?.view(),
  };
}
