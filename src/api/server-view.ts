/** The running server as the control API shows it: what the commands on the same machine have to know of it. */
export interface ServerView {
  readonly version: string;
  /** The tracker serves its users only. */
  readonly isPrivate: boolean;
  /** What is written into torrents. */
  readonly announceUrl: string;
  /** The same, and those of the other protocols at the same host. */
  readonly announceUrls: readonly string[];
  /** The process, on its machine. */
  readonly pid: number;
  /** Where the seed node takes connections. */
  readonly peerPort: number;
  /** Undefined: no tracker over UDP. */
  readonly udpPort: number | undefined;
  readonly isWebSocketOn: boolean;
  /** Connections of peers that the seed node takes. */
  readonly maxConnections: number;
  readonly trustedProxies: readonly string[];
  readonly publicAddresses: readonly string[];
}
