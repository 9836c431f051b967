import assert from 'node:assert/strict';
import { ProtocolError } from '../../../src/bittorrent/errors.ts';
import { parseInfo, parseMetainfo } from '../../../src/bittorrent/metainfo/parse.ts';
import { goodTorrents } from '../../../test/support/hostile-torrents/good-torrents.ts';
import { assertSafeMetainfo } from '../../../test/support/safe-metainfo.ts';
import { putTogether, spoilTree, takeApart } from '../bencode-tree.ts';
import type { Mutator } from '../mutator.ts';
import type { FuzzTarget } from '../target.ts';

/** Many times what an input of this size takes. */
const MAX_MS = 1_000;

/** Metainfo files of all versions: what is refused is refused in one way, and what is accepted can be trusted. */
export function metainfoTarget(): FuzzTarget {
  const corpus = goodTorrents();
  const take = (spoilt: Buffer, mutator: Mutator): string => {
    // Else most would end as bencode that is none, and what stands in it would hardly be seen.
    const input = mutator.below(4) === 0 ? spoilt : spoiltWithin(corpus, mutator);
    const began = performance.now();
    const outcome = outcomeOf(input);
    assert.ok(performance.now() - began < MAX_MS, 'it takes too long');
    return outcome;
  };
  return { name: 'metainfo', corpus, maxBytes: 8_000, take };
}

/** A good torrent with one to four faults in what it says. */
function spoiltWithin(corpus: readonly Uint8Array[], mutator: Mutator): Buffer {
  const below = (bound: number): number => mutator.below(bound);
  const tree = takeApart(corpus[below(corpus.length)] as Uint8Array); // below its length
  for (let faults = 1 + below(4); faults > 0; faults--) spoilTree(tree, below);
  return putTogether(tree);
}

/** Reads an input and checks what comes of it. Throws when anything but ERR_METAINFO is thrown, or what is accepted cannot be trusted. */
export function outcomeOf(input: Uint8Array): string {
  try {
    const metainfo = parseMetainfo(input);
    assertSafeMetainfo(metainfo);
    assert.deepEqual(parseInfo(metainfo.infoBytes).info, metainfo.info);
    return metainfo.info.version;
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    assert.equal(error.code, 'ERR_METAINFO');
    assert.doesNotMatch(error.message, /\n/);
    return `refused: ${error.field ?? 'no bencode'}`;
  }
}
