import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import ipaddr from 'ipaddr.js';
import {
  type AnnounceRequest,
  formatAnnounceUrl,
  parseAnnounceQuery,
} from '../../../src/bittorrent/announce-request.ts';
import {
  announceReplySize,
  decodeTrackerReply,
  encodeFailureReply,
  writeAnnounceReply,
} from '../../../src/bittorrent/announce-response.ts';
import {
  type BencodeInput,
  type BencodeValue,
  decodeBencode,
  encodeBencode,
} from '../../../src/bittorrent/bencode.ts';
import { scanBencode } from '../../../src/bittorrent/bencode-scan.ts';
import { decodeCompactPeers, encodeCompactPeers } from '../../../src/bittorrent/compact-peers.ts';
import {
  addressFromBytes,
  formatAddress,
  isPrivateAddress,
  parseAddress,
} from '../../../src/bittorrent/endpoint.ts';
import { fromHex, toHex } from '../../../src/bittorrent/hex.ts';
import { infoHashFromHex, infoHashToHex } from '../../../src/bittorrent/info-hash.ts';
import { formatMagnet, parseMagnet } from '../../../src/bittorrent/magnet.ts';
import { peerIdFromBytes } from '../../../src/bittorrent/peer-id.ts';
import {
  decodeScrapeReply,
  encodeScrapeReply,
  formatScrapeUrl,
  parseScrapeQuery,
} from '../../../src/bittorrent/scrape.ts';
import {
  addresses,
  bytesOf,
  counters,
  endpointsOf,
  infoHashes,
  ipv4Addresses,
  ipv6Addresses,
  names,
  ports,
  record,
  texts,
  trackerUrls,
  webSeedUrls,
} from './arbitraries.ts';

/** Values as the decoder gives them, so that they can be compared: byte strings, and dictionaries without prototype. */
const { value: bencodeValues } = fc.letrec<{ value: BencodeInput; keys: string }>((tie) => ({
  keys: fc
    .oneof(fc.string({ maxLength: 12 }), texts)
    .filter((key) => !/[\ufeff\ufffd]/.test(key) && key !== '__proto__'),
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.maxSafeInteger().map((number) => number + 0),
    fc.uint8Array({ maxLength: 30 }),
    fc.array(tie('value'), { maxLength: 6 }),
    fc.dictionary(tie('keys'), tie('value'), { maxKeys: 6, noNullPrototype: true }),
  ),
}));

/** The same value, with every dictionary of one prototype. */
function plain(value: BencodeValue | BencodeInput): unknown {
  if (typeof value !== 'object') return value;
  if (value instanceof Uint8Array) return Buffer.from(value).toString('hex');
  if (Array.isArray(value)) return value.map(plain);
  return new Map(Object.entries(value).map(([key, member]) => [key, plain(member as BencodeInput)]));
}

