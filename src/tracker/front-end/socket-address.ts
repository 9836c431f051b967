import { type Address, addressFromBytes, parseAddress } from '../../bittorrent/endpoint.ts';

/** The canonical address that a socket tells, undefined when it tells none. */
export function socketAddress(text: string | undefined): Address | undefined {
  if (text === undefined) return undefined;
  return (
    parseDotted(text.startsWith('::ffff:') ? text.slice(7) : text) ?? parseGroups(text) ?? parseAddress(text)
  );
}

const DOT = 0x2e;

// The two parsers below read what the system writes, and leave everything else to the general one, which takes 40 us: as
// long as the rest of a connection (bench http/close).

/** Dotted IPv4. */
function parseDotted(text: string): Address | undefined {
  const bytes = new Uint8Array(4);
  let part = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === DOT) {
      if (++part > 3) return undefined;
    } else if (code < 0x30 || code > 0x39) return undefined;
    else bytes[part] = (bytes[part] as number) * 10 + code - 0x30; // part <= 3
  }
  return part === 3 ? addressFromBytes(bytes) : undefined;
}

const GROUPS = 8;

/** Groups of hexadecimal digits, with one "::" at most. */
function parseGroups(text: string): Address | undefined {
  const [before = '', after, ...more] = text.split('::');
  const left = before === '' ? [] : before.split(':');
  const right = after === undefined || after === '' ? [] : after.split(':');
  const missing = GROUPS - left.length - right.length;
  if (more.length > 0 || (after === undefined ? missing !== 0 : missing < 1)) return undefined;
  const bytes = new Uint8Array(2 * GROUPS);
  for (const [i, group] of [...left, ...new Array<string>(missing).fill('0'), ...right].entries()) {
    if (!/^[0-9a-f]{1,4}$/.test(group)) return undefined;
    const value = Number.parseInt(group, 16);
    bytes[2 * i] = value >>> 8;
    bytes[2 * i + 1] = value & 0xff;
  }
  return addressFromBytes(bytes);
}
