import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { AnnounceUrls } from '../../../../src/api/announce-urls.ts';
import { isWebSeeded, type WebSeedMode, WebSeedUrls } from '../../../../src/api/web-seed/web-seed-urls.ts';
import { infoHashToHex } from '../../../../src/bittorrent/info-hash.ts';
import { encodeInfo, encodeMetainfo } from '../../../../src/bittorrent/metainfo/encode.ts';
import type { Metainfo } from '../../../../src/bittorrent/metainfo/metainfo.ts';
import { parseMetainfo } from '../../../../src/bittorrent/metainfo/parse.ts';

const passkey = 'k'.repeat(32);

function torrent(
  more: { isPrivate?: boolean; tracker?: string; webSeeds?: readonly string[] } = {},
): Metainfo {
  const infoBytes = encodeInfo({
    name: 'a',
    pieceLength: 16_384,
    pieces: new Uint8Array(20),
    files: [{ path: [], length: 1 }],
    isPrivate: more.isPrivate,
  });
  const announceTiers = more.tracker === undefined ? [] : [[more.tracker]];
  return parseMetainfo(encodeMetainfo({ infoBytes, announceTiers, webSeeds: more.webSeeds ?? [] }));
}

const hash = infoHashToHex(torrent().infoHash);

function urls(mode: WebSeedMode, publicUrl?: string): WebSeedUrls {
  const announceUrls = new AnnounceUrls({ publicUrl, defaultAddress: '192.0.2.7', port: () => 6969 });
  return new WebSeedUrls(announceUrls, mode);
}

describe('the URLs of our own web seed', () => {
  it('lie below the origin that was asked for, and the public URL behind it', () => {
    assert.deepEqual(urls('public').urlsFor(torrent(), 'http://host:6969', undefined), [
      `http://host:6969/files/${hash}/`,
    ]);
    const own = urls('public', 'https://example.org/tracker');
    assert.deepEqual(own.urlsFor(torrent(), 'http://host:6969', undefined), [
      `http://host:6969/files/${hash}/`,
      `https://example.org/tracker/files/${hash}/`,
    ]);
  });

  it('are none where files are not served', () => {
    assert.deepEqual(urls('off').urlsFor(torrent(), 'http://host', undefined), []);
  });

  it('carry the passkey on a private tracker, and are none without', () => {
    assert.deepEqual(urls('members').urlsFor(torrent(), 'http://host', passkey), [
      `http://host/files/${passkey}/${hash}/`,
    ]);
    assert.deepEqual(urls('members').urlsFor(torrent(), 'http://host', undefined), []);
  });

  it('are none for a private torrent whose peers we cannot tell (BEP 27)', () => {
    const alone = torrent({ isPrivate: true });
    const foreign = torrent({ isPrivate: true, tracker: 'http://other.example/announce' });
    assert.equal(isWebSeeded(alone, 'members'), true);
    assert.equal(isWebSeeded(alone, 'public'), false);
    assert.equal(isWebSeeded(foreign, 'members'), false);
    assert.equal(isWebSeeded(foreign, 'public'), false);
  });

  it('are taken out of a torrent that comes in, at whatever address of ours and for whatever user', () => {
    const kept = [
      'http://other.example/files/',
      `http://other.example:6969/files/${hash}/`,
      `http://127.0.0.1:6969/files/${'0'.repeat(40)}/`,
      `http://127.0.0.1:7000/files/${hash}/`,
      `ftp://127.0.0.1:6969/files/${hash}/`,
    ];
    const own = [
      `https://example.org/tracker/files/${hash}/`,
      `http://127.0.0.1:6969/files/${hash}/`,
      `http://127.0.0.1:6969/tracker/files/${hash}/`,
      `http://[::1]:6969/files/${passkey}/${hash}/`,
    ];
    for (const mode of ['off', 'public', 'members'] as const) {
      const stored = urls(mode, 'https://example.org/tracker').withoutOwn(
        torrent({ webSeeds: [...own, ...kept] }),
      );
      assert.deepEqual(stored.webSeeds, kept);
    }
  });
});
