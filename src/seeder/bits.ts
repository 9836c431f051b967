/** A bitfield of `count` pieces with every bit set; the spare bits at its end are zero (BEP 3). */
export function fullBits(count: number): Uint8Array {
  const bits = new Uint8Array(Math.ceil(count / 8)).fill(0xff);
  const spare = 8 * bits.length - count;
  if (spare > 0) bits[bits.length - 1] = 0xff & (0xff << spare);
  return bits;
}

/** Whether bit `index` is set; false for an index out of range. */
export function hasBit(bits: Uint8Array, index: number): boolean {
  return ((bits[index >>> 3] ?? 0) & (0x80 >> (index & 7))) !== 0;
}

/** Sets bit `index`, which is within range, to `value`. */
export function setBit(bits: Uint8Array, index: number, value: boolean): void {
  const at = index >>> 3;
  const mask = 0x80 >> (index & 7);
  bits[at] = value ? (bits[at] ?? 0) | mask : (bits[at] ?? 0) & ~mask;
}

/** Bits that are set. */
export function countBits(bits: Uint8Array): number {
  let count = 0;
  for (const byte of bits) for (let rest = byte; rest !== 0; rest &= rest - 1) count++;
  return count;
}

/** Whether a bit is set that is not set in `others`; those that are missing there are not. */
export function hasBitBeside(bits: Uint8Array, others: Uint8Array): boolean {
  return bits.some((byte, at) => (byte & ~(others[at] ?? 0)) !== 0);
}
