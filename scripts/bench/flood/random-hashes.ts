// Announces random info-hashes over UDP for a while, each from another port: `random-hashes.ts PORT SECONDS`. A closed loop, so that
// nothing is lost in the sockets. Prints {"announces": n} at the end.
import { createSocket, type Socket } from 'node:dgram';
import { performance } from 'node:perf_hooks';
import { infoHashFromBytes } from '../../../src/bittorrent/info-hash.ts';
import { peerIdFromBytes } from '../../../src/bittorrent/peer-id.ts';
import { encodeUdpAnnounce, encodeUdpConnect } from '../../../src/bittorrent/udp-request.ts';
import { randomBytesOf } from '../../../test/support/data.ts';

const [port = 0, seconds = 0] = process.argv.slice(2).map(Number);
const SOCKETS = 4;
const IN_FLIGHT = 64;
/** Where the fields lie that differ from announce to announce (BEP 15). */
const INFO_HASH = 16;
const PEER_PORT = 96;
/** A reply that was lost is not waited for. */
const LOST_AFTER_MS = 200;

let announces = 0;
const endsAtMs = performance.now() + seconds * 1000;

/** Another info-hash each time: a counter mixed by a multiplication, which never repeats. */
let counter = 0;
function nextHash(packet: Buffer): void {
  counter = (counter + 1) >>> 0;
  packet.writeUInt32BE(Math.imul(counter, 0x9e3779b1) >>> 0, INFO_HASH);
  packet.writeUInt32BE(counter, INFO_HASH + 4);
  packet.writeUInt16BE(1 + (counter % 65_535), PEER_PORT);
}

async function connected(socket: Socket): Promise<Uint8Array> {
  const reply = new Promise<Buffer>((resolve) => socket.once('message', resolve));
  socket.send(encodeUdpConnect(1), port, '127.0.0.1');
  return (await reply).subarray(8, 16);
}

async function flood(): Promise<void> {
  const socket = createSocket({ type: 'udp4', lookup: (address, _options, done) => done(null, address, 4) });
  const connectionId = await connected(socket);
  const request = {
    infoHash: infoHashFromBytes(randomBytesOf(port, 20)),
    peerId: peerIdFromBytes(randomBytesOf(port + 1, 20)),
    port: 1,
    uploaded: 0,
    downloaded: 0,
    left: 1,
    event: 'started',
    numWant: 50,
    key: 1,
    ip: undefined,
    compact: true,
    noPeerId: false,
  } as const;
  let heardAtMs = performance.now();
  const next = (packet: Buffer): void => {
    nextHash(packet);
    socket.send(packet, port, '127.0.0.1');
  };
  const free: Buffer[] = [];
  const sendAll = (): void => {
    for (let packet = free.pop(); packet !== undefined; packet = free.pop()) next(packet);
  };
  const packets = Array.from({ length: IN_FLIGHT }, () =>
    encodeUdpAnnounce({ connectionId, transactionId: 1 }, request),
  );
  let at = 0;
  socket.on('message', () => {
    announces++;
    heardAtMs = performance.now();
    free.push(packets[at++ % IN_FLIGHT] as Buffer); // there are so many
    if (heardAtMs < endsAtMs) sendAll();
  });
  for (const packet of packets) next(packet);
  const watch = setInterval(() => {
    if (performance.now() - heardAtMs > LOST_AFTER_MS) for (const packet of packets) next(packet);
  }, LOST_AFTER_MS);
  await new Promise((resolve) => setTimeout(resolve, endsAtMs - performance.now()));
  clearInterval(watch);
  socket.close();
}

await Promise.all(Array.from({ length: SOCKETS }, flood));
console.log(JSON.stringify({ announces }));
