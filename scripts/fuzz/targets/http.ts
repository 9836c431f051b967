import assert from 'node:assert/strict';
import { decodeBencode } from '../../../src/bittorrent/bencode.ts';
import { TrackerCore } from '../../../src/tracker/core.ts';
import { TrustedProxies } from '../../../src/tracker/front-end/trusted-proxies.ts';
import { Answerer } from '../../../src/tracker/http/answerer.ts';
import { makeHttpCounters } from '../../../src/tracker/http/limits.ts';
import { makeRequestHead, parseHead } from '../../../src/tracker/http/parse.ts';
import type { Mutator } from '../mutator.ts';
import type { FuzzTarget } from '../target.ts';

const HASH = '%124Vx%9A%BC%DE%F1%23Eg%89%AB%CD%EF%124Vx%9A';
/** Not cut, as some clients send it (BEP 52). */
const HASH_V2 = `${HASH}%FFv2tailv2tai`;
const ANNOUNCE = `info_hash=${HASH}&peer_id=-TR2940-k8hj0wgej6ch&port=51413&uploaded=0&downloaded=0&left=16384`;

const REQUESTS = [
  `GET /announce?${ANNOUNCE}&event=started&compact=1&numwant=80&key=1a2b3c4d HTTP/1.1\r\nHost: a\r\n\r\n`,
  `GET /announce?${ANNOUNCE}&compact=0&no_peer_id=1&ip=10.0.0.9 HTTP/1.0\r\nConnection: keep-alive\r\n\r\n`,
  `GET /announce?${ANNOUNCE.replace('left=16384', 'left=0')}&event=completed HTTP/1.1\r\nX-Forwarded-For: 192.0.2.7, ::1\r\nConnection: close\r\n\r\n`,
  `GET /announce?${ANNOUNCE}&event=stopped&supportcrypto=1&trackerid=x HTTP/1.1\r\nUser-Agent: aria2\r\n\r\n`,
  `GET /scrape?info_hash=${HASH}&info_hash=${HASH} HTTP/1.1\r\nHost: a\r\n\r\n`,
  'GET /scrape HTTP/1.1\r\n\r\n',
  `GET /announce?${ANNOUNCE.replace(HASH, HASH_V2)}&event=paused HTTP/1.1\r\n\r\n`,
];

/** Requests on the fast path of the HTTP port: head, query, core and answer. */
export function httpTarget(): FuzzTarget {
  const answerer = new Answerer({
    tracker: new TrackerCore({ access: 'open', limits: { maxPeers: 2_000 } }),
    proxies: new TrustedProxies(['127.0.0.0/8']),
    counters: makeHttpCounters(),
    onError: (error) => {
      throw error;
    },
  });
  const head = makeRequestHead();
  const source = Uint8Array.of(127, 0, 0, 1) as never; // an address of the fixture's own making
  const ends = { source, localAddress: undefined };
  const take = (spoilt: Buffer, mutator: Mutator): string => {
    // Else most would end at the head, and the parameters would hardly be seen.
    const input = mutator.below(2) === 0 ? spoilt : withGoodHead(spoilt);
    const kind = parseHead(input, 0, input.length, head);
    if (kind !== 'announce' && kind !== 'scrape') return kind;
    assert.ok(head.end > 0 && head.end <= input.length, 'a head ends within its bytes');
    if (kind === 'announce') answerer.announce(input, head, ends);
    else answerer.scrape(input, head, ends);
    return `${kind}, ${checkAnswer(answerer)}`;
  };
  return { name: 'http', corpus: REQUESTS.map((text) => Buffer.from(text)), maxBytes: 4096, take };
}

/** The spoilt bytes as the query of a request that is otherwise good. */
function withGoodHead(spoilt: Buffer): Buffer {
  const start = spoilt.indexOf('?') + 1;
  const query = spoilt.subarray(start).filter((byte) => byte > 0x20);
  const path = spoilt.includes('scrape') ? 'scrape' : 'announce';
  return Buffer.concat([Buffer.from(`GET /${path}?`), query, Buffer.from(' HTTP/1.1\r\n\r\n')]);
}

/** The answer is whole HTTP with a bencoded dictionary. Returns whether it is a refusal. */
function checkAnswer(answerer: Answerer): string {
  const answer = Buffer.from(answerer.pending);
  answerer.taken(false);
  const end = answer.indexOf('\r\n\r\n');
  const text = answer.subarray(0, end).toString('latin1');
  assert.match(text, /^HTTP\/1\.1 200 OK\r\n/);
  const body = answer.subarray(end + 4);
  assert.equal(Number(/Content-Length: (\d+)/.exec(text)?.[1]), body.length);
  const reply = decodeBencode(body) as Record<string, unknown>;
  return 'failure reason' in reply ? 'refused' : 'answered';
}
