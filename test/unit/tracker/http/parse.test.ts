import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { makeRequestHead, parseHead } from '../../../../src/tracker/http/parse.ts';

const plain = 'GET /announce?a=b HTTP/1.1\r\nHost: x:6969\r\nUser-Agent: t\r\n\r\n';

function parse(text: string): { kind: string; query: string; rest: string; isKeepAlive: boolean } {
  const bytes = Buffer.from(text, 'latin1');
  const head = makeRequestHead();
  const kind = parseHead(bytes, 0, bytes.length, head);
  return {
    kind,
    query: bytes.toString('latin1', head.queryStart, head.queryEnd),
    rest: bytes.toString('latin1', head.end),
    isKeepAlive: head.isKeepAlive,
  };
}

const kindOf = (text: string): string => parse(text).kind;
const withHeader = (header: string): string => plain.replace('\r\nUser-Agent', `\r\n${header}\r\nUser-Agent`);

describe('the head parser of the fast path', () => {
  it('reads an announce and where the next request begins', () => {
    const { kind, query, rest, isKeepAlive } = parse(`${plain}GET /next`);
    assert.deepEqual(
      { kind, query, rest, isKeepAlive },
      {
        kind: 'announce',
        query: 'a=b',
        rest: 'GET /next',
        isKeepAlive: true,
      },
    );
  });

  it('reads a scrape, with and without a query', () => {
    assert.equal(parse('GET /scrape?info_hash=x HTTP/1.0\r\n\r\n').query, 'info_hash=x');
    assert.deepEqual(parse('GET /scrape HTTP/1.1\r\n\r\n').query, '');
    assert.equal(kindOf('GET /scrape HTTP/1.1\r\n\r\n'), 'scrape');
  });

  it('keeps a connection as HTTP/1.0, HTTP/1.1 and the Connection header say', () => {
    assert.equal(parse(plain).isKeepAlive, true);
    assert.equal(parse(plain.replace('1.1', '1.0')).isKeepAlive, false);
    assert.equal(parse(withHeader('Connection: close')).isKeepAlive, false);
    assert.equal(parse(withHeader('CONNECTION:Close ')).isKeepAlive, false);
    assert.equal(parse(withHeader('Connection: Keep-Alive').replace('1.1', '1.0')).isKeepAlive, true);
  });

  it('calls every beginning of a good request incomplete', () => {
    for (let length = 0; length < plain.length; length++)
      assert.equal(kindOf(plain.slice(0, length)), 'incomplete', `${length} bytes`);
  });

  it('needs no bytes beyond the end it is given', () => {
    const bytes = Buffer.from(plain);
    assert.equal(parseHead(bytes, 0, 10, makeRequestHead()), 'incomplete');
  });

  for (const [what, text] of [
    ['another method', plain.replace('GET', 'POST')],
    ['HEAD', plain.replace('GET', 'HEAD')],
    ['another path', plain.replace('/announce', '/')],
    ['a longer path', plain.replace('/announce', '/announcement')],
    ['a path below', plain.replace('/announce', '/announce/passkey')],
    ['a path in capitals', plain.replace('/announce', '/Announce')],
    ['an absolute URL', plain.replace('/announce', 'http://x/announce')],
    ['another version', plain.replace('1.1', '2.0')],
    ['lines without CR', plain.replaceAll('\r\n', '\n')],
    ['a space in the query', plain.replace('a=b', 'a=b c')],
    ['a control character in the query', plain.replace('a=b', 'a=\x01')],
    ['a byte beyond ASCII in the query', plain.replace('a=b', 'a=\xff')],
    ['a folded header', withHeader('X: y\r\n folded')],
    ['a header without a colon', withHeader('Nonsense')],
    ['a header without a name', withHeader(': x')],
    ['a space before the colon', withHeader('Host : x')],
    ['a control character in a header', withHeader('X: \x00')],
    ['a body', withHeader('Content-Length: 3')],
    ['a chunked body', withHeader('Transfer-Encoding: chunked')],
    ['an upgrade', withHeader('Upgrade: websocket')],
    ['Connection: upgrade', withHeader('Connection: Upgrade')],
    ['an expectation', withHeader('Expect: 100-continue')],
    ['a doubled X-Forwarded-For', withHeader('X-Forwarded-For: 1.1.1.1\r\nX-Forwarded-For: 2.2.2.2')],
    ['TLS', '\x16\x03\x01\x02\x00\x01\x00\x01'],
    ['a BitTorrent handshake', '\x13BitTorrent protocol'],
  ] as const)
    it(`leaves to node:http: ${what}`, () => assert.equal(kindOf(text), 'unusual'));

  it('never throws and never reads beyond the end, whatever it gets', () => {
    const parts = [
      'GET /announce',
      'GET /scrape',
      '?',
      ' ',
      'HTTP/1.1',
      '\r\n',
      '\r',
      '\n',
      'a',
      ':',
      'Connection',
      '\xff',
    ];
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...parts), { maxLength: 30, size: 'max' }), (list) => {
        const bytes = Buffer.from(list.join(''), 'latin1');
        const head = makeRequestHead();
        const kind = parseHead(bytes, 0, bytes.length, head);
        if (kind === 'announce' || kind === 'scrape') {
          assert.ok(
            head.end <= bytes.length && head.queryEnd <= head.end && head.queryStart <= head.queryEnd,
          );
        }
      }),
      { numRuns: 2000 },
    );
  });
});
