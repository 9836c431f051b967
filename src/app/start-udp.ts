import { randomBytes } from 'node:crypto';
import type { Logger } from 'pino';
import { portError } from '../api/port-error.ts';
import { type Address, parseAddress } from '../bittorrent/endpoint.ts';
import type { Config } from '../config/settings.ts';
import type { Persistence } from '../persistence/persistence.ts';
import type { TrackerCore } from '../tracker/core.ts';
import type { CommitGate } from '../tracker/front-end/commit-gate.ts';
import type { FloodGate } from '../tracker/front-end/flood-gate.ts';
import { CONNECTION_KEY_BYTES } from '../tracker/udp/connection-id.ts';
import { localAddresses } from '../tracker/udp/local-address.ts';
import { TrackerUdpServer } from '../tracker/udp/server.ts';

/** What the UDP front end is wired to. */
export interface UdpParts {
  readonly tracker: TrackerCore;
  readonly gate: FloodGate | undefined;
  readonly commits: CommitGate | undefined;
  readonly persistence: Persistence;
  /** The port that HTTP took: UDP takes the same number unless it is told otherwise. */
  readonly httpPort: number;
  /** The one address that we listen on; undefined when it is all of them. */
  readonly bound: Address | undefined;
  /** Where strangers reach us. */
  readonly defaultAddress: () => string;
  /** Unix seconds, by the clock that the nodes of a database share: they share the key of the connection ids too. */
  readonly clock: () => number;
  readonly logger: Logger;
}

/** A UDP front end that listens. */
export interface StartedUdp {
  readonly server: TrackerUdpServer;
  readonly port: number;
}

/** The name under which the database keeps the key of the connection ids, so that they outlive a restart. */
const KEY_NAME = 'udp-key';

/**
 * Starts the tracker's UDP port; undefined when the settings want none.
 * @throws {PortError} when the port is taken or not ours to take.
 */
export async function startUdp(config: Config, parts: UdpParts): Promise<StartedUdp | undefined> {
  if (!config.udp) return undefined;
  const { tracker, gate, commits, persistence, httpPort, bound, defaultAddress, clock, logger } = parts;
  const key = await persistence.ensureSetting(KEY_NAME, randomBytes(CONNECTION_KEY_BYTES));
  const localAddressFor = localAddresses({ bound, defaultAddress: () => parseAddress(defaultAddress()) });
  const listen = async (port: number): Promise<StartedUdp> => {
    const server = new TrackerUdpServer({
      core: tracker,
      host: config.host,
      port,
      key,
      localAddressFor,
      clock,
      gate,
      commits,
      logger,
      limits: { connectionGraceSeconds: config.udpGrace },
    });
    return { server, ...(await server.start()) };
  };
  const wanted = config.udpPort ?? httpPort;
  try {
    return await listen(wanted).catch((error: unknown) => {
      // Any port was fine for HTTP, so any other is for UDP when that number is taken.
      if (config.udpPort === undefined && config.httpPort === 0) return listen(0);
      throw error;
    });
  } catch (error) {
    throw portError(error, {
      host: config.host,
      port: wanted,
      purpose: 'for the tracker over UDP',
      flag: '--udp-port (or --no-udp)',
    });
  }
}
