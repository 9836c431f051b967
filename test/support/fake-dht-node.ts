import { createSocket, type RemoteInfo } from 'node:dgram';
import { decodeBencode, encodeBencode, isDictionary } from '../../src/bittorrent/bencode.ts';
import { eventually } from './eventually.ts';
import { type CleanupOwner, cleanup } from './scope.ts';

/** A query that came, with what tests look at. */
export interface DhtQuery {
  readonly method: string;
  /** In hexadecimal. */
  readonly infoHash: string | undefined;
  readonly port: unknown;
  /** The UDP port of whoever asked. */
  readonly from: number;
}

/** A node of a DHT on loopback that answers every query with what a test wants, and keeps what it was asked. */
export class FakeDhtNode {
  readonly queries: DhtQuery[] = [];
  readonly answers: Record<string, unknown>[] = [];
  readonly #socket = createSocket('udp4');
  readonly #id: Buffer;
  /** Members of its answers beside id and token. */
  answer: Readonly<Record<string, Uint8Array | readonly Uint8Array[]>> = {};

  private constructor(idByte: number) {
    this.#id = Buffer.alloc(20, idByte);
    this.#socket.on('message', (bytes, from) => this.#received(bytes, from));
  }

  static async start(owner: CleanupOwner, idByte = 0x31, port = 0): Promise<FakeDhtNode> {
    const node = new FakeDhtNode(idByte);
    await new Promise<void>((resolve) => node.#socket.bind(port, '127.0.0.1', resolve));
    cleanup(owner, () => void node.#socket.close());
    return node;
  }

  get port(): number {
    return this.#socket.address().port;
  }

  /** Waits for a query. */
  asked(what: string, is: (query: DhtQuery) => boolean): Promise<DhtQuery> {
    return eventually(what, () => this.queries.find(is));
  }

  /** Sends any bytes to a node on loopback. */
  send(bytes: Uint8Array, port: number): void {
    this.#socket.send(bytes, port, '127.0.0.1');
  }

  /** Asks a node on loopback. */
  ask(port: number, method: string, a: Readonly<Record<string, Uint8Array | number>> = {}): void {
    this.send(encodeBencode({ t: 'qq', y: 'q', q: method, a: { id: this.#id, ...a } }), port);
  }

  #received(bytes: Buffer, from: RemoteInfo): void {
    const message = decodeBencode(bytes);
    if (!isDictionary(message)) return;
    const { t, q, a } = message;
    if (q === undefined || !isDictionary(a)) {
      this.answers.push(message);
      return;
    }
    const infoHash = a['info_hash'];
    this.queries.push({
      method: Buffer.from(q as Uint8Array).toString(),
      infoHash: infoHash instanceof Uint8Array ? Buffer.from(infoHash).toString('hex') : undefined,
      port: a['port'],
      from: from.port,
    });
    const r = { id: this.#id, token: 'token', ...this.answer };
    this.#socket.send(encodeBencode({ t: t as Uint8Array, y: 'r', r }), from.port, from.address);
  }
}
