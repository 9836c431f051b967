import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { decodeTransfers, encodeTransfers } from '../../../../src/seeder/torrents/transfer-record.ts';
import { TransferTotals } from '../../../../src/seeder/torrents/transfer-totals.ts';
import { ManualClock } from '../../../support/seeder-clock.ts';

describe('what a torrent has moved', () => {
  it('knows when a byte last went each way, also after a restart', () => {
    const clock = new ManualClock();
    const totals = new TransferTotals(clock);
    assert.deepEqual([totals.lastUploadAtSeconds, totals.lastDownloadAtSeconds], [null, null]);
    totals.addUploaded(1);
    clock.advance(5000);
    totals.takeMoved();
    const sentAt = clock.unixSeconds();
    clock.advance(60_000);
    totals.addDownloaded(1); // it is not taken yet
    const cameAt = clock.unixSeconds();
    const record = decodeTransfers(encodeTransfers(totals.record()));
    const again = new TransferTotals(clock, record);
    clock.advance(3600_000);
    again.takeMoved();
    assert.deepEqual([again.lastUploadAtSeconds, again.lastDownloadAtSeconds], [sentAt, cameAt]);
  });

  it('reads the records of earlier versions', () => {
    const old = '{"uploadedBytes":5,"downloadedBytes":6,"seedingSeconds":7,"activeSeconds":8}';
    const { wastedBytes, lastUploadAtSeconds } = decodeTransfers(old) ?? {};
    assert.deepEqual([wastedBytes, lastUploadAtSeconds], [0, null]);
  });
});
