import { type HostileTorrent, hostile } from './entry.ts';
import { v1 } from './good-torrents.ts';
import { type RawInput, raw } from './raw-bencode.ts';

const MEGABYTE = 1_000_000;
const URLS = [
  'javascript:alert(1)',
  'file:///etc/passwd',
  'data:,x',
  'http://',
  'nonsense',
  'http://a/\r\nX: y',
  ' http://a/ ',
  'http://user:pass@a/',
  `http://a/${'x'.repeat(100_000)}`,
];

/** Each key outside info with values that do not become it. */
function ofWrongType(): HostileTorrent[] {
  const keys = [
    'announce',
    'announce-list',
    'url-list',
    'httpseeds',
    'nodes',
    'comment',
    'created by',
    'creation date',
    'encoding',
  ];
  const values: Readonly<Record<string, RawInput>> = {
    'a number': 7,
    'a string': 'x',
    'a list': [7],
    'a dictionary': { a: 1 },
  };
  return keys.flatMap((key) =>
    Object.entries(values).map(([what, value]) =>
      hostile(`${key}: ${what}`, 'of another type than is wanted', v1({}, { [key]: value })),
    ),
  );
}

function urls(): HostileTorrent[] {
  const many = Array.from({ length: 20_000 }, (_none, n) => `http://t${n}.example/announce`);
  return [
    ...URLS.flatMap((url, n) => [
      hostile(`announce: odd URL ${n}`, 'nobody should follow or print it', v1({}, { announce: url })),
      hostile(`url-list: odd URL ${n}`, 'nobody should follow or print it', v1({}, { 'url-list': [url] })),
    ]),
    hostile(
      'announce: bytes that are no UTF-8',
      'no URL',
      v1({}, { announce: Buffer.from('687474703a2f2fff2f', 'hex') }),
    ),
    hostile('announce-list: 20,000 trackers', 'an announce storm', v1({}, { 'announce-list': [many] })),
    hostile(
      'announce-list: 20,000 tiers',
      'a quadratic walk',
      v1({}, { 'announce-list': many.map((url) => [url]) }),
    ),
    hostile(
      'announce-list: deep lists',
      'a parser that recurses',
      v1({}, { 'announce-list': raw('l'.repeat(60) + 'e'.repeat(60)) }),
    ),
    hostile('url-list: 20,000 seeds', 'a connection storm', v1({}, { 'url-list': many })),
    hostile(
      'nodes: odd hosts and ports',
      'nobody should ask them',
      v1({}, { nodes: [['', 0], ['a', -1], ['127.0.0.1', 65536], ['x'.repeat(5000), 1], [1, 2], 'x'] }),
    ),
  ];
}

function texts(): HostileTorrent[] {
  return [
    hostile(
      'comment: control characters',
      'a terminal takes orders',
      v1({}, { comment: '\u001b[2J\u202e\0\r\n' }),
    ),
    hostile('comment: bytes that are no UTF-8', 'no text', v1({}, { comment: Buffer.from('fffe', 'hex') })),
    hostile('comment: a megabyte', 'kept for nothing', v1({}, { comment: 'x'.repeat(MEGABYTE) })),
    hostile('created by: a megabyte', 'kept for nothing', v1({}, { 'created by': 'x'.repeat(MEGABYTE) })),
    hostile('creation date: negative', 'before 1970', v1({}, { 'creation date': -1 })),
    hostile('creation date: 2^62', 'no date has it', v1({}, { 'creation date': 2n ** 62n })),
    hostile('creation date: 2^53 - 1', 'no date has it', v1({}, { 'creation date': 2n ** 53n - 1n })),
    hostile(
      'magnet-uri instead of info',
      'a habit of libtorrent',
      'd10:magnet-uri60:magnet:?xt=urn:btih:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaae',
    ),
    hostile('signatures: of anybody', 'BEP 35', v1({}, { signatures: { a: { signature: 'x' } } })),
  ];
}

const deep = raw('l'.repeat(60) + 'e'.repeat(60));
const hashesOf = (count: number): RawInput => Array.from({ length: count }, () => 'x'.repeat(20));

function privates(): HostileTorrent[] {
  const of = (what: string, value: RawInput): HostileTorrent =>
    hostile(`private: ${what}`, 'in doubt it is private', v1({ private: value }));
  return [
    of('0', 0),
    of('2', 2),
    of('-1', -1),
    of('a string', '1'),
    of('a list', [1]),
    hostile('private: outside info', 'not under the hash', v1({}, { private: 1 })),
    hostile('source: a list', 'of another type', v1({ source: ['x'] })),
    hostile('source: a megabyte', 'kept for nothing', v1({ source: 'x'.repeat(MEGABYTE) })),
    hostile('similar: 20,000 torrents', 'an object for each', v1({ similar: hashesOf(20_000) })),
    hostile('similar: deep lists', 'a parser that recurses', v1({ similar: deep })),
    hostile('collections: 20,000', 'an object for each', v1({ collections: hashesOf(20_000) })),
    hostile('update-url: a list of lists', 'of another type', v1({ 'update-url': deep })),
    hostile(
      'update-url: odd',
      'nobody should follow or print it',
      v1({ 'update-url': 'javascript:alert(1)' }),
    ),
    hostile(
      'similar and collections: of wrong types',
      'BEP 38',
      v1({ similar: [7, 'x'], collections: [7, []] }),
    ),
  ];
}

/** Torrents whose members beside files and pieces are odd. */
export function aroundInfoEntries(): HostileTorrent[] {
  return [...ofWrongType(), ...urls(), ...texts(), ...privates()];
}
