import type { RequestFault } from './errors.ts';

/** The options that may stand behind an announce (BEP 41). */
const END = 0;
const NOP = 1;
const URL_DATA = 2;
/** An option says its length in one byte. */
const MAX_OPTION_BYTES = 255;

/** The longest path and query that are read, in bytes. */
export const MAX_URL_DATA_BYTES = 1024;

/**
 * Reads the options from `start` to the end of the packet: the path and query of the announce URL, empty when there are none. Several
 * parts of them are put together; options that are not known are passed over. Never throws.
 */
export function parseUdpOptions(packet: Buffer, start: number): string | RequestFault {
  let text = '';
  for (let at = start; at < packet.length; ) {
    const option = packet[at];
    if (option === END) break;
    if (option === NOP) {
      at++;
      continue;
    }
    const length = packet[at + 1];
    if (length === undefined || at + 2 + length > packet.length)
      return { fault: 'an option of the announce is cut short' };
    if (option === URL_DATA) text += packet.toString('latin1', at + 2, at + 2 + length);
    if (text.length > MAX_URL_DATA_BYTES) return { fault: 'the URL of the announce is too long' };
    at += 2 + length;
  }
  return text;
}

/** The options that carry a path and query (ASCII), such as `/announce?passkey=x`; none for an empty one. */
export function encodeUdpOptions(urlData: string): Buffer {
  const bytes = Buffer.from(urlData, 'latin1');
  const parts: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += MAX_OPTION_BYTES) {
    const part = bytes.subarray(at, at + MAX_OPTION_BYTES);
    parts.push(Uint8Array.of(URL_DATA, part.length), part);
  }
  if (parts.length > 0) parts.push(Uint8Array.of(END));
  return Buffer.concat(parts);
}
