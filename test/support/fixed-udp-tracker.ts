import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { type CleanupOwner, cleanup } from './scope.ts';

/** A UDP tracker that does what a test tells it. */
export interface FixedUdpTracker {
  readonly port: number;
  readonly url: string;
  /** Every packet that came. */
  readonly packets: readonly Buffer[];
  /** The actions of {@link packets}: 0 connect, 1 announce, 2 scrape (BEP 15). */
  actions(): number[];
}

/** Answers a packet; `number` counts from 0. */
export type FixedUdpAnswer = (packet: Buffer, send: (reply: Buffer) => void, number: number) => void;

/** Starts a UDP tracker on loopback; it ends with its owner. */
export async function startFixedUdpTracker(
  owner: CleanupOwner,
  answer: FixedUdpAnswer,
  host: '127.0.0.1' | '::1' = '127.0.0.1',
  port = 0,
): Promise<FixedUdpTracker> {
  const socket = createSocket(host === '::1' ? 'udp6' : 'udp4');
  const packets: Buffer[] = [];
  socket.on('message', (packet, remote) => {
    const number = packets.push(packet) - 1;
    answer(packet, (reply) => socket.send(reply, remote.port, remote.address), number);
  });
  socket.bind(port, host);
  await once(socket, 'listening');
  cleanup(owner, () => {
    socket.close();
  });
  const taken = socket.address().port;
  return {
    port: taken,
    url: `udp://${host === '::1' ? '[::1]' : host}:${taken}/announce`,
    packets,
    actions: () => packets.map((packet) => packet.readUInt32BE(8)),
  };
}

/** A reply (BEP 15) to `packet`: its transaction id, an action and 32-bit words. */
export function udpReply(packet: Buffer, action: number, ...words: readonly number[]): Buffer {
  const reply = Buffer.alloc(8 + 4 * words.length);
  reply.writeUInt32BE(action, 0);
  reply.writeUInt32BE(packet.readUInt32BE(12), 4);
  words.forEach((word, i) => void reply.writeUInt32BE(word, 8 + 4 * i));
  return reply;
}

/** Answers as a tracker does: a connection id, one seeder and two leechers, no peers. */
export const answerUdp: FixedUdpAnswer = (packet, send) => {
  const action = packet.readUInt32BE(8);
  if (action === 0) send(udpReply(packet, 0, 7, 7));
  else if (action === 1) send(udpReply(packet, 1, 1800, 2, 1));
  else
    send(udpReply(packet, 2, ...Array.from({ length: (packet.length - 16) / 20 }, () => [1, 5, 2]).flat()));
};
