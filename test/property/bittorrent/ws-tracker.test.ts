import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { ProtocolError } from '../../../src/bittorrent/errors.ts';
import { peerIdFromBytes } from '../../../src/bittorrent/peer-id.ts';
import {
  encodeWsAnnounce,
  encodeWsAnswer,
  encodeWsScrape,
  parseWsRequest,
  type WsOffer,
} from '../../../src/bittorrent/ws-request.ts';
import {
  decodeWsReply,
  encodeWsAnnounceReply,
  encodeWsFailure,
  encodeWsOffer,
  encodeWsRelayedAnswer,
  encodeWsScrapeReply,
} from '../../../src/bittorrent/ws-response.ts';
import type { SessionDescription } from '../../../src/bittorrent/ws-tracker.ts';
import { bytesOf, counters, infoHashes, record, texts } from './arbitraries.ts';

const peerIds = bytesOf(20).map(peerIdFromBytes);
const offerIds = fc.string({ unit: 'binary', minLength: 1, maxLength: 32 });
const descriptionOf = (type: SessionDescription['type']): fc.Arbitrary<SessionDescription> =>
  record({ type: fc.constant(type), sdp: fc.string({ unit: 'binary', maxLength: 200 }) });
const offers: fc.Arbitrary<WsOffer> = record({ offerId: offerIds, offer: descriptionOf('offer') });
const announce = record({
  infoHash: infoHashes,
  peerId: peerIds,
  uploaded: counters,
  downloaded: counters,
  left: counters,
  event: fc.constantFrom('none', 'completed', 'started', 'stopped', 'paused'),
  numWant: fc.option(fc.nat(), { nil: undefined }),
});
const answers = record({
  infoHash: infoHashes,
  peerId: peerIds,
  toPeerId: peerIds,
  offerId: offerIds,
  answer: descriptionOf('answer'),
});
const swarms = record({
  infoHash: infoHashes,
  complete: counters,
  incomplete: counters,
  downloaded: counters,
});

/** JSON with our members in it, holding whatever there is. */
const oddMessages = fc
  .record(
    {
      action: fc.constantFrom('announce', 'scrape', 'answer', 0),
      info_hash: fc.oneof(
        bytesOf(20).map((bytes) => Buffer.from(bytes).toString('latin1')),
        fc.jsonValue(),
      ),
      peer_id: fc.oneof(
        bytesOf(20).map((bytes) => Buffer.from(bytes).toString('latin1')),
        fc.jsonValue(),
      ),
      to_peer_id: fc.jsonValue(),
      offers: fc.jsonValue(),
      offer_id: fc.jsonValue(),
      answer: fc.jsonValue(),
      left: fc.jsonValue(),
      uploaded: fc.jsonValue(),
      numwant: fc.jsonValue(),
      event: fc.jsonValue(),
    },
    { requiredKeys: [] },
  )
  .map((message) => JSON.stringify(message));

