import { connect, type Socket } from 'node:net';
import { withDeadline } from './eventually.ts';
import { type CleanupOwner, cleanup } from './scope.ts';

/** The parts of a handshake that a fake peer may choose. */
export interface FakeHandshake {
  /** BEP 6; on by default. */
  readonly fast?: boolean;
  /** BEP 10; on by default. */
  readonly extended?: boolean;
  /** BEP 52; off by default. */
  readonly v2?: boolean;
  readonly peerId?: Uint8Array;
}

/** The 68 bytes of a handshake (BEP 3). */
export function handshakeBytes(
  infoHash: Uint8Array,
  {
    fast = true,
    extended = true,
    v2 = false,
    peerId = Buffer.from('-FK0001-aaaaaaaaaaaa'),
  }: FakeHandshake = {},
): Buffer {
  const reserved = Buffer.alloc(8);
  if (extended) reserved[5] = 0x10;
  if (fast) reserved[7] = 0x04;
  if (v2) reserved[7] = (reserved[7] ?? 0) | 0x10;
  return Buffer.concat([Buffer.from('\u0013BitTorrent protocol', 'latin1'), reserved, infoHash, peerId]);
}

/** One message: length, id, payload. */
export function messageBytes(id: number, payload: Uint8Array = Buffer.alloc(0)): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt32BE(1 + payload.length);
  head[4] = id;
  return Buffer.concat([head, payload]);
}

/** A message made of an id and 32-bit numbers. */
export function numbersBytes(id: number, ...numbers: readonly number[]): Buffer {
  const payload = Buffer.alloc(4 * numbers.length);
  for (const [at, number] of numbers.entries()) payload.writeUInt32BE(number >>> 0, 4 * at);
  return messageBytes(id, payload);
}

/** A peer that says what a test wants, byte by byte, and keeps what it hears. */
export class FakePeer {
  readonly socket: Socket;
  /** Resolves when the connection is gone. */
  readonly closed: Promise<void>;
  /** The handshake that came; empty before. */
  handshake: Buffer = Buffer.alloc(0);
  /** Messages from their ids on; keep-alives are empty. Those that `next` returned are gone. */
  readonly messages: Buffer[] = [];
  #parts: Buffer[] = [];
  #length = 0;
  #wake: () => void = () => {};
  #isClosed = false;

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.on('data', (bytes: Buffer) => this.#take(bytes));
    socket.on('error', () => {}); // a reset is one way of being closed
    this.closed = new Promise((resolve) =>
      socket.on('close', () => {
        this.#isClosed = true;
        this.#wake();
        resolve();
      }),
    );
  }

  /** Connects to a port on loopback; the connection ends with its owner. */
  static async connect(owner: CleanupOwner, port: number, host = '127.0.0.1'): Promise<FakePeer> {
    const socket = connect(port, host);
    socket.setNoDelay(true);
    const peer = new FakePeer(socket);
    cleanup(owner, () => {
      socket.destroy();
    });
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('error', reject);
    });
    return peer;
  }

  /** Connects, shakes hands and says that it is interested; resolves when it is unchoked. */
  static async download(
    owner: CleanupOwner,
    port: number,
    infoHash: Uint8Array,
    options: FakeHandshake = {},
  ): Promise<FakePeer> {
    const peer = await FakePeer.connect(owner, port);
    peer.send(handshakeBytes(infoHash, options), messageBytes(2));
    await peer.next(1);
    return peer;
  }

  send(...parts: readonly Uint8Array[]): void {
    this.socket.write(Buffer.concat(parts));
  }

  request(piece: number, begin: number, length: number): void {
    this.send(numbersBytes(6, piece, begin, length));
  }

  /** The next message with one of the ids; those before it stay. Throws when the connection ends first. */
  async next(...ids: readonly number[]): Promise<Buffer> {
    const find = (): Buffer | undefined => {
      const at = this.messages.findIndex(([id]) => id !== undefined && ids.includes(id));
      return at < 0 ? undefined : this.messages.splice(at, 1)[0];
    };
    return withDeadline(`message ${ids.join(' or ')}`, this.#until(find), 10_000);
  }

  /** Waits until there are so many messages with the id. */
  async count(id: number, count: number): Promise<void> {
    const find = (): true | undefined =>
      this.messages.filter(([first]) => first === id).length >= count ? true : undefined;
    await withDeadline(`${count} messages ${id}`, this.#until(find), 10_000);
  }

  /** Waits for the end of the connection. */
  async end(): Promise<void> {
    await withDeadline('the connection to end', this.closed, 10_000);
  }

  async #until<T>(find: () => T | undefined): Promise<T> {
    for (;;) {
      const found = find();
      if (found !== undefined) return found;
      if (this.#isClosed) throw new Error('the connection ended');
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  #take(bytes: Buffer): void {
    this.#parts.push(bytes);
    this.#length += bytes.length;
    if (this.#length < this.#wanted()) return;
    let rest = Buffer.concat(this.#parts);
    if (this.handshake.length === 0 && rest.length >= 68) {
      this.handshake = rest.subarray(0, 68);
      rest = rest.subarray(68);
    }
    while (this.handshake.length > 0 && rest.length >= 4 && rest.length >= 4 + rest.readUInt32BE(0)) {
      const end = 4 + rest.readUInt32BE(0);
      this.messages.push(rest.subarray(4, end));
      rest = rest.subarray(end);
    }
    this.#parts = [rest];
    this.#length = rest.length;
    this.#wake();
  }

  /** Bytes without which there is nothing to cut. */
  #wanted(): number {
    const [first] = this.#parts;
    if (this.handshake.length === 0) return 68;
    return first === undefined || first.length < 4 ? 4 : 4 + first.readUInt32BE(0);
  }
}
