import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { parseAnnounceQuery } from '../../../src/bittorrent/announce-request.ts';
import { decodeTrackerReply, encodeFailureReply } from '../../../src/bittorrent/announce-response.ts';
import { decodeBencode, encodeBencode } from '../../../src/bittorrent/bencode.ts';
import { scanBencode } from '../../../src/bittorrent/bencode-scan.ts';
import { decodeCompactPeers } from '../../../src/bittorrent/compact-peers.ts';
import { addressFromBytes, parseAddress } from '../../../src/bittorrent/endpoint.ts';
import { isRequestFault, ProtocolError } from '../../../src/bittorrent/errors.ts';
import { infoHashFromBytes, infoHashFromHex } from '../../../src/bittorrent/info-hash.ts';
import { parseMagnet } from '../../../src/bittorrent/magnet.ts';
import { parseInfo, parseMetainfo } from '../../../src/bittorrent/metainfo/parse.ts';
import { clientName, peerIdFromBytes } from '../../../src/bittorrent/peer-id.ts';
import { decodeScrapeReply, encodeScrapeReply, parseScrapeQuery } from '../../../src/bittorrent/scrape.ts';

const byteParsers: readonly ((bytes: Uint8Array) => unknown)[] = [
  (bytes) => scanBencode(bytes),
  (bytes) => decodeBencode(bytes),
  parseMetainfo,
  parseInfo,
  decodeTrackerReply,
  decodeScrapeReply,
  (bytes) => decodeCompactPeers(bytes, 4),
  (bytes) => decodeCompactPeers(bytes, 6),
  infoHashFromBytes,
  peerIdFromBytes,
  addressFromBytes,
  clientName,
];

/** Runs a parser; anything that it throws beside our own error fails the test. The message has to be fit for a terminal. */
function survives(parse: () => unknown): void {
  try {
    parse();
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
    assert.doesNotMatch(error.message, /[\u0000-\u001f\u007f-\u009f]/);
    assert.ok(error.message.length > 5 && error.message.length < 500);
  }
}

/** Bytes that look like bencode: its characters are far more likely than others. */
const almostBencode = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        'd',
        'l',
        'i',
        'e',
        ':',
        '-',
        '0',
        '1',
        '9',
        '1:a',
        '4:info',
        '6:pieces',
        '5:files',
        '4:path',
      ),
      fc.constantFrom('i1e', '4:name1:x', '6:lengthi5e', '12:piece lengthi1e', '8:intervali1e', '5:peers'),
      fc.string({ unit: 'binary-ascii', maxLength: 4 }),
    ),
    { maxLength: 60 },
  )
  .map((parts) => Buffer.from(parts.join(''), 'latin1'));

const samples = [
  encodeBencode({
    announce: 'http://t/announce',
    'announce-list': [['http://t/announce'], ['udp://u:1']],
    info: {
      files: [
        { length: 5, path: ['a', 'b'] },
        { attr: 'p', length: 7, path: ['.pad', '7'] },
      ],
      name: 'x',
      'piece length': 16384,
      pieces: new Uint8Array(20),
    },
    'url-list': 'http://w/',
  }),
  encodeBencode({ length: 5, name: 'x', 'piece length': 16384, pieces: new Uint8Array(20), private: 1 }),
  encodeBencode({
    interval: 5,
    peers: new Uint8Array(12),
    peers6: new Uint8Array(18),
    'external ip': new Uint8Array(4),
  }),
  encodeFailureReply({ reason: 'no', retryInSeconds: 60 }),
  encodeScrapeReply([
    { infoHash: infoHashFromBytes(new Uint8Array(20)), complete: 1, incomplete: 2, downloaded: 3 },
  ]),
];

/** A valid message in which some bytes were changed, dropped, doubled or put elsewhere. */
const mutated = fc
  .tuple(
    fc.constantFrom(...samples),
    fc.array(
      fc.tuple(fc.nat(), fc.nat(), fc.oneof(fc.nat(255), fc.constantFrom(...Buffer.from('dlie:-019')))),
      {
        minLength: 1,
        maxLength: 6,
      },
    ),
  )
  .map(([sample, edits]) => edits.reduce(mutate, Buffer.from(sample)));

