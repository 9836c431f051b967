import { connect, type Socket } from 'node:net';
import { withDeadline } from './eventually.ts';
import { type CleanupOwner, cleanup } from './scope.ts';

/** Whom idle peers connect to, on loopback. */
export interface IdleTarget {
  readonly port: number;
  /** 40 hexadecimal digits. */
  readonly infoHash: string;
}

const HANDSHAKE_BYTES = 68;
/** Connections that are opened at the same time. */
const TOGETHER = 50;

/**
 * Peers that shake hands, say that they have nothing (BEP 6), and no more. Resolves when the seeder has answered them all; they
 * are gone when the owner ends. Each has an address of its own, since some seeders admit one connection an address.
 */
export async function connectIdlePeers(
  owner: CleanupOwner,
  target: IdleTarget,
  { count, from = 0, deadlineMs = 60_000 }: { count: number; from?: number; deadlineMs?: number },
): Promise<Socket[]> {
  const sockets: Socket[] = [];
  for (let index = from; index < from + count; index += TOGETHER) {
    const numbers = Array.from({ length: Math.min(TOGETHER, from + count - index) }, (_, at) => index + at);
    const some = numbers.map((number) => connectIdlePeer(owner, target, number));
    sockets.push(...(await withDeadline('the seeder to shake hands', Promise.all(some), deadlineMs)));
  }
  return sockets;
}

function connectIdlePeer(
  owner: CleanupOwner,
  { port, infoHash }: IdleTarget,
  number: number,
): Promise<Socket> {
  const socket = connect({ host: '127.0.0.1', port, localAddress: addressOf(number) });
  cleanup(owner, () => void socket.destroy());
  const hello = Buffer.alloc(HANDSHAKE_BYTES);
  hello.write('\x13BitTorrent protocol', 'latin1');
  hello[27] = 0x04; // BEP 6
  hello.write(infoHash, 28, 'hex');
  hello.write(`-ID0001-${String(number).padStart(12, '0')}`, 48, 'latin1');
  socket.write(Buffer.concat([hello, Buffer.from('000000010f', 'hex')]));
  return new Promise((resolve, reject) => {
    let received = 0;
    socket.on('error', reject);
    socket.on('close', () => reject(new Error('the seeder closed a connection')));
    socket.on('data', (bytes) => {
      received += bytes.length;
      if (received >= HANDSHAKE_BYTES) resolve(socket);
    });
  });
}

function addressOf(number: number): string {
  return `127.0.${1 + (number >> 8)}.${number & 0xff}`;
}
