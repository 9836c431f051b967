/** The kinds of packets that clients and trackers exchange (BEP 15). */
export const UDP_CONNECT = 0;
export const UDP_ANNOUNCE = 1;
export const UDP_SCRAPE = 2;
export const UDP_ERROR = 3;

/** What stands in a connect request where other requests have their connection id (BEP 15). */
export const UDP_PROTOCOL_ID = Buffer.from('0000041727101980', 'hex');

/** Bytes of a connection id. */
export const UDP_CONNECTION_ID_BYTES = 8;
/** Connection id (or the protocol's), action and transaction id: what every request begins with. */
export const UDP_REQUEST_HEAD_BYTES = 16;
/** Action and transaction id: what every reply begins with. */
export const UDP_REPLY_HEAD_BYTES = 8;
/** An announce request without options (BEP 41). */
export const UDP_ANNOUNCE_BYTES = 98;
/** An announce reply without peers. */
export const UDP_ANNOUNCE_REPLY_BYTES = 20;
/** The counts of one swarm in a scrape reply. */
export const UDP_SCRAPE_ENTRY_BYTES = 12;

/**
 * The largest reply, in bytes: what fits the smallest packet that every IPv6 network carries (1280 bytes, less 40 of IPv6 and 8 of
 * UDP), so that none is cut to pieces on its way. 202 IPv4 peers, 67 IPv6 peers.
 */
export const UDP_MAX_REPLY_BYTES = 1232;

const TWO_32 = 2 ** 32;

/** A 64-bit number, held at 2^53 - 1: some clients send 2^64 - 1 for "I do not know yet". */
export function readUint64(packet: Buffer, at: number): number {
  const high = packet.readUInt32BE(at);
  return high > 0x1fffff ? Number.MAX_SAFE_INTEGER : high * TWO_32 + packet.readUInt32BE(at + 4);
}

/** Writes a whole number up to 2^53 - 1 as 64 bits. */
export function writeUint64(packet: Buffer, at: number, value: number): void {
  packet.writeUInt32BE(Math.floor(value / TWO_32), at);
  packet.writeUInt32BE(value % TWO_32, at + 4);
}
