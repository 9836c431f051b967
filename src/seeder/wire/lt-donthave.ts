/** The name that BEP 54 gives the extension by which a peer says that it has lost a piece. */
export const LT_DONTHAVE = 'lt_donthave';
/** Our id for its messages. */
export const LT_DONTHAVE_ID = 7;

/** The payload of the message: the piece, in 4 bytes. */
export function encodeDontHave(piece: number): Buffer {
  const payload = Buffer.alloc(4);
  payload.writeUInt32BE(piece);
  return payload;
}

/** The piece that a payload names; undefined when it is no such message. */
export function decodeDontHave(payload: Uint8Array): number | undefined {
  if (payload.length !== 4) return undefined;
  return Buffer.from(payload.buffer, payload.byteOffset, payload.length).readUInt32BE();
}
