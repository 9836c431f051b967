/** Bytes of a handshake (BEP 3). */
export const HANDSHAKE_LENGTH = 68;

/** What it begins with, its length included (BEP 3). */
export const PROTOCOL_NAME = Buffer.from('\u0013BitTorrent protocol', 'latin1');

/** Where the reserved bytes stand in a handshake. */
const RESERVED = PROTOCOL_NAME.length;
/** BEP 10, in reserved byte 5. */
const EXTENDED = 0x10;
/** BEP 6, in reserved byte 7. */
const FAST = 0x04;
/** BEP 5, in reserved byte 7: there is a DHT node. */
const DHT = 0x01;
/** BEP 52, in reserved byte 7: the torrent is a v2 one too. */
const V2 = 0x10;

/** What a handshake says of us. */
export interface HandshakeBits {
  /** BEP 52. */
  readonly isV2: boolean;
  /** BEP 6; left out: yes. */
  readonly hasFast?: boolean;
  /** BEP 5; left out: no. */
  readonly hasDht?: boolean;
}

/** The 68 bytes of our handshake (BEP 3), with the bit for BEP 10, and those for BEP 5, 6 and 52 as told. */
export function encodeHandshake(
  infoHash: Uint8Array,
  peerId: Uint8Array,
  { isV2, hasFast = true, hasDht = false }: HandshakeBits,
): Buffer {
  const reserved = Buffer.alloc(8);
  reserved[5] = EXTENDED;
  reserved[7] = (hasFast ? FAST : 0) | (isV2 ? V2 : 0) | (hasDht ? DHT : 0);
  return Buffer.concat([PROTOCOL_NAME, reserved, infoHash, peerId]);
}

/** Whether a handshake of 68 bytes says that the peer knows v2 torrents (BEP 52). */
export function hasV2Bit(handshake: Uint8Array): boolean {
  return ((handshake[RESERVED + 7] ?? 0) & V2) !== 0;
}