function mutate(bytes: Buffer, [where, how, byte]: readonly [number, number, number]): Buffer {
  const at = where % (bytes.length + 1);
  const [before, after] = [bytes.subarray(0, at), bytes.subarray(at)];
  const kinds = [
    () => Buffer.concat([before, Buffer.of(byte), after.subarray(1)]),
    () => Buffer.concat([before, Buffer.of(byte), after]),
    () => Buffer.concat([before, after.subarray(1 + (byte % 16))]),
    () => Buffer.concat([before, after.subarray(0, byte % 40), after]),
    () => Buffer.from(before),
  ];
  return (kinds[how % kinds.length] ?? (() => bytes))();
}

describe('hostile input meets no error but our own', () => {
  const inputs = {
    'random bytes': fc.uint8Array({ maxLength: 200 }),
    'almost bencode': almostBencode,
    'mutated messages': mutated,
  };
  for (const [name, input] of Object.entries(inputs))
    it(`as ${name}`, () => {
      fc.assert(
        fc.property(input, (bytes: Uint8Array) => {
          for (const parse of byteParsers) survives(() => parse(bytes));
        }),
        { numRuns: 3000 },
      );
    });

  it('as queries, which are answered and never thrown at', () => {
    const parts = fc.oneof(
      fc.constantFrom(
        'info_hash=',
        'peer_id=',
        'port=',
        'left=',
        'uploaded=0',
        'downloaded=0',
        'event=',
        'key=',
        'ip=',
        'numwant=',
        'compact=',
        '&',
        '=',
        '%',
        '%4',
        '%41',
        '-1',
      ),
      fc.constantFrom(
        'a'.repeat(20),
        '%ff'.repeat(20),
        '6881',
        '18446744073709551616',
        `port=1&left=1&info_hash=${'b'.repeat(20)}`,
      ),
      fc.string({ unit: 'binary-ascii', maxLength: 30 }),
    );
    fc.assert(
      fc.property(fc.array(parts, { maxLength: 30 }), fc.nat(5), (list, cut) => {
        const query = Buffer.from(list.join(''), 'latin1');
        const end = Math.max(0, query.length - cut);
        for (const result of [parseAnnounceQuery(query, 0, end), parseScrapeQuery(query, 0, end)])
          if (isRequestFault(result)) assert.match(result.fault, /^[a-z_]+ [ -~]+$/);
      }),
      { numRuns: 3000 },
    );
  });

  it('as text: magnets, addresses, info-hashes', () => {
    const magnets = fc
      .array(
        fc.oneof(
          fc.constantFrom(
            'xt=urn:btih:',
            'a'.repeat(40),
            'tr=',
            'x.pe=',
            '[::1]:1',
            '&',
            '%',
            '%zz',
            'xl=',
            'dn=',
          ),
          fc.string({ unit: 'binary', maxLength: 20 }),
        ),
      )
      .map((parts) => `magnet:?${parts.join('')}`);
    fc.assert(
      fc.property(fc.oneof(magnets, fc.string({ unit: 'binary' }), fc.ipV6()), (text) => {
        survives(() => parseMagnet(text));
        survives(() => infoHashFromHex(text));
        survives(() => parseAddress(text));
      }),
      { numRuns: 3000 },
    );
  });

  it('so that what a parser accepts it accepts again, with the same info-hash', () => {
    fc.assert(
      fc.property(mutated, (bytes) => {
        let metainfo: ReturnType<typeof parseMetainfo>;
        try {
          metainfo = parseMetainfo(bytes);
        } catch {
          return;
        }
        assert.deepEqual(parseInfo(metainfo.infoBytes), { infoHash: metainfo.infoHash, info: metainfo.info });
      }),
      { numRuns: 3000 },
    );
  });
});
