import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { type Below, putTogether, spoilTree, takeApart } from '../../../scripts/fuzz/bencode-tree.ts';
import { fuzz } from '../../../scripts/fuzz/run.ts';
import { metainfoTarget, outcomeOf } from '../../../scripts/fuzz/targets/metainfo.ts';
import { goodTorrents } from '../../support/hostile-torrents/good-torrents.ts';

const good = goodTorrents();
const torrents = fc.constantFrom(...good);

/** Faults as a list of numbers, so that what fails shrinks to few faults. */
function chooser(choices: readonly number[]): Below {
  let next = 0;
  return (bound) => (choices[next++] ?? 0) % bound;
}

describe('metainfo files of all versions', () => {
  it('are taken as they are, and put together again byte for byte', () => {
    const versions = good.map((bytes) => outcomeOf(bytes));
    assert.deepEqual(versions, ['v1', 'v1', 'v2', 'v2', 'v2', 'hybrid', 'hybrid']);
    for (const bytes of good) assert.deepEqual(putTogether(takeApart(bytes)), Buffer.from(bytes));
  });

  it('with faults in what they say are refused with ERR_METAINFO, or can be trusted', () => {
    const choices = fc.array(fc.nat(0x7fff_ffff), { maxLength: 24 });
    fc.assert(
      fc.property(torrents, fc.integer({ min: 1, max: 4 }), choices, (bytes, faults, numbers) => {
        const below = chooser(numbers);
        const tree = takeApart(bytes);
        for (let fault = 0; fault < faults; fault++) spoilTree(tree, below);
        outcomeOf(putTogether(tree));
      }),
      { numRuns: 5_000 },
    );
  });

  it('with other bytes, or cut short, are refused with ERR_METAINFO, or can be trusted', () => {
    const edits = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 4 });
    fc.assert(
      fc.property(torrents, edits, fc.option(fc.nat()), (bytes, changes, end) => {
        const changed = new Uint8Array(bytes);
        for (const [at, value] of changes) changed[at % changed.length] = value;
        outcomeOf(end === null ? changed : changed.subarray(0, end % (changed.length + 1)));
      }),
      { numRuns: 5_000 },
    );
  });

  it('spoilt as the fuzz run does it meet all kinds of ends', () => {
    const { outcomes } = fuzz(metainfoTarget(), { inputs: 20_000, seconds: 120, seed: 20_000 });
    for (const end of [
      'v1',
      'v2',
      'hybrid',
      'refused: no bencode',
      'refused: piece layers',
      'refused: file tree',
    ])
      assert.ok((outcomes[end] ?? 0) > 0, `${end} is seen: ${JSON.stringify(outcomes)}`);
  });
});
