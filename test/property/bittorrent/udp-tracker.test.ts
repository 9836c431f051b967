import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { AnnounceRequest } from '../../../src/bittorrent/announce-request.ts';
import { encodeCompactPeers } from '../../../src/bittorrent/compact-peers.ts';
import { isRequestFault, ProtocolError } from '../../../src/bittorrent/errors.ts';
import { infoHashFromBytes } from '../../../src/bittorrent/info-hash.ts';
import { peerIdFromBytes } from '../../../src/bittorrent/peer-id.ts';
import { encodeUdpOptions, parseUdpOptions } from '../../../src/bittorrent/udp-options.ts';
import {
  encodeUdpAnnounce,
  encodeUdpScrape,
  parseUdpAnnounce,
  parseUdpScrape,
  udpActionOf,
} from '../../../src/bittorrent/udp-request.ts';
import {
  decodeUdpReply,
  maxUdpPeers,
  writeUdpAnnounceReply,
  writeUdpScrapeReply,
} from '../../../src/bittorrent/udp-response.ts';
import {
  bytesOf,
  counters,
  endpointsOf,
  infoHashes,
  ipv4Addresses,
  ipv6Addresses,
  ports,
  record,
} from './arbitraries.ts';

const uint32 = fc.integer({ min: 0, max: 0xffffffff });
const head = record({
  connectionId: bytesOf(8),
  transactionId: uint32,
});
const announce: fc.Arbitrary<AnnounceRequest> = record({
  infoHash: infoHashes,
  peerId: bytesOf(20).map(peerIdFromBytes),
  port: ports,
  uploaded: counters,
  downloaded: counters,
  left: counters,
  event: fc.constantFrom('none', 'completed', 'started', 'stopped'),
  numWant: fc.option(fc.integer({ min: 0, max: 0x7fffffff }), { nil: undefined }),
  key: uint32,
  ip: fc.option(
    fc.ipV4().filter((text) => text !== '0.0.0.0'),
    { nil: undefined },
  ),
  compact: fc.constant(true),
  noPeerId: fc.constant(false),
});
const urlData = fc.string({ unit: 'binary-ascii', maxLength: 1024 });

/** A packet of any bytes, or one that begins like a request. */
const packet = fc
  .tuple(fc.option(fc.constantFrom(0, 1, 2, 3, 4)), fc.uint8Array({ maxLength: 400 }))
  .map(([action, bytes]) => {
    const buffer = Buffer.from(bytes);
    if (action !== null && buffer.length >= 12) buffer.writeUInt32BE(action, 8);
    return buffer;
  });

describe('packets of the UDP tracker protocol', () => {
  it('carry any announce there and back', () => {
    fc.assert(
      fc.property(head, announce, urlData, (start, request, data) => {
        const bytes = encodeUdpAnnounce(start, request, data);
        assert.equal(udpActionOf(bytes), 1);
        const read = parseUdpAnnounce(bytes, 4);
        assert.deepEqual({ ...read }, { ...request, urlData: data });
      }),
    );
  });

  it('carry any scrape there and back', () => {
    fc.assert(
      fc.property(head, fc.array(infoHashes, { minLength: 1, maxLength: 74 }), (start, hashes) => {
        assert.deepEqual(parseUdpScrape(encodeUdpScrape(start, hashes)), hashes);
      }),
    );
  });

  it('carry any options there and back', () => {
    fc.assert(fc.property(urlData, (data) => assert.equal(parseUdpOptions(encodeUdpOptions(data), 0), data)));
  });

  for (const family of [4, 6] as const)
    it(`carry any reply with IPv${family} peers, as many as fit`, () => {
      const peers = fc.array(endpointsOf(family === 4 ? ipv4Addresses : ipv6Addresses), { maxLength: 30 });
      fc.assert(
        fc.property(uint32, peers, fc.integer({ min: 20, max: 600 }), (transactionId, all, maxBytes) => {
          const compact = encodeCompactPeers(all, family);
          const reply = {
            intervalSeconds: 1800,
            minIntervalSeconds: 900,
            complete: 4,
            incomplete: 5,
            downloaded: 6,
            externalIp: undefined,
            peers: family === 4 ? compact : new Uint8Array(12),
            peers6: family === 6 ? compact : new Uint8Array(18),
            peerList: undefined,
            warning: undefined,
          };
          const out = Buffer.alloc(700);
          const end = writeUdpAnnounceReply(out, 3, { transactionId, reply, family, maxBytes });
          assert.ok(end - 3 <= maxBytes);
          assert.deepEqual(decodeUdpReply(out.subarray(3, end), family), {
            kind: 'announce',
            transactionId,
            intervalSeconds: 1800,
            complete: 4,
            incomplete: 5,
            peers: all.slice(0, maxUdpPeers(family, maxBytes)),
          });
        }),
      );
    });

  it('carry the counts of swarms', () => {
    const counts = record({ complete: uint32, downloaded: uint32, incomplete: uint32 });
    fc.assert(
      fc.property(uint32, fc.array(counts, { maxLength: 74 }), (transactionId, swarms) => {
        const out = Buffer.alloc(1000);
        const ofNobody = swarms.map((swarm) => ({
          infoHash: infoHashFromBytes(new Uint8Array(20)),
          ...swarm,
        }));
        const end = writeUdpScrapeReply(out, 0, transactionId, ofNobody);
        assert.deepEqual(decodeUdpReply(out.subarray(0, end), 4), { kind: 'scrape', transactionId, swarms });
      }),
    );
  });

  it('are read without throwing, whatever they are', () => {
    fc.assert(
      fc.property(packet, (bytes) => {
        assert.ok(udpActionOf(bytes) >= -1);
        for (const family of [4, 6] as const) {
          const request = parseUdpAnnounce(bytes, family);
          if (!isRequestFault(request)) assert.ok(request.port > 0 && request.left >= 0);
        }
        assert.ok(parseUdpScrape(bytes));
        assert.notEqual(parseUdpOptions(bytes, 0), undefined);
      }),
      { numRuns: 2_000 },
    );
  });

  it('from a tracker are read, or refused with an error of ours', () => {
    fc.assert(
      fc.property(packet, fc.constantFrom(4 as const, 6 as const), (bytes, family) => {
        try {
          decodeUdpReply(bytes, family);
        } catch (error) {
          assert.ok(error instanceof ProtocolError);
        }
      }),
      { numRuns: 2_000 },
    );
  });
});
