import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { formatEndpoint, parseAddress } from '../../../src/bittorrent/endpoint.ts';
import { infoHashFromHex, infoHashToHex } from '../../../src/bittorrent/info-hash.ts';
import { formatMagnet, parseMagnet } from '../../../src/bittorrent/magnet.ts';

const hex = 'c12fe1c06bba254a9dc9f519b335aa7c1367a88a';
const xt = `xt=urn:btih:${hex}`;
const refused = (reason: RegExp) => ({ code: 'ERR_MAGNET', message: reason });

describe('parseMagnet', () => {
  it('reads the info-hash in hexadecimal, upper or lower case, and in base32 (RFC 4648)', () => {
    const base32 = 'YEX6DQDLXISUVHOJ6UM3GNNKPQJWPKEK';
    for (const spelled of [hex, hex.toUpperCase(), base32, base32.toLowerCase()])
      assert.equal(infoHashToHex(parseMagnet(`magnet:?xt=urn:btih:${spelled}`).infoHash), hex);
  });

  it('reads everything else that BEP 9 names', () => {
    const magnet = parseMagnet(
      `magnet:?${xt}&dn=My%20file+1&xl=1234&tr=http%3A%2F%2Fa%2Fannounce%3Fk%3D1%26x&tr=udp://b:80&ws=http%3A%2F%2Fw%2F&x.pe=1.2.3.4:6881&x.pe=%5B::1%5D:1`,
    );
    assert.equal(magnet.name, 'My file 1');
    assert.equal(magnet.length, 1234);
    assert.deepEqual(magnet.trackers, ['http://a/announce?k=1&x', 'udp://b:80']);
    assert.deepEqual(magnet.webSeeds, ['http://w/']);
    assert.deepEqual(magnet.peers.map(formatEndpoint), ['1.2.3.4:6881', '[::1]:1']);
  });

  it('reads numbered parameters, any case of the scheme, and blanks around the link', () => {
    const magnet = parseMagnet(
      ` MAGNET:?xt.1=urn:BTIH:${hex}&tr.1=http://a/&tr.2=http://b/&tr.x=http://c/\n`,
    );
    assert.equal(infoHashToHex(magnet.infoHash), hex);
    assert.deepEqual(magnet.trackers, ['http://a/', 'http://b/']);
  });

  it('takes the v1 info-hash of a hybrid link (BEP 52)', () => {
    const v2 = `xt=urn:btmh:1220${'ab'.repeat(32)}`;
    assert.equal(infoHashToHex(parseMagnet(`magnet:?${v2}&${xt}`).infoHash), hex);
  });

  it('goes by the first 20 bytes of the v2 info-hash where a link names no other (BEP 52), and is written as it was read', () => {
    const link = `magnet:?xt=urn:btmh:1220${'ab'.repeat(32)}`;
    const magnet = parseMagnet(link);
    assert.equal(infoHashToHex(magnet.infoHash), 'ab'.repeat(20));
    assert.equal(formatMagnet(magnet), link);
  });

  it('leaves out what it cannot read', () => {
    const magnet = parseMagnet(
      `magnet:?${xt}&xl=&xl=0x10&xl=-1&tr=nonsense&tr=javascript:alert(1)&ws=file:///etc/passwd&x.pe=host:1&x.pe=1.2.3.4:0&x.pe=1.2.3.4:65536&x.pe=::1&foo=bar&dn`,
    );
    assert.deepEqual(magnet, {
      infoHash: infoHashFromHex(hex),
      name: '',
      trackers: [],
      webSeeds: [],
      peers: [],
    });
  });

  it('refuses what is no magnet link, with the reason', () => {
    assert.throws(() => parseMagnet(''), refused(/does not begin with "magnet:\?"/));
    assert.throws(() => parseMagnet('http://a/b.torrent'), refused(/does not begin/));
    assert.throws(() => parseMagnet('magnet:?dn=x'), refused(/names no info-hash/));
    for (const spelled of ['', 'abc', `${hex}0`, hex.slice(1), hex.replace('c', 'g'), '1'.repeat(32)])
      assert.throws(() => parseMagnet(`magnet:?xt=urn:btih:${spelled}`), refused(/neither 40 hexadecimal/));
    assert.throws(() => parseMagnet(`magnet:?${xt}&dn=${'x'.repeat(70_000)}`), refused(/longer than/));
  });
});

describe('formatMagnet', () => {
  it('escapes what URLs and shells take for themselves', () => {
    const text = formatMagnet({
      infoHash: infoHashFromHex(hex),
      name: `it's (a) "100%" file & more!*`,
      length: 5,
      trackers: ['http://a/announce?k=1&x=2'],
      webSeeds: [],
      peers: [{ address: parseAddress('::1') ?? assert.fail(), port: 1 }],
    });
    assert.equal(
      text,
      `magnet:?${xt}&dn=it%27s%20%28a%29%20%22100%25%22%20file%20%26%20more%21%2A&xl=5&tr=http%3A%2F%2Fa%2Fannounce%3Fk%3D1%26x%3D2&x.pe=[::1]:1`,
    );
  });

  it('writes half of a surrogate pair as the replacement character instead of failing', () => {
    const magnet = { infoHash: infoHashFromHex(hex), name: '\ud800', trackers: [], webSeeds: [], peers: [] };
    assert.match(formatMagnet(magnet), /dn=%EF%BF%BD$/);
  });

  it('carries both info-hashes of a hybrid torrent, and reads them back', () => {
    const v1 = infoHashFromHex('01'.repeat(20));
    const infoHashV2 = new Uint8Array(32).fill(0xab);
    const text = formatMagnet({ infoHash: v1, infoHashV2, trackers: [], webSeeds: [], peers: [] });
    assert.equal(text, `magnet:?xt=urn:btih:${'01'.repeat(20)}&xt=urn:btmh:1220${'ab'.repeat(32)}`);
    assert.deepEqual(parseMagnet(text).infoHashV2, infoHashV2);
    assert.equal(parseMagnet(text.slice(0, -2)).infoHashV2, undefined, 'one that cannot be read is left out');
  });
});
