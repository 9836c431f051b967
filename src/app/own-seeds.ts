import { randomBytes } from 'node:crypto';
import { parseAddress } from '../bittorrent/endpoint.ts';
import { makePeerId, type PeerId } from '../bittorrent/peer-id.ts';
import type { Config } from '../config/settings.ts';
import { OwnSeeds, RENEWAL_INTERVAL_MS } from '../persistence/nodes/own-seeds.ts';
import type { PeerJournal } from '../persistence/peer-journal.ts';
import type { Persistence } from '../persistence/persistence.ts';
import type { JoinedNodes } from './join-nodes.ts';
import { reachableAddress } from './reachable-address.ts';
import type { StartedParts } from './started-parts.ts';

/** Random bytes of a peer id. */
const RANDOM_BYTES = 12;

/** The peer id of the own seed node: where nodes share a database the same after each restart, so that a node knows its own rows. */
export async function seedPeerId(persistence: Persistence): Promise<PeerId> {
  const random = randomBytes(RANDOM_BYTES);
  if (!persistence.isShared) return makePeerId(random);
  return makePeerId(await persistence.ensureSetting(`seed-peer-id-${persistence.nodeId}`, random));
}

/** What lists the own seed node for other nodes. */
export interface OwnSeedsParts {
  readonly persistence: Persistence;
  readonly journal: PeerJournal;
  readonly nodes: JoinedNodes;
  readonly peerId: PeerId;
  /** Where the seed node takes connections; 0 before it does. */
  readonly port: () => number;
}

/** Lists the own seed node for other nodes; undefined where there are none. */
export function listOwnSeeds(
  config: Config,
  { persistence, journal, nodes, peerId, port }: OwnSeedsParts,
  started: StartedParts,
): OwnSeeds | undefined {
  if (!persistence.isShared) return undefined;
  const addresses = config.publicAddress.length > 0 ? config.publicAddress : undefined;
  const seeds = new OwnSeeds({
    journal,
    nowSeconds: () => Math.floor(nodes.clock.now() / 1_000),
    peerId,
    port,
    addresses: () => (addresses ?? [reachableAddress(config)]).flatMap((text) => parseAddress(text) ?? []),
  });
  const renewal = setInterval(() => seeds.renew(), RENEWAL_INTERVAL_MS);
  started.onStop(() => {
    clearInterval(renewal);
    seeds.clear();
  });
  return seeds;
}
