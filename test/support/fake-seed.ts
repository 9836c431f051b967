import { createServer, type Socket } from 'node:net';
import { handshakeBytes, messageBytes, numbersBytes } from './fake-peer.ts';
import { listenOn } from './listen-on.ts';
import { type CleanupOwner, cleanup } from './scope.ts';
import type { TorrentFixture } from './seeded-torrent.ts';

/** How a fake seed behaves. */
export interface FakeSeedOptions {
  /** What it sends for a request; undefined: nothing. */
  readonly answer: (data: Buffer, begin: number, piece: number) => Buffer | undefined;
  /** It closes the connection after so many requests. */
  readonly requestsUntilGone?: number;
  readonly host?: string;
}

/** A fake seed that listens. */
export interface FakeSeed {
  readonly port: number;
  /** 20 bytes. */
  readonly peerId: Uint8Array;
  /** Blocks that it was asked for. */
  readonly requests: () => number;
  /** Connections that came to it, also those that are over. */
  readonly connections: () => number;
}

/** A seed that says that it has everything, and then does what a test wants. Counts what it was asked for. */
export async function startFakeSeed(
  owner: CleanupOwner,
  { metainfo, data }: TorrentFixture,
  { answer, requestsUntilGone = Number.POSITIVE_INFINITY, host = '127.0.0.1' }: FakeSeedOptions,
): Promise<FakeSeed> {
  let requests = 0;
  let connections = 0;
  const onRequest = (socket: Socket, piece: number, begin: number, length: number): void => {
    if (++requests > requestsUntilGone) return void socket.destroy();
    const start = piece * metainfo.info.pieceLength + begin;
    const block = answer(data.subarray(start, start + length), begin, piece);
    if (block === undefined) return;
    const head = Buffer.alloc(8);
    head.writeUInt32BE(piece);
    head.writeUInt32BE(begin, 4);
    socket.write(messageBytes(7, Buffer.concat([head, block])));
  };
  const server = createServer((socket) => {
    connections++;
    cleanup(owner, () => void socket.destroy());
    let rest = Buffer.alloc(0);
    let isGreeted = false;
    socket.on('error', () => {}); // a reset is one way of being closed
    socket.on('data', (bytes: Buffer) => {
      rest = Buffer.concat([rest, bytes]);
      if (!isGreeted && rest.length >= 68) {
        isGreeted = true;
        rest = rest.subarray(68);
        const shake = handshakeBytes(metainfo.infoHash, {
          extended: false,
          peerId: peerIdAt(socket.localPort),
        });
        socket.write(Buffer.concat([shake, messageBytes(14)]));
        socket.write(messageBytes(1));
      }
      while (isGreeted && rest.length >= 4 && rest.length >= 4 + rest.readUInt32BE(0)) {
        const end = 4 + rest.readUInt32BE(0);
        const message = rest.subarray(4, end);
        if (message[0] === 6)
          onRequest(socket, message.readUInt32BE(1), message.readUInt32BE(5), message.readUInt32BE(9));
        if (message[0] === 8)
          socket.write(numbersBytes(16, ...[1, 5, 9].map((at) => message.readUInt32BE(at))));
        rest = rest.subarray(end);
      }
    });
  });
  const port = await listenOn(server, host);
  cleanup(owner, () => void server.close());
  return { port, peerId: peerIdAt(port), requests: () => requests, connections: () => connections };
}

function peerIdAt(port: number | undefined): Buffer {
  return Buffer.from(`-FS0001-${String(port).padStart(12, '0')}`);
}
