import assert from 'node:assert/strict';
import { it } from 'node:test';
import { pino } from 'pino';
import { TransferSaving } from '../../../src/app/save-transfers.ts';
import { infoHashFromHex, infoHashToHex } from '../../../src/bittorrent/info-hash.ts';
import { TransferTotals } from '../../../src/seeder/torrents/transfer-totals.ts';
import { ManualClock } from '../../support/seeder-clock.ts';

const A = infoHashFromHex('aa'.repeat(20));
const B = infoHashFromHex('bb'.repeat(20));

function setUp() {
  const clock = new ManualClock();
  const changed = new Map<string, number>();
  const stored: string[] = [];
  let isAway = false;
  const saving = new TransferSaving({
    clock,
    seedNode: {
      takeTransfers: (limit) =>
        [A, B]
          .filter((infoHash) => changed.has(infoHashToHex(infoHash)))
          .slice(0, limit)
          .map((infoHash) => {
            const totals = new TransferTotals(clock);
            totals.addUploaded(changed.get(infoHashToHex(infoHash)) ?? 0);
            changed.delete(infoHashToHex(infoHash));
            return { infoHash, record: totals.record() };
          }),
    },
    states: {
      saveTransfers: async (moved) => {
        if (isAway) throw new Error('the database is away');
        for (const { infoHash, record } of moved)
          stored.push(`${infoHashToHex(infoHash).slice(0, 2)} ${record.uploadedBytes}`);
      },
    },
    logger: pino({ level: 'silent' }),
  });
  return {
    clock,
    saving,
    stored,
    move: (infoHash: typeof A, bytes: number) => changed.set(infoHashToHex(infoHash), bytes),
    away: (value: boolean) => {
      isAway = value;
    },
  };
}

it('stores what has changed every half a minute, and the rest at the end', async () => {
  const { clock, saving, stored, move } = setUp();
  saving.start();
  move(A, 1);
  clock.advance(29_000);
  await saving.save().then(() => {});
  assert.deepEqual(stored, ['aa 1']);
  clock.advance(60_000);
  move(B, 2);
  await saving.stop();
  assert.deepEqual(stored, ['aa 1', 'bb 2']);
  clock.advance(600_000);
  assert.deepEqual(clock.pendingMs, [], 'no timer is left');
});

it('what could not be stored is stored with the next, unless it has changed since', async () => {
  const { saving, stored, move, away } = setUp();
  away(true);
  move(A, 1);
  move(B, 2);
  await saving.save();
  move(A, 3);
  away(false);
  await saving.save();
  assert.deepEqual(stored, ['aa 3', 'bb 2']);
  await saving.save();
  assert.equal(stored.length, 2);
});

it('asks a seed node that never started for nothing', async () => {
  const { saving, stored, move } = setUp();
  move(A, 1);
  await saving.stop();
  assert.deepEqual(stored, []);
});
