/** Message ids of BEP 3, BEP 5 (port), BEP 6 (13 to 17), BEP 10 (20) and BEP 52 (21 to 23). */
export const MessageId = {
  choke: 0,
  unchoke: 1,
  interested: 2,
  notInterested: 3,
  have: 4,
  bitfield: 5,
  request: 6,
  piece: 7,
  cancel: 8,
  port: 9,
  suggest: 13,
  haveAll: 14,
  haveNone: 15,
  reject: 16,
  allowedFast: 17,
  extended: 20,
  hashRequest: 21,
  hashes: 22,
  hashReject: 23,
} as const;

/** The block that every client asks for, in bytes. */
export const BLOCK_LENGTH = 16 * 1024;

/**
 * The largest block that we serve, in bytes. Clients ask for 16 KiB; a few old ones ask for more, and 128 KiB is what the
 * reference client took.
 */
export const MAX_BLOCK_LENGTH = 128 * 1024;

/** Bytes of an extended message (BEP 10): metadata requests and peer lists are a few kilobytes. */
const MAX_EXTENDED_LENGTH = 128 * 1024;

/** Bytes of a message whose id we do not know; it is passed over. */
const MAX_UNKNOWN_LENGTH = 64 * 1024;

/** Lengths, id included, of the messages that have a fixed one. */
const FIXED_LENGTHS: ReadonlyMap<number, number> = new Map([
  [MessageId.choke, 1],
  [MessageId.unchoke, 1],
  [MessageId.interested, 1],
  [MessageId.notInterested, 1],
  [MessageId.have, 5],
  [MessageId.request, 13],
  [MessageId.cancel, 13],
  [MessageId.port, 3],
  [MessageId.suggest, 5],
  [MessageId.haveAll, 1],
  [MessageId.haveNone, 1],
  [MessageId.reject, 13],
  [MessageId.allowedFast, 5],
  [MessageId.hashRequest, 49],
  [MessageId.hashReject, 49],
]);

/** What a peer may send: it depends on the torrent, which is known after the handshake. */
export interface MessageBounds {
  /** Undefined while only metadata is wanted (BEP 9): then a bitfield may have any length within reason. */
  readonly pieceCount: number | undefined;
}

/** Bytes of a bitfield of a torrent of which nothing is known. */
const MAX_UNKNOWN_BITFIELD = 512 * 1024;

/** Bytes of a bitfield for `pieceCount` pieces. */
export function bitfieldLength(pieceCount: number): number {
  return Math.ceil(pieceCount / 8);
}

/** The largest length that any message may claim, known before its id is. */
export function longestMessage({ pieceCount }: MessageBounds): number {
  const bitfield = pieceCount === undefined ? MAX_UNKNOWN_BITFIELD : bitfieldLength(pieceCount);
  return Math.max(MAX_EXTENDED_LENGTH, 1 + bitfield);
}

/** Whether a message of this id may have this length, id included. */
export function isPossibleLength(id: number, length: number, { pieceCount }: MessageBounds): boolean {
  const fixed = FIXED_LENGTHS.get(id);
  if (fixed !== undefined) return length === fixed;
  if (id === MessageId.bitfield) return pieceCount === undefined || length === 1 + bitfieldLength(pieceCount);
  if (id === MessageId.piece) return length >= 9 && length <= 9 + BLOCK_LENGTH;
  if (id === MessageId.extended) return length >= 2 && length <= MAX_EXTENDED_LENGTH;
  return length <= MAX_UNKNOWN_LENGTH;
}
