import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { trackerUrl, urlsOf, webSeedUrl } from '../../../src/bittorrent/url.ts';

describe('URLs from strangers', () => {
  it('are kept as they were written', () => {
    for (const url of ['http://T.example:80/announce?x=%41', 'udp://tracker.example:1337', 'wss://t.example'])
      assert.equal(trackerUrl(url), url);
    assert.equal(webSeedUrl('ftp://f.example/a'), 'ftp://f.example/a');
    assert.equal(trackerUrl(' http://a/ \n'), 'http://a/');
  });

  it('are left out when their scheme is not of that use, or they have no host', () => {
    for (const url of [
      'ftp://a/',
      'javascript:alert(1)',
      'file:///a',
      'http://',
      'udp:1',
      'a',
      '',
      undefined,
    ])
      assert.equal(trackerUrl(url), undefined);
    for (const url of ['udp://a:1', 'ws://a/', 'mailto:a@b']) assert.equal(webSeedUrl(url), undefined);
  });

  it('are escaped where a terminal or a page would stumble', () => {
    assert.equal(webSeedUrl('http://a/my file\u001b[2J'), 'http://a/my%20file%1B[2J');
    assert.equal(webSeedUrl('http://a/\nb'), 'http://a/b');
  });

  it('are left out beyond 2048 characters', () => {
    assert.equal(trackerUrl(`http://a/${'x'.repeat(2048)}`), undefined);
  });

  it('come from a text or a list, up to a limit', () => {
    const bytes = (text: string): Uint8Array => Buffer.from(text);
    assert.deepEqual(urlsOf(bytes('http://a/'), trackerUrl, 10), ['http://a/']);
    assert.deepEqual(urlsOf([bytes('http://a/'), 5, bytes('http://b/')], trackerUrl, 2), ['http://a/']);
    assert.deepEqual(urlsOf(undefined, trackerUrl, 10), []);
    assert.deepEqual(urlsOf(bytes('http://a/'), trackerUrl, 0), []);
  });
});