describe('what was encoded is decoded again', () => {
  it('bencode', () => {
    fc.assert(
      fc.property(bencodeValues, (value) => {
        const bytes = encodeBencode(value);
        assert.equal(scanBencode(bytes).isCanonical, true);
        assert.deepEqual(plain(decodeBencode(bytes)), plain(value));
        assert.deepEqual(Buffer.from(encodeBencode(decodeBencode(bytes))), Buffer.from(bytes));
      }),
      { numRuns: 1000 },
    );
  });

  it('hexadecimal and info-hashes', () => {
    fc.assert(fc.property(fc.uint8Array(), (bytes) => assert.deepEqual(fromHex(toHex(bytes)), bytes)));
    fc.assert(
      fc.property(infoHashes, (hash) => assert.deepEqual(infoHashFromHex(infoHashToHex(hash)), hash)),
    );
  });

  it('addresses as text, and the private ranges agree with those of ipaddr.js', () => {
    const ranges = new Set(['loopback', 'private', 'carrierGradeNat', 'linkLocal', 'uniqueLocal']);
    const near = fc
      .tuple(fc.constantFrom(10, 100, 127, 169, 172, 192, 0xfc, 0xfe), addresses)
      .map(([first, address]) => {
        return addressFromBytes(Uint8Array.of(first, ...address.subarray(1)));
      });
    fc.assert(
      fc.property(fc.oneof(addresses, near), (address) => {
        assert.deepEqual(parseAddress(formatAddress(address)), address);
        assert.equal(formatAddress(address), ipaddr.fromByteArray([...address]).toString());
        assert.equal(isPrivateAddress(address), ranges.has(ipaddr.fromByteArray([...address]).range()));
      }),
      { numRuns: 1000 },
    );
  });

  it('IPv6 addresses with many zeroes, as RFC 5952 spells them', () => {
    const group = fc.constantFrom([0, 0], [0, 0], [0, 0], [0, 1], [1, 0], [0xab, 0xcd]);
    fc.assert(
      fc.property(fc.array(group, { minLength: 8, maxLength: 8 }), (groups) => {
        const address = addressFromBytes(Uint8Array.from(groups.flat()));
        const text = formatAddress(address);
        assert.equal(`[${text}]`, new URL(`http://[${ipaddr.fromByteArray(groups.flat())}]`).hostname);
        assert.deepEqual(parseAddress(text), address);
      }),
      { numRuns: 2000 },
    );
  });

  it('compact peers of both families', () => {
    for (const [family, address] of [
      [4, ipv4Addresses],
      [6, ipv6Addresses],
    ] as const)
      fc.assert(
        fc.property(fc.array(endpointsOf(address)), (endpoints) => {
          assert.deepEqual(decodeCompactPeers(encodeCompactPeers(endpoints, family), family), endpoints);
        }),
      );
  });

  it('an announce as a URL', () => {
    const requests: fc.Arbitrary<AnnounceRequest> = record({
      infoHash: infoHashes,
      peerId: bytesOf(20).map(peerIdFromBytes),
      port: ports,
      uploaded: counters,
      downloaded: counters,
      left: counters,
      event: fc.constantFrom('none', 'started', 'stopped', 'completed'),
      numWant: fc.option(fc.nat(), { nil: undefined }),
      key: fc.nat(0xffffffff),
      ip: fc.option(addresses.map(formatAddress), { nil: undefined }),
      compact: fc.boolean(),
      noPeerId: fc.boolean(),
    });
    fc.assert(
      fc.property(requests, fc.constantFrom('http://t/announce', 'http://t/a?passkey=x'), (request, base) => {
        const { search } = new URL(formatAnnounceUrl(base, request));
        const query = Buffer.from(search, 'latin1');
        assert.deepEqual({ ...parseAnnounceQuery(query, 1, query.length) }, request);
      }),
      { numRuns: 500 },
    );
  });

  it('a tracker’s answer', () => {
    const replies = record({
      intervalSeconds: fc.integer({ min: 1, max: 1e6 }),
      minIntervalSeconds: fc.integer({ min: 1, max: 1e6 }),
      complete: counters,
      incomplete: counters,
      downloaded: counters,
      external: fc.option(addresses, { nil: undefined }),
      v4: fc.array(endpointsOf(ipv4Addresses)),
      v6: fc.array(endpointsOf(ipv6Addresses)),
      warning: fc.option(names, { nil: undefined }),
      asList: fc.boolean(),
    });
    fc.assert(
      fc.property(replies, ({ v4, v6, asList, external, ...reply }) => {
        const whole = {
          ...reply,
          externalIp: external,
          peers: encodeCompactPeers(v4, 4),
          peers6: encodeCompactPeers(v6, 6),
          peerList: asList
            ? [...v4, ...v6].map(({ address, port }) => ({
                ip: formatAddress(address),
                port,
                peerId: undefined,
              }))
            : undefined,
        };
        const buffer = Buffer.alloc(announceReplySize(whole));
        const bytes = buffer.subarray(0, writeAnnounceReply(buffer, 0, whole));
        assert.equal(scanBencode(bytes).isCanonical, true);
        const { downloaded: _, ...expected } = reply;
        assert.deepEqual(decodeTrackerReply(bytes), {
          ...expected,
          peers: [...v4, ...v6],
          externalIp: external,
          trackerId: undefined,
        });
      }),
      { numRuns: 500 },
    );
  });

  it('a tracker’s refusal', () => {
    const minutes = fc.option(fc.integer({ min: 1, max: 1e6 }), { nil: undefined });
    fc.assert(
      fc.property(names, minutes, (reason, retryIn) => {
        const retryInSeconds = retryIn === undefined ? undefined : retryIn * 60;
        assert.deepEqual(decodeTrackerReply(encodeFailureReply({ reason, retryInSeconds })), {
          failure: reason,
          retryInSeconds,
          isFinal: retryIn === undefined,
        });
      }),
    );
  });

  it('a scrape and its answer', () => {
    const swarms = fc.uniqueArray(
      fc.record(
        {
          infoHash: infoHashes,
          complete: counters,
          incomplete: counters,
          downloaders: counters,
          downloaded: counters,
        },
        {
          requiredKeys: ['infoHash', 'complete', 'incomplete', 'downloaded'],
          noNullPrototype: true,
        },
      ),
      { selector: ({ infoHash }) => infoHashToHex(infoHash), maxLength: 74 },
    );
    fc.assert(
      fc.property(swarms, (list) => {
        const sorted = list.toSorted((a, b) => Buffer.compare(a.infoHash, b.infoHash));
        assert.deepEqual(decodeScrapeReply(encodeScrapeReply(list)), sorted);
        const url = new URL(
          formatScrapeUrl(
            'http://t/announce',
            list.map(({ infoHash }) => infoHash),
          ) ?? '',
        );
        const query = Buffer.from(url.search, 'latin1');
        assert.deepEqual(
          parseScrapeQuery(query, 1, query.length),
          list.map(({ infoHash }) => infoHash),
        );
      }),
    );
  });

  it('a magnet link', () => {
    const magnets = fc.record(
      {
        infoHash: infoHashes,
        infoHashV2: bytesOf(32),
        name: texts,
        length: counters,
        trackers: fc.array(trackerUrls, { maxLength: 5 }),
        webSeeds: fc.array(webSeedUrls, { maxLength: 5 }),
        peers: fc.array(endpointsOf(addresses), { maxLength: 5 }),
      },
      { requiredKeys: ['infoHash', 'trackers', 'webSeeds', 'peers'], noNullPrototype: true },
    );
    fc.assert(
      fc.property(magnets, (magnet) => {
        const text = formatMagnet(magnet);
        assert.match(text, /^[\x21-\x7e]+$/);
        assert.doesNotMatch(text, /['"()*!<>`\\]/);
        assert.deepEqual(parseMagnet(text), magnet);
      }),
      { numRuns: 500 },
    );
  });
});
