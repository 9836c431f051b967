import { PEER_ID_LENGTH } from '../../bittorrent/peer-id.ts';

const PERCENT = 0x25;
const COMMA = 0x2c;

/**
 * The bytes of a prefix of peer ids, such as `-XL` or `-UT35`; other bytes are written `%FF`, and `%2C` is a comma. Undefined unless it has
 * 1 to 20 bytes.
 */
export function parseClientPrefix(text: string): Uint8Array | undefined {
  if (!/^(?:[\x20-\x24\x26-\x7e]|%[0-9a-f]{2})+$/i.test(text)) return undefined;
  const bytes = Buffer.from(
    text.replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
    'latin1',
  );
  return bytes.length <= PEER_ID_LENGTH ? new Uint8Array(bytes) : undefined;
}

/** The prefix as text, always the same for the same bytes. */
export function formatClientPrefix(bytes: Uint8Array): string {
  return [...bytes]
    .map((byte) =>
      byte > 0x20 && byte < 0x7f && byte !== PERCENT && byte !== COMMA
        ? String.fromCharCode(byte)
        : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`,
    )
    .join('');
}
