import { MessageId } from './message.ts';

/** Bytes of what goes before a block: length, id, piece, begin. */
const LENGTH = 13;

/** The bytes before a block of `length` bytes (BEP 3, "piece"). */
export function blockHeader(piece: number, begin: number, length: number): Buffer {
  const header = Buffer.allocUnsafe(LENGTH);
  header.writeUInt32BE(9 + length, 0);
  header[4] = MessageId.piece;
  header.writeUInt32BE(piece, 5);
  header.writeUInt32BE(begin, 9);
  return header;
}
