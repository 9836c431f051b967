import { createSocket } from 'node:dgram';

// The platform's scale over UDP: the least that node:dgram can do for an answer as long as an announce with 50 peers.
const REPLY_BYTES = 320;
const CONNECT_BYTES = 16;
const socket = createSocket({
  type: 'udp4',
  recvBufferSize: 8 * 1024 * 1024,
  sendBufferSize: 2 * 1024 * 1024,
  lookup: (address, _options, callback) => callback(null, address, 4),
});
const reply = Buffer.alloc(REPLY_BYTES);
socket.on('message', (packet, { port, address }) => {
  packet.copy(reply, 0, 8, 16); // action and transaction id
  const length = packet.length === CONNECT_BYTES ? CONNECT_BYTES : REPLY_BYTES;
  socket.send(reply, 0, length, port, address, () => {});
});
socket.bind(0, '127.0.0.1', () => console.log(`listening on ${socket.address().port}`));
