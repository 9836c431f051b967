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
    /** Milliseconds in which a query is to be answered. */
    readonly timeout?: number;
    /** Has what the package uses of `dgram.Socket`. */
    readonly socket?: EventEmitter;
  }

  /** Looks at an answer; false: no more nodes are asked. */
  export type KrpcVisit = (message: unknown, node: unknown) => boolean | undefined;

  /** What the package sends its queries by. */
  export interface Krpc {
    readonly socket: {
      /** A query was not answered, or the node ends. */
      _cancel(index: number, error?: Error): void;
    };
    query(node: DhtEndpoint, message: { readonly q: string }, callback: (error: Error | null) => void): void;
    /** Asks nodes that are closer and closer to a target. */
    _closest(
      target: Buffer,
      message: unknown,
      isBackground: boolean,
      visit: KrpcVisit | null | undefined,
      done: ((error: Error | null, count: number) => void) | undefined,
    ): void;
  }

  export default class Dht extends EventEmitter {
    readonly _rpc: Krpc;
    /** Peers that others have announced, by info-hash in hexadecimal. */
    readonly _peers: { get(infoHash: string, max?: number): Buffer[] };
    _bootstrap(populates: boolean): void;
    _addPeer(peer: DhtEndpoint, infoHash: Buffer, from: DhtEndpoint): void;
    _pingAll(callback: () => void): void;
    _rotateSecrets(): void;
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
