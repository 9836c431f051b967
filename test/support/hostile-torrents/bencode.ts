import { type HostileTorrent, hostile } from './entry.ts';
import { v1, v1Info } from './good-torrents.ts';
import { bencodeRaw, type RawInput, raw } from './raw-bencode.ts';

const MEGABYTE = 1_000_000;
const info = bencodeRaw(v1Info);
const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');
const good = text(v1());
/** The good v1 torrent with a member of nobody's before and behind the info dictionary. */
const around = (key: string, value: RawInput): Uint8Array => v1({}, { [key]: value });

function notTorrents(): HostileTorrent[] {
  return [
    hostile('bencode: no bytes', 'nothing to read', ''),
    hostile('bencode: a web page', 'an error page that was saved as a torrent', '<html></html>'),
    hostile('bencode: a list', 'the root is no dictionary', 'le'),
    hostile('bencode: a number', 'the root is no dictionary', 'i1e'),
    hostile('bencode: a string', 'the root is no dictionary', '4:spam'),
    hostile('bencode: an empty dictionary', 'no info', 'de'),
    hostile('info: a number', 'info is no dictionary', 'd4:infoi1ee'),
    hostile('info: a list', 'info is no dictionary', 'd4:infolee'),
    hostile('info: a string', 'info is no dictionary', `d4:info${info.length}:${text(info)}e`),
    hostile('info: empty', 'info without members', 'd4:infodee'),
  ];
}

function truncated(): HostileTorrent[] {
  const cut = (what: string, end: number): HostileTorrent =>
    hostile(`truncated: ${what}`, 'the bytes end in mid-token', good.slice(0, end));
  const at = (token: string): number => good.indexOf(token);
  return [
    cut('behind the opening', 1),
    cut('in a key length', 2),
    cut('in a key', 4),
    cut('behind a key', 7),
    cut('in a number', at('i100e') + 2),
    cut('before the end of a number', at('i100e') + 4),
    cut('in a string', good.length - 10),
    cut('before the end of info', good.length - 2),
    cut('before the last end', good.length - 1),
    hostile('trailing: a byte', 'bytes behind the end', `${good}X`),
    hostile('trailing: a line feed', 'a text editor or a web form added it', `${good}\n`),
    hostile('trailing: zeros', 'a file in a block of zeros', `${good}${'\0'.repeat(100)}`),
    hostile('trailing: a second torrent', 'two files in one', good + good),
  ];
}

function hugeTokens(): HostileTorrent[] {
  return [
    hostile('string: of a claimed 2^40 bytes', 'allocates what it is promised', 'd1099511627776:a'),
    hostile('string: of a claimed 2^64 bytes', 'overflows a length', 'd18446744073709551617:ai1ee'),
    hostile('string: longer than the rest', 'reads behind the buffer', `${good.slice(0, -1)}3:key99:xe`),
    hostile('string: a length of a thousand digits', 'overflows a length', `d${'9'.repeat(1000)}:a`),
    hostile(
      'number: 2^63 in a key of nobody',
      'overflows 64 bits',
      around('zz', raw('i9223372036854775808e')),
    ),
    hostile(
      'number: 2^64 + 1 in a key of nobody',
      'overflows 64 bits',
      around('zz', raw('i18446744073709551617e')),
    ),
    hostile('number: of a thousand digits', 'overflows 64 bits', around('zz', raw(`i${'9'.repeat(1000)}e`))),
    hostile(
      'number: of a million digits',
      'costs quadratic time',
      around('zz', raw(`i${'9'.repeat(MEGABYTE)}e`)),
    ),
    hostile('nesting: 50 lists', 'deep, but below every limit', around('zz', nested(50))),
    hostile('nesting: 90 lists', 'deep: a parser that recurses', around('zz', nested(90))),
    hostile('nesting: 10,000 lists', 'overflows a stack', around('zz', nested(10_000))),
    hostile(
      'nesting: 10 MB of openings',
      'overflows a stack, and is never closed',
      'l'.repeat(10 * MEGABYTE),
    ),
    hostile('nesting: 10 MB of dictionaries', 'the same with keys', `d1:a`.repeat(2.5 * MEGABYTE)),
    hostile(
      'many: a list of a million empty strings',
      'an object for each',
      around('zz', raw(`l${'0:'.repeat(MEGABYTE)}e`)),
    ),
    hostile('many: 60,000 keys in the root', 'a quadratic search', around('zz', raw(manyKeys(60_000)))),
  ];
}

const nested = (depth: number): RawInput => raw('l'.repeat(depth) + 'e'.repeat(depth));
const manyKeys = (count: number): string =>
  `d${Array.from({ length: count }, (_none, n) => `5:${String(n).padStart(5, '0')}0:`).join('')}e`;

/** Torrents that are odd as bencode: none at all, cut short, with more behind them, or with tokens beyond all bounds. */
export function bencodeEntries(): HostileTorrent[] {
  return [...notTorrents(), ...truncated(), ...hugeTokens()];
}
