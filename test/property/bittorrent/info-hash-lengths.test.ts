import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { parseAnnounceQuery } from '../../../src/bittorrent/announce-request.ts';
import { isRequestFault } from '../../../src/bittorrent/errors.ts';
import { percentEncode } from '../../../src/bittorrent/query.ts';
import { parseScrapeQuery } from '../../../src/bittorrent/scrape.ts';

const hashes = fc.uint8Array({ minLength: 0, maxLength: 40 });
const everyByte = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => `%${byte.toString(16).padStart(2, '0')}`).join('');

describe('an info-hash in a query', () => {
  it('has 20 bytes, or 32 that are cut to 20 (BEP 52), however it is escaped', () => {
    fc.assert(
      fc.property(hashes, fc.boolean(), (hash, escapesAll) => {
        const value = escapesAll ? everyByte(hash) : percentEncode(hash);
        const isGood = hash.length === 20 || hash.length === 32;
        const announce = Buffer.from(
          `info_hash=${value}&peer_id=-XX0001-000000000001&port=1&uploaded=0&downloaded=0&left=0`,
        );
        const request = parseAnnounceQuery(announce, 0, announce.length);
        assert.equal(isRequestFault(request), !isGood);
        if (!isRequestFault(request)) assert.deepEqual([...request.infoHash], [...hash.subarray(0, 20)]);
        const scrape = Buffer.from(`info_hash=${value}`);
        const scraped = parseScrapeQuery(scrape, 0, scrape.length);
        assert.equal(isRequestFault(scraped), !isGood);
        if (!isRequestFault(scraped)) assert.deepEqual([...(scraped[0] ?? [])], [...hash.subarray(0, 20)]);
      }),
      {
        numRuns: 1000,
        examples: [
          [new Uint8Array(20), true],
          [new Uint8Array(32), false],
          [new Uint8Array(32), true],
        ],
      },
    );
  });
});
