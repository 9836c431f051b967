import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { toHex } from '../../../src/bittorrent/hex.ts';
import type { Metainfo } from '../../../src/bittorrent/metainfo/metainfo.ts';
import { parseMetainfo } from '../../../src/bittorrent/metainfo/parse.ts';
import { diffTorrents } from '../../../src/builder/diff/diff-torrents.ts';
import { editTorrent } from '../../../src/builder/edit/edit-torrent.ts';
import { BuilderError } from '../../../src/builder/hashing/errors.ts';
import { lintTorrent } from '../../../src/builder/lint/lint-torrent.ts';
import { torrentFactsWithFiles } from '../../../src/cli/torrent-file/facts.ts';
import { factsText, filesText } from '../../../src/cli/torrent-file/facts-text.ts';
import { hostileTorrents } from '../../support/hostile-torrents.ts';

/** Those of the torrents that are readable, whatever else is odd about them. */
function* readable(): Generator<{ name: string; bytes: Uint8Array; metainfo: Metainfo }> {
  for (const { name, bytes } of hostileTorrents()) {
    try {
      yield { name, bytes, metainfo: parseMetainfo(bytes) };
    } catch {
      // refused: nobody gets to see it
    }
  }
}

describe('odd torrents that are readable', () => {
  it('are shown, and no name plays tricks with the terminal', () => {
    for (const { name, metainfo } of readable()) {
      const text = `${factsText(torrentFactsWithFiles(metainfo))}${filesText(metainfo.info, 1000)}`;
      // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
      assert.doesNotMatch(text, /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]/, name);
    }
  });

  it('are judged, in sentences', () => {
    for (const { name, bytes } of readable())
      for (const { what, how, examples = [] } of lintTorrent(bytes)) {
        assert.ok(what !== '' && how !== '', name);
        assert.ok(examples.length <= 5, name);
      }
  });

  it('are the same as themselves', () => {
    for (const { name, metainfo } of readable()) {
      const { isSame, content, fetch } = diffTorrents(metainfo, metainfo);
      assert.deepEqual([isSame, content, fetch?.fetchBytes], [true, 'same', 0], name);
    }
  });

  it('keep their info-hash through an edit around it, and what was put in is taken out again', () => {
    for (const { name, bytes, metainfo } of readable()) {
      const comment = metainfo.comment === undefined ? 'x' : null;
      const edited = editTorrent(bytes, { comment });
      assert.equal(toHex(edited.after.infoBytes), toHex(metainfo.infoBytes), name);
      assert.equal(editTorrent(bytes, {}).torrent, bytes, name);
    }
  });

  it('are canonical after an edit of what is in the info-hash', () => {
    for (const { name, bytes, metainfo } of readable()) {
      try {
        const edited = editTorrent(bytes, { source: 'another' });
        assert.equal(edited.after.info.source, 'another', name);
        assert.deepEqual(edited.after.info.files, metainfo.info.files, name);
        const codes = edited.after.warnings.map(({ code }) => code);
        assert.ok(!codes.includes('WARN_INFO_NOT_CANONICAL'), name);
      } catch (error) {
        assert.ok(error instanceof BuilderError && error.code === 'ERR_METAINFO', `${name}: ${error}`); // a key twice
      }
    }
  });
});
