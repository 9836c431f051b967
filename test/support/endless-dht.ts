import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { decodeBencode, encodeBencode, isDictionary } from '../../src/bittorrent/bencode.ts';
import { type CleanupOwner, cleanup } from './scope.ts';

/** How nodes lie. */
export interface EndlessDhtOptions {
  /** What they seem ever closer to, 20 bytes. */
  readonly target: Uint8Array;
  /** How many there are. */
  readonly count: number;
  /** One was asked for peers; how many have been in all. */
  readonly onAsked?: (count: number) => void;
}

/** Nodes of which each names two more, both closer to a target than itself, so that whoever looks for it is never done. */
export class EndlessDht {
  /** Nodes that were asked for peers. */
  asked = 0;
  readonly #options: EndlessDhtOptions;
  readonly #sockets: Socket[] = [];
  #next = 1;

  private constructor(options: EndlessDhtOptions) {
    this.#options = options;
  }

  static async start(owner: CleanupOwner, options: EndlessDhtOptions): Promise<EndlessDht> {
    const dht = new EndlessDht(options);
    for (let index = 0; index < options.count; index++) {
      const socket = createSocket('udp4');
      dht.#sockets.push(socket);
      socket.on('message', (bytes, from) => dht.#received(index, bytes, from));
    }
    await Promise.all(
      dht.#sockets.map((socket) => new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve))),
    );
    cleanup(owner, () => {
      for (const socket of dht.#sockets) socket.close();
    });
    return dht;
  }

  /** Of the first. */
  get port(): number {
    return this.#sockets[0]?.address().port ?? 0;
  }

  #received(index: number, bytes: Buffer, from: RemoteInfo): void {
    const message = decodeBencode(bytes);
    if (!isDictionary(message) || message['q'] === undefined) return;
    if (Buffer.from(message['q'] as Uint8Array).toString() === 'get_peers') {
      this.asked++;
      this.#options.onAsked?.(this.asked);
    }
    const nodes = Buffer.concat([this.#node(this.#next), this.#node(this.#next + 1)]);
    this.#next = Math.min(this.#next + 2, this.#sockets.length - 2);
    const r = { id: this.#idOf(index), token: 'token', nodes };
    const answer = encodeBencode({ t: message['t'] as Uint8Array, y: 'r', r });
    this.#sockets[index]?.send(answer, from.port, from.address);
  }

  /** An id, an address and a port (BEP 5). */
  #node(index: number): Buffer {
    const endpoint = Buffer.from([127, 0, 0, 1, 0, 0]);
    endpoint.writeUInt16BE(this.#sockets[index]?.address().port ?? 0, 4);
    return Buffer.concat([this.#idOf(index), endpoint]);
  }

  /** The later, the closer: ten of them share so many bits with the target, the next ten one more. A table of the DHT holds them all. */
  #idOf(index: number): Buffer {
    const id = Buffer.from(this.#options.target);
    const depth = Math.floor(index / 10);
    const at = depth >> 3;
    id[at] = (id[at] ?? 0) ^ (0x80 >> (depth & 7));
    id.writeUInt16BE(index, 18);
    return id;
  }
}
