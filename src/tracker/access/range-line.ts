import { type AddressRange, addressRange, parseAddressRange } from './address-range.ts';

const V4 = '\\d{1,3}(?:\\.\\d{1,3}){3}';
/** `001.002.003.004 - 001.002.003.008 , 000 , name`: what eMule's ipfilter.dat has. */
const DAT_LINE = new RegExp(`^(${V4})\\s*-\\s*(${V4})(?:\\s*,\\s*(\\d{1,3})\\s*(?:,.*)?)?$`);
/** `name:1.2.3.4-1.2.3.8`: what PeerGuardian's lists have. The name may have colons and dashes of its own. */
const P2P_LINE = new RegExp(`^.*:\\s*(${V4})\\s*-\\s*(${V4})$`);
/** The same with IPv6: the name ends where two addresses begin. */
const P2P_LINE_V6 = /^(.*?:)([0-9a-f:.]*:[0-9a-f:.]*)-([0-9a-f:.]*:[0-9a-f:.]*)$/i;
/** Ranges of ipfilter.dat with this level or more are let through. */
const LET_THROUGH = 128;

/**
 * Reads a line of a list of addresses: a network or address with whatever behind a blank, a range, a line of a PeerGuardian
 * list, or one of eMule's ipfilter.dat. `nothing`: an empty line, a comment (`#`, `;` or `//`), or a range that is let through.
 */
export function readRangeLine(line: string): AddressRange | 'nothing' | 'bad' {
  const text = line.trim();
  if (text === '' || text.startsWith('#') || text.startsWith(';') || text.startsWith('//')) return 'nothing';
  const dat = DAT_LINE.exec(text);
  if (dat !== null) {
    const [, first = '', last = '', level = '0'] = dat;
    return Number(level) >= LET_THROUGH ? 'nothing' : (addressRange(first, last) ?? 'bad');
  }
  const p2p = P2P_LINE.exec(text);
  if (p2p !== null) return addressRange(p2p[1] ?? '', p2p[2] ?? '') ?? 'bad';
  const network = /^(\S+)(?:\s+[#;,].*|\s.*)?$/.exec(text)?.[1] ?? '';
  return parseAddressRange(text) ?? parseAddressRange(network) ?? p2pRangeV6(text) ?? 'bad';
}

/** The longest first address for which the line makes sense. */
function p2pRangeV6(text: string): AddressRange | undefined {
  const match = P2P_LINE_V6.exec(text);
  if (match === null) return undefined;
  const dash = text.lastIndexOf('-');
  const last = text.slice(dash + 1);
  for (let colon = text.indexOf(':'); colon >= 0 && colon < dash; colon = text.indexOf(':', colon + 1)) {
    const range = addressRange(text.slice(colon + 1, dash), last);
    if (range !== undefined) return range;
  }
  return undefined;
}