describe('messages of the tracker protocol over WebSocket', () => {
  it('carry an announce with its offers', () => {
    fc.assert(
      fc.property(announce, fc.array(offers, { maxLength: 10 }), (request, list) => {
        const parsed = parseWsRequest(encodeWsAnnounce(request, list));
        assert.ok(parsed.kind === 'announce');
        const { infoHash, peerId, uploaded, downloaded, left, event, numWant } = parsed.request;
        assert.deepEqual({ infoHash, peerId, uploaded, downloaded, left, event, numWant }, request);
        assert.deepEqual([parsed.request.port, parsed.request.key], [0, 0]);
        assert.deepEqual(parsed.offers, list);
      }),
    );
  });

  it('carry an answer to the tracker and on to its peer', () => {
    fc.assert(
      fc.property(answers, (answer) => {
        const parsed = parseWsRequest(encodeWsAnswer(answer));
        assert.deepEqual(parsed, { kind: 'answer', ...answer });
        const { infoHash, peerId, offerId } = answer;
        assert.deepEqual(decodeWsReply(encodeWsRelayedAnswer({ kind: 'answer', ...answer })), {
          kind: 'answer',
          infoHash,
          peerId,
          offerId,
          description: answer.answer,
        });
      }),
    );
  });

  it('carry an offer to the peer that was chosen', () => {
    fc.assert(
      fc.property(infoHashes, peerIds, offers, (infoHash, peerId, offer) => {
        const reply = decodeWsReply(encodeWsOffer(infoHash, peerId, offer));
        const { offerId, offer: description } = offer;
        assert.deepEqual(reply, { kind: 'offer', infoHash, peerId, offerId, description });
      }),
    );
  });

  it('carry a scrape and its counts', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(swarms, {
          maxLength: 74,
          selector: ({ infoHash }) => Buffer.from(infoHash).toString('hex'),
        }),
        (list) => {
          const infoHashesOfAll = list.map(({ infoHash }) => infoHash);
          assert.deepEqual(parseWsRequest(encodeWsScrape(infoHashesOfAll)), {
            kind: 'scrape',
            infoHashes: infoHashesOfAll,
          });
          const reply = decodeWsReply(encodeWsScrapeReply(list));
          assert.ok(reply.kind === 'scrape');
          assert.deepEqual(new Set(reply.swarms.map(String)), new Set(list.map(String)));
          for (const swarm of list)
            assert.ok(reply.swarms.some((one) => JSON.stringify(one) === JSON.stringify(swarm)));
        },
      ),
    );
  });

  it('carry the reply to an announce, and a refusal', () => {
    const warnings = fc.option(
      texts.filter((text) => /^[ -~]+$/.test(text)),
      { nil: undefined },
    );
    fc.assert(
      fc.property(
        infoHashes,
        counters,
        counters,
        fc.nat(),
        warnings,
        (infoHash, complete, incomplete, seconds, warning) => {
          const text = encodeWsAnnounceReply(infoHash, {
            intervalSeconds: seconds,
            minIntervalSeconds: 1,
            complete,
            incomplete,
            downloaded: 0,
            externalIp: undefined,
            peers: new Uint8Array(0),
            peers6: new Uint8Array(0),
            peerList: undefined,
            warning,
          });
          const expected = {
            kind: 'announce',
            infoHash,
            complete,
            incomplete,
            intervalSeconds: seconds,
            minIntervalSeconds: 1,
            warning,
          };
          assert.deepEqual(decodeWsReply(text), expected);
          const refusal = encodeWsFailure({ action: 'announce', infoHash }, { reason: 'because' });
          const expectedRefusal = {
            kind: 'failure',
            infoHash,
            failure: 'because',
            retryInSeconds: undefined,
            isFinal: true,
          };
          assert.deepEqual(decodeWsReply(refusal), expectedRefusal);
          const soon = encodeWsFailure(
            { action: 'announce', infoHash },
            { reason: 'because', retryInSeconds: 61 },
          );
          const decoded = decodeWsReply(soon);
          assert.ok(decoded.kind === 'failure');
          assert.deepEqual([decoded.retryInSeconds, decoded.isFinal], [120, false]);
        },
      ),
    );
  });

  it('are read or refused with a reason, whatever they are', () => {
    const anything = fc.oneof(oddMessages, fc.json(), fc.string({ unit: 'binary', maxLength: 300 }));
    fc.assert(
      fc.property(anything, (text) => {
        const parsed = parseWsRequest(text);
        if (parsed.kind === 'fault') assert.ok(parsed.fault.length > 0);
        if (parsed.kind === 'announce') {
          const { uploaded, downloaded, left, numWant = 0 } = parsed.request;
          for (const number of [uploaded, downloaded, left, numWant])
            assert.ok(Number.isSafeInteger(number) && number >= 0);
        }
      }),
      { numRuns: 2000 },
    );
  });

  it('of a tracker are read, or refused with an error of ours', () => {
    fc.assert(
      fc.property(fc.oneof(oddMessages, fc.json(), fc.string({ maxLength: 100 })), (text) => {
        try {
          decodeWsReply(text);
        } catch (error) {
          assert.ok(error instanceof ProtocolError);
          assert.equal(error.code, 'ERR_TRACKER_RESPONSE');
        }
      }),
      { numRuns: 1000 },
    );
  });
});
