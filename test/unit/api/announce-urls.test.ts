import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { AnnounceUrls, originOf } from '../../../src/api/announce-urls.ts';

function urls(publicUrl?: string, udpPort?: number): AnnounceUrls {
  return new AnnounceUrls({
    publicUrl,
    defaultAddress: '192.0.2.7',
    port: () => 6969,
    udpPort: () => udpPort,
  });
}

describe('announce URLs', () => {
  it('carry the default address where nothing is configured', () => {
    assert.equal(urls().origin, 'http://192.0.2.7:6969');
  });

  it('carry the public URL where there is one, without a slash at its end', () => {
    assert.equal(urls('https://example.org/seedbed/').origin, 'https://example.org/seedbed');
  });

  it('put the origin that was asked for first, and the public URL behind it', () => {
    assert.deepEqual(urls().tierFor('http://host:6969'), ['http://host:6969/announce']);
    assert.deepEqual(urls('https://example.org').tierFor('http://host:6969'), [
      'http://host:6969/announce',
      'https://example.org/announce',
    ]);
    assert.deepEqual(urls('https://example.org').tierFor('https://example.org'), [
      'https://example.org/announce',
    ]);
  });

  it('know the URLs that lead to this node', () => {
    const own = urls('https://example.org');
    for (const url of [
      'https://example.org/announce',
      'http://127.0.0.1:6969/announce',
      'http://localhost:6969/announce',
      'http://[::1]:6969/announce',
    ]) {
      assert.equal(own.isOwn(url), true, url);
    }
    for (const url of [
      'http://127.0.0.1:6970/announce',
      'http://other.example:6969/announce',
      'udp://127.0.0.1:6969/announce',
      'http://127.0.0.1:6969/x',
      'no url',
    ]) {
      assert.equal(own.isOwn(url), false, url);
    }
  });

  it('put the URL over UDP behind that of the same host', () => {
    assert.deepEqual(urls(undefined, 6970).tierFor('http://host:6969'), [
      'http://host:6969/announce',
      'udp://host:6970/announce',
    ]);
    assert.deepEqual(urls('https://example.org/seedbed', 6970).tierFor('http://[::1]:6969'), [
      'http://[::1]:6969/announce',
      'udp://[::1]:6970/announce',
      'https://example.org/seedbed/announce',
      'udp://example.org:6970/announce',
    ]);
  });

  it('know the URLs over UDP that lead to this node, whatever their path', () => {
    const own = urls('https://example.org', 6970);
    for (const url of ['udp://127.0.0.1:6970', 'udp://[::1]:6970/x', 'udp://example.org:6970/announce'])
      assert.equal(own.isOwn(url), true, url);
    for (const url of ['udp://127.0.0.1:6969/announce', 'udp://other.example:6970', 'udp://127.0.0.1'])
      assert.equal(own.isOwn(url), false, url);
  });

  it('put IPv6 addresses in brackets', () => {
    assert.equal(originOf('2001:db8::1', 80), 'http://[2001:db8::1]:80');
  });

  it('over WebSocket come last, and only when they are wanted', () => {
    const own = new AnnounceUrls({
      publicUrl: 'https://example.org',
      defaultAddress: '192.0.2.7',
      port: () => 6969,
      isWsWritten: true,
    });
    assert.deepEqual(own.tierFor('http://host:6969'), [
      'http://host:6969/announce',
      'https://example.org/announce',
      'ws://host:6969/announce',
      'wss://example.org/announce',
    ]);
    for (const url of ['wss://example.org/announce', 'ws://127.0.0.1:6969/announce'])
      assert.equal(urls('https://example.org').isOwn(url), true, url);
    assert.equal(urls().isOwn('ws://example.org/announce'), false);
  });

  describe('with HTTPS', () => {
    const withHttps = (host: string | undefined, publicUrl?: string, port = 6970): AnnounceUrls =>
      new AnnounceUrls({
        publicUrl,
        defaultAddress: '192.0.2.7',
        port: () => 6969,
        udpPort: () => 6969,
        https: () => ({ host, port }),
      });

    it('carry the host of the certificate', () => {
      assert.equal(withHttps('example.org').origin, 'https://example.org:6970');
      assert.equal(withHttps('example.org', undefined, 443).origin, 'https://example.org');
      assert.equal(withHttps('2001:db8::1').origin, 'https://[2001:db8::1]:6970');
      assert.deepEqual(withHttps('example.org').tierFor('https://example.org:6970'), [
        'https://example.org:6970/announce',
        'udp://example.org:6969/announce',
      ]);
      assert.deepEqual(withHttps('example.org').tierFor('http://192.0.2.7:6969'), [
        'http://192.0.2.7:6969/announce',
        'udp://192.0.2.7:6969/announce',
        'https://example.org:6970/announce',
        'udp://example.org:6969/announce',
      ]);
    });

    it('carry the public URL where there is one, and the default address where the certificate names no host', () => {
      assert.equal(withHttps('example.org', 'http://tracker.example').origin, 'http://tracker.example');
      assert.equal(withHttps(undefined).origin, 'http://192.0.2.7:6969');
    });

    it('know the URLs that lead to this node', () => {
      const own = withHttps('example.org');
      for (const url of [
        'https://example.org:6970/announce',
        'wss://example.org:6970/announce',
        'https://127.0.0.1:6970/announce',
        'wss://localhost:6970/announce',
        'http://127.0.0.1:6969/announce',
      ])
        assert.equal(own.isOwn(url), true, url);
      for (const url of [
        'https://127.0.0.1:6969/announce',
        'http://127.0.0.1:6970/announce',
        'https://127.0.0.1/announce',
      ])
        assert.equal(own.isOwn(url), false, url);
      assert.equal(withHttps(undefined, undefined, 443).isOwn('https://127.0.0.1/announce'), true);
    });
  });
});
