import assert from 'node:assert/strict';
import { infoHashFromHex } from '../../../src/bittorrent/info-hash.ts';
import { peerIdFromBytes } from '../../../src/bittorrent/peer-id.ts';
import { encodeUdpAnnounce, encodeUdpConnect, encodeUdpScrape } from '../../../src/bittorrent/udp-request.ts';
import { decodeUdpReply } from '../../../src/bittorrent/udp-response.ts';
import { UDP_CONNECTION_ID_BYTES, UDP_MAX_REPLY_BYTES } from '../../../src/bittorrent/udp-tracker.ts';
import { TrackerCore } from '../../../src/tracker/core.ts';
import { UdpAnswerer } from '../../../src/tracker/udp/answerer.ts';
import { CONNECTION_KEY_BYTES, ConnectionIds } from '../../../src/tracker/udp/connection-id.ts';
import { DEFAULT_UDP_LIMITS, makeUdpCounters } from '../../../src/tracker/udp/limits.ts';
import { senderOf } from '../../../src/tracker/udp/parse.ts';
import type { Mutator } from '../mutator.ts';
import type { FuzzTarget } from '../target.ts';

const SOURCES = ['198.51.100.9', '2001:db8::9'];
const TRANSACTION_ID_AT = 12;
const CONNECT_BYTES = 16;

const infoHash = infoHashFromHex('1234567890abcdef1234567890abcdef12345678');
const announce = {
  infoHash,
  peerId: peerIdFromBytes(Buffer.from('-TR2940-k8hj0wgej6ch')),
  port: 51413,
  uploaded: 0,
  downloaded: 0,
  left: 16384,
  event: 'started',
  numWant: 80,
  key: 7,
  ip: undefined,
  compact: true,
  noPeerId: false,
} as const;

/** Packets at the UDP port: head, connection id, request, options, core and reply. */
export function udpTarget(): FuzzTarget {
  const connections = new ConnectionIds({
    key: Buffer.alloc(CONNECTION_KEY_BYTES, 3),
    clock: () => 1_000_000,
    lifetimeSeconds: 120,
    graceSeconds: 0,
  });
  const answerer = new UdpAnswerer({
    tracker: new TrackerCore({ access: 'open', limits: { maxPeers: 2_000 } }),
    connections,
    limits: DEFAULT_UDP_LIMITS,
    counters: makeUdpCounters(),
    onError: (error) => {
      throw error;
    },
  });
  const senders = SOURCES.map((address) => {
    const sender = senderOf({ address, port: 6881, family: 'IPv4', size: 0 }, () => undefined);
    assert.ok(sender);
    const id = Buffer.alloc(UDP_CONNECTION_ID_BYTES);
    connections.write(id, 0, sender.source);
    return { sender, id };
  });
  const head = { connectionId: Buffer.alloc(UDP_CONNECTION_ID_BYTES), transactionId: 0x01020304 };
  const corpus = [
    encodeUdpConnect(0x01020304),
    encodeUdpAnnounce(head, announce),
    encodeUdpAnnounce(head, { ...announce, left: 0, event: 'completed' }, '/announce/0123456789abcdef?x=1'),
    encodeUdpScrape(
      head,
      Array.from({ length: 74 }, () => infoHash),
    ),
  ];
  const out = Buffer.alloc(2 * UDP_MAX_REPLY_BYTES);
  const take = (input: Buffer, mutator: Mutator): string => {
    const { sender, id } = senders[mutator.below(senders.length)] as (typeof senders)[number];
    // Else nearly all would end at the connection id, and nothing behind it would be seen.
    const isKnown = mutator.below(4) > 0 && input.length >= CONNECT_BYTES;
    if (isKnown && input.readUInt32BE(8) !== 0) id.copy(input);
    const end = answerer.answer(input, sender, out, 0);
    if (end === 0) return 'silence';
    assert.ok(end <= UDP_MAX_REPLY_BYTES, `a reply of ${end} bytes`);
    const reply = decodeUdpReply(out.subarray(0, end), sender.family);
    assert.equal(reply.transactionId, input.readUInt32BE(TRANSACTION_ID_AT));
    if (!isKnown) assert.ok(end <= input.length, 'who has not proved his address gets no more than he sent');
    return reply.kind;
  };
  return { name: 'udp', corpus, maxBytes: 2_100, take };
}
