import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { ProtocolError } from '../../../src/bittorrent/errors.ts';
import { decodeWsReply, encodeWsFailure, encodeWsScrapeReply } from '../../../src/bittorrent/ws-response.ts';
import { binaryText } from '../../../src/bittorrent/ws-tracker.ts';
import { counters, infoHashes } from './arbitraries.ts';

/** Any text, any JSON, and objects that begin like a reply. */
const messages = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.json(),
  fc
    .record(
      {
        action: fc.oneof(fc.constantFrom('announce', 'scrape'), fc.jsonValue()),
        info_hash: fc.oneof(infoHashes.map(binaryText), fc.jsonValue()),
        peer_id: fc.oneof(infoHashes.map(binaryText), fc.jsonValue()),
        offer: fc.oneof(fc.constant({ type: 'offer', sdp: 'v=0' }), fc.jsonValue()),
        offer_id: fc.jsonValue(),
        files: fc.oneof(fc.dictionary(fc.string(), fc.jsonValue()), fc.jsonValue()),
        'failure reason': fc.jsonValue(),
        'retry in': fc.jsonValue(),
        interval: fc.jsonValue(),
      },
      { requiredKeys: [] },
    )
    .map((value) => JSON.stringify(value)),
);

describe('a reply over WebSocket', () => {
  it('is read or refused with our own error, whatever it holds', () => {
    fc.assert(
      fc.property(messages, (text) => {
        try {
          const reply = decodeWsReply(text);
          if (reply.kind === 'failure') {
            // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
            assert.doesNotMatch(reply.failure, /[\u0000-\u001f\u007f-\u009f]/);
            assert.ok(reply.retryInSeconds === undefined || reply.retryInSeconds > 0);
          }
        } catch (error) {
          if (!(error instanceof ProtocolError)) throw error;
          assert.equal(error.code, 'ERR_TRACKER_RESPONSE');
        }
      }),
    );
  });

  it('of counts or a refusal comes back as it was sent', () => {
    const swarm = fc.record({
      infoHash: infoHashes,
      complete: counters,
      incomplete: counters,
      downloaded: counters,
    });
    fc.assert(
      fc.property(swarm, fc.option(fc.integer({ min: 1, max: 1000 })), (counts, minutes) => {
        const reply = decodeWsReply(encodeWsScrapeReply([counts]));
        assert.ok(reply.kind === 'scrape');
        assert.deepEqual({ ...reply.swarms[0], infoHash: undefined }, { ...counts, infoHash: undefined });
        assert.deepEqual([...(reply.swarms[0]?.infoHash ?? [])], [...counts.infoHash]);
        const retryInSeconds = minutes === null ? undefined : minutes * 60;
        const addressee = { action: 'announce', infoHash: counts.infoHash } as const;
        const failure = decodeWsReply(encodeWsFailure(addressee, { reason: 'no', retryInSeconds }));
        assert.ok(failure.kind === 'failure');
        assert.deepEqual([failure.retryInSeconds, failure.isFinal], [retryInSeconds, minutes === null]);
      }),
    );
  });
});
