import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, it } from 'node:test';
import { encodeBencode } from '../../../../src/bittorrent/bencode.ts';
import { parseMetainfo } from '../../../../src/bittorrent/metainfo/parse.ts';
import { rebuildTorrent } from '../../../../src/cli/import/phptracker-torrent.ts';
import type { PhpTrackerTorrent } from '../../../../src/persistence/mysql/phptracker.ts';

/** A row as PHPTracker writes it. */
function row(name: Uint8Array): PhpTrackerTorrent {
  const fields = { length: 40_000, name, 'piece length': 32_768, pieces: Buffer.alloc(40, 7) };
  return {
    infoHash: createHash('sha1').update(encodeBencode(fields)).digest(),
    name,
    lengthBytes: fields.length,
    pieceLength: fields['piece length'],
    pieces: fields.pieces,
    path: '/srv/film.mkv',
    isActive: true,
  };
}

describe('a torrent of PHPTracker', () => {
  it('gets its .torrent file back, with the same info-hash', () => {
    const torrent = row(Buffer.from('Ünïcode 🌱.mkv'));
    const file = rebuildTorrent(torrent);
    assert.ok(file);
    const metainfo = parseMetainfo(file);
    assert.deepEqual(Buffer.from(metainfo.infoHash), Buffer.from(torrent.infoHash));
    assert.equal(metainfo.info.name, 'Ünïcode 🌱.mkv');
    assert.equal(metainfo.info.length, 40_000);
  });

  it('is left with its info-hash when that does not come out of its columns', () => {
    assert.equal(rebuildTorrent({ ...row(Buffer.from('film')), lengthBytes: 39_999 }), undefined);
  });

  it('is left with its info-hash when its file would be none by our rules', () => {
    assert.equal(rebuildTorrent(row(Buffer.from('../film'))), undefined);
  });
});
