import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import {
  decodeTransfers,
  encodeTransfers,
  startedAnew,
} from '../../../src/seeder/torrents/transfer-record.ts';
import { STOP_RULES, type TransferRecord } from '../../../src/seeder/torrents/transfer-totals.ts';

const count = fc.maxSafeNat();
const record: fc.Arbitrary<TransferRecord> = fc
  .record({
    uploadedBytes: count,
    downloadedBytes: count,
    wastedBytes: count,
    lastUploadAtSeconds: fc.option(fc.nat(8_640_000_000_000)),
    lastDownloadAtSeconds: fc.option(fc.nat(8_640_000_000_000)),
    seedingSeconds: count,
    activeSeconds: count,
    stoppedBy: fc.constantFrom(null, ...STOP_RULES),
  })
  .chain((numbers) =>
    fc
      .record({
        uploadedBytes: fc.nat(numbers.uploadedBytes),
        seedingSeconds: fc.nat(numbers.seedingSeconds),
      })
      .map((rulesFrom) => ({ ...numbers, rulesFrom: { ...rulesFrom } })),
  );

it('a record of transfers comes back as it was', () => {
  fc.assert(fc.property(record, (value) => assert.deepEqual(decodeTransfers(encodeTransfers(value)), value)));
});

it('it fits the column of the database', () => {
  fc.assert(fc.property(record, (value) => assert.ok(encodeTransfers(value).length <= 1024)));
});

it('any other text is no record, or one within bounds, and never throws', () => {
  const text = fc.oneof(
    fc.string(),
    fc.json(),
    fc.object().map((value) => JSON.stringify(value)),
  );
  fc.assert(
    fc.property(text, (json) => {
      const decoded = decodeTransfers(json);
      if (decoded === undefined) return;
      assert.ok(decoded.rulesFrom.uploadedBytes <= decoded.uploadedBytes);
    }),
  );
});

it('started anew, nothing has stopped it, and the rules count from here', () => {
  fc.assert(
    fc.property(record, (value) => {
      const again = decodeTransfers(startedAnew(encodeTransfers(value)));
      assert.equal(again?.stoppedBy, null);
      assert.equal(again.uploadedBytes, value.uploadedBytes);
      if (value.stoppedBy !== null) assert.equal(again.rulesFrom.uploadedBytes, value.uploadedBytes);
    }),
  );
});
