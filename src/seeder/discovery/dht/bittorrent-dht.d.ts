/** The part of the untyped package that the DHT node uses. */
declare module 'bittorrent-dht' {
  import type { EventEmitter } from 'node:events';

  /** An IPv4 address and a UDP or TCP port. */
  export interface DhtEndpoint {
    readonly host: string;
    readonly port: number;
  }

  /** How a node is made. */
  export interface DhtOptions {
    /** Nodes that are asked while there are too few others; false: none. */
    readonly bootstrap?: readonly DhtEndpoint[] | false;
    /** Queries under way. */
    readonly concurrency?: number;
    /** Peers that are kept for others, all info-hashes together. */
    readonly maxPeers?: number;
    /** Milliseconds after which such a peer is forgotten, about. */
    readonly maxAge?: number;
    /** Tokens of announces: info-hashes that are remembered. */
    readonly maxTables?: number;
    readonly maxValues?: number;
    /** Has what the package uses of `dgram.Socket`. */
    readonly socket?: EventEmitter;
  }

  export default class Dht extends EventEmitter {
    constructor(options?: DhtOptions);
    readonly nodes: { count(): number };
    listen(): void;
    addNode(node: DhtEndpoint): void;
    announce(infoHash: Buffer, port: number, callback: (error: Error | null) => void): void;
    lookup(infoHash: Buffer, callback: (error: Error | null) => void): () => void;
    toJSON(): { readonly nodes: readonly DhtEndpoint[] };
    destroy(callback: () => void): void;
  }
}
