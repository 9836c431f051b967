import assert from 'node:assert/strict';
import type { WebSocket } from 'ws';
import { parseAddress } from '../../../src/bittorrent/endpoint.ts';
import { TrackerCore } from '../../../src/tracker/core.ts';
import { WsAnswerer } from '../../../src/tracker/ws/answerer.ts';
import { WsConnection } from '../../../src/tracker/ws/connection.ts';
import { DEFAULT_WS_LIMITS, makeWsCounters } from '../../../src/tracker/ws/limits.ts';
import type { Mutator } from '../mutator.ts';
import type { FuzzTarget } from '../target.ts';

const HASH = '\u00124Vx\u009a\u00bc\u00de\u00f1#Eg\u0089\u00ab\u00cd\u00ef\u00124Vx\u009a';
const OFFER_ID = 'abcdefghijklmnopqrst';
const OFFER = { type: 'offer', sdp: 'v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\n' };

const announce = {
  action: 'announce',
  info_hash: HASH,
  peer_id: '-WW0200-aaaaaaaaaaaa',
  uploaded: 0,
  downloaded: 0,
  left: 16384,
  event: 'started',
  numwant: 5,
  offers: [{ offer_id: OFFER_ID, offer: OFFER }],
};

const MESSAGES: readonly object[] = [
  announce,
  { ...announce, peer_id: '-WW0200-bbbbbbbbbbbb', offers: [], left: 0, event: 'completed' },
  {
    action: 'announce',
    info_hash: HASH,
    peer_id: '-WW0200-bbbbbbbbbbbb',
    to_peer_id: '-WW0200-aaaaaaaaaaaa',
    offer_id: OFFER_ID,
    answer: { ...OFFER, type: 'answer' },
  },
  { ...announce, event: 'stopped' },
  { action: 'scrape', info_hash: [HASH, HASH] },
];

/** Values in the place of others. */
const ODD: readonly unknown[] = [
  null,
  true,
  -1,
  1e308,
  0.5,
  '',
  'x'.repeat(3000),
  '\ud800',
  [],
  [[[[]]]],
  {},
  { __proto__: null },
];

/** Messages on WebSockets: JSON, its shape, core, answers and relays. Two sockets take turns. */
export function wsTarget(): FuzzTarget {
  const connections = new Map<number, WsConnection>();
  const counters = makeWsCounters();
  const answerer = new WsAnswerer({
    tracker: new TrackerCore({ access: 'open', limits: { maxPeers: 2_000 } }),
    commits: undefined,
    limits: DEFAULT_WS_LIMITS,
    counters,
    connections,
    nowMs: () => 0,
    onError: (error) => {
      throw error;
    },
  });
  const sent: string[] = [];
  for (const number of [1, 2]) connections.set(number, fakeConnection(number, sent, counters));
  const take = (input: Buffer, mutator: Mutator): string => {
    const connection = connections.get(1 + mutator.below(2));
    assert.ok(connection);
    // As bytes most inputs are no JSON, so that nothing behind it would be seen.
    const text = mutator.below(3) === 0 ? input.toString() : JSON.stringify(withOddMember(mutator));
    sent.length = 0;
    answerer.answer(text, connection);
    assert.ok(connection.swarms.size <= DEFAULT_WS_LIMITS.maxSwarmsPerSocket);
    if (connection.swarms.size > 50) answerer.leave(connection);
    return outcomeOf(sent);
  };
  return {
    name: 'ws',
    corpus: MESSAGES.map((message) => Buffer.from(JSON.stringify(message))),
    maxBytes: 8192,
    take,
  };
}

/** A good message with an odd value in one or two places. */
function withOddMember(mutator: Mutator): object {
  const message = structuredClone(MESSAGES[mutator.below(MESSAGES.length)]) as Record<string, unknown>; // within the list
  for (let faults = mutator.below(3); faults > 0; faults--) spoil(message, mutator);
  return message;
}

function spoil(value: Record<string, unknown>, mutator: Mutator): void {
  const keys = Object.keys(value);
  const key = keys[mutator.below(keys.length)];
  if (key === undefined) return;
  const member = value[key];
  const isDeeper = typeof member === 'object' && member !== null && mutator.below(2) === 0;
  if (isDeeper)
    spoil(member as Record<string, unknown>, mutator); // a list has keys as well
  else if (mutator.below(4) === 0) delete value[key];
  else value[key] = ODD[mutator.below(ODD.length)];
}

/** Every answer is a JSON object of the protocol. */
function outcomeOf(sent: readonly string[]): string {
  const kinds = sent.map((text) => {
    const answer = JSON.parse(text) as Record<string, unknown>;
    assert.ok(answer['action'] === 'announce' || answer['action'] === 'scrape', text);
    if ('failure reason' in answer) return 'refused';
    if ('offer' in answer) return 'offer';
    return 'answer' in answer ? 'relayed answer' : 'answered';
  });
  return kinds.length === 0 ? 'silence' : kinds.join(' and ');
}

function fakeConnection(
  number: number,
  sent: string[],
  counters: ReturnType<typeof makeWsCounters>,
): WsConnection {
  const source = parseAddress('198.51.100.9');
  assert.ok(source);
  const socket = {
    OPEN: 1,
    readyState: 1,
    bufferedAmount: 0,
    isPaused: false,
    ping() {},
    send: (text: string) => void sent.push(text),
  };
  return new WsConnection({
    socket: socket as unknown as WebSocket, // the few members that are used
    sender: { source, localAddress: undefined, protocol: 'ws', webSocket: number },
    limits: DEFAULT_WS_LIMITS,
    counters,
    nowMs: 0,
  });
}
