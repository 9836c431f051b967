import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ListedStatus } from '../../../src/web/listing.ts';
import { torrentStatus } from '../../../src/web/torrent-status.ts';

function textOf(status: Partial<ListedStatus>): string {
  const { markup } = torrentStatus({ availability: 'seeding', progress: 1, rates: undefined, ...status });
  return markup.replaceAll(/<[^>]*>/g, '');
}

describe('what the pages say of the state of a torrent', () => {
  for (const [status, text] of [
    [{}, ''],
    [{ availability: 'tracked' }, ''],
    [{ availability: 'checking', progress: 0.999 }, ' · being checked, 99 %'],
    [{ availability: 'downloading', progress: 0.42 }, ' · being fetched, 42 % is here'],
    [{ availability: 'paused' }, ' · paused here'],
    [{ availability: 'stopped' }, ' · not served from here at the moment'],
    [{ availability: 'unavailable' }, ' · not served from here at the moment'],
    [{ rates: { uploadBytesPerSecond: 0, downloadBytesPerSecond: 0 } }, ''],
    [{ rates: { uploadBytesPerSecond: 2048, downloadBytesPerSecond: 0 } }, ' · ↑ 2 KiB/s'],
    [{ rates: { uploadBytesPerSecond: 2048, downloadBytesPerSecond: 512 } }, ' · ↑ 2 KiB/s · ↓ 512 B/s'],
  ] as const)
    it(`${JSON.stringify(status)}: "${text}"`, () => {
      assert.equal(textOf(status), text);
    });
});
