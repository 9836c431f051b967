import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { decodeBencode, encodeBencode } from '../../../src/bittorrent/bencode.ts';
import { addressFromBytes, type Endpoint, formatEndpoint } from '../../../src/bittorrent/endpoint.ts';
import { canKnow, isBelievable } from '../../../src/seeder/discovery/believable.ts';
import { readDhtMessage } from '../../../src/seeder/discovery/dht/dht-message.ts';
import { decodeLocalMessage, encodeLocalMessage } from '../../../src/seeder/discovery/local/local-message.ts';
import { decodePex, encodePex } from '../../../src/seeder/wire/ut-pex.ts';

/** Records as the sources make them. */
const PLAIN = { noNullPrototype: true } as const;

const bytes = (length: number): fc.Arbitrary<Uint8Array> =>
  fc.uint8Array({ minLength: length, maxLength: length });
const ports = fc.integer({ min: 1, max: 65535 });
const endpoints4: fc.Arbitrary<Endpoint> = fc.record(
  { address: bytes(4).map(addressFromBytes), port: ports },
  PLAIN,
);
const endpoints6: fc.Arbitrary<Endpoint> = fc.record(
  {
    address: bytes(16)
      .map((raw) => Uint8Array.of(0x20, ...raw.subarray(1)))
      .map(addressFromBytes),
    port: ports,
  },
  PLAIN,
);
const endpoints = fc.oneof(endpoints4, endpoints6);
const byFamily = (list: readonly Endpoint[]): Endpoint[] =>
  [4, 16].flatMap((length) => list.filter(({ address }) => address.length === length));

/** Bytes that begin as a message does, and then are anything. */
const damaged = (good: fc.Arbitrary<Uint8Array>): fc.Arbitrary<Uint8Array> =>
  fc
    .tuple(good, fc.nat(), fc.integer({ min: 0, max: 255 }), fc.boolean())
    .map(([message, at, byte, isCut]) => {
      const copy = Uint8Array.from(message);
      if (copy.length === 0) return copy;
      copy[at % copy.length] = byte;
      return isCut ? copy.subarray(0, at % copy.length) : copy;
    });

const pexMessages = fc.record(
  {
    added: fc.array(fc.record({ endpoint: endpoints, flags: fc.integer({ min: 0, max: 255 }) }, PLAIN), {
      maxLength: 60,
    }),
    dropped: fc.array(endpoints, { maxLength: 60 }),
  },
  PLAIN,
);

it('a message of the peer exchange is read as it was written', () => {
  fc.assert(
    fc.property(pexMessages, ({ added, dropped }) => {
      const read = decodePex(encodePex({ added, dropped }));
      const ordered = [4, 16].flatMap((length) =>
        added.filter(({ endpoint }) => endpoint.address.length === length),
      );
      assert.deepEqual(read, { added: ordered, dropped: byFamily(dropped) });
    }),
  );
});

it('whatever a peer sends as exchange is read within bounds, or not at all', () => {
  const hostile = fc.oneof(
    fc.uint8Array({ maxLength: 300 }),
    damaged(pexMessages.map(encodePex)),
    fc.uint8Array({ maxLength: 5000 }).map((added) => encodeBencode({ added, added6: added, 'added.f': 5 })),
  );
  fc.assert(
    fc.property(hostile, (payload) => {
      const read = decodePex(payload);
      if (read === undefined) return;
      assert.ok(read.added.length <= 400 && read.dropped.length <= 400);
      for (const { endpoint } of read.added) assert.ok(endpoint.port > 0 && endpoint.port < 65536);
    }),
  );
});

const infoHashes = bytes(20);
const localMessages = fc.record(
  {
    port: ports,
    infoHashes: fc.array(infoHashes, { minLength: 1, maxLength: 20 }),
    cookie: fc.option(fc.stringMatching(/^[a-z0-9]{1,20}$/), { nil: undefined }),
  },
  PLAIN,
);

it('a message of local discovery is read as it was written, and is short enough for one packet', () => {
  fc.assert(
    fc.property(localMessages, (message) => {
      const written = encodeLocalMessage('[ff15::efc0:988f]:6771', message);
      assert.ok(written.length <= 1400);
      assert.deepEqual(decodeLocalMessage(written), message);
    }),
  );
});

it('whatever comes on the local network is read within bounds, or not at all', () => {
  const good = localMessages.map((message) => encodeLocalMessage('239.192.152.143:6771', message));
  fc.assert(
    fc.property(fc.oneof(damaged(good), fc.uint8Array({ maxLength: 2000 })), (packet) => {
      const read = decodeLocalMessage(packet);
      if (read === undefined) return;
      assert.ok(read.port > 0 && read.port < 65536 && (read.cookie?.length ?? 0) <= 64);
      for (const infoHash of read.infoHashes) assert.equal(infoHash.length, 20);
    }),
  );
});

const nodes = fc.array(fc.tuple(bytes(20), endpoints4), { maxLength: 20 });
const compact = ({ address, port }: Endpoint): Uint8Array => Uint8Array.of(...address, port >> 8, port & 255);
const anything = fc.oneof(fc.integer(), fc.uint8Array({ maxLength: 40 }), fc.constant({}), fc.constant([]));
const dhtMessages = fc.oneof(
  fc
    .record({ id: anything, target: anything, info_hash: anything, token: anything, port: anything })
    .chain((a) =>
      fc
        .constantFrom('ping', 'find_node', 'get_peers', 'announce_peer', 'put', 'get', 'vote')
        .map((q) => encodeBencode({ t: 'aa', y: 'q', q, a })),
    ),
  fc
    .record({ id: infoHashes, nodes, values: fc.array(endpoints4, { maxLength: 20 }) })
    .map(({ id, nodes: told, values }) =>
      encodeBencode({
        t: 'aa',
        y: 'r',
        r: {
          id,
          nodes: Buffer.concat(told.map(([nodeId, endpoint]) => Buffer.concat([nodeId, compact(endpoint)]))),
          values: values.map(compact),
        },
      }),
    ),
  fc.tuple(anything, anything).map((e) => encodeBencode({ t: 'aa', y: 'e', e })),
);

it('whatever a node of the DHT sends is written anew with members of the types that they have, or not at all', () => {
  fc.assert(
    fc.property(fc.oneof(dhtMessages, damaged(dhtMessages), fc.uint8Array({ maxLength: 500 })), (packet) => {
      const read = readDhtMessage(packet, () => true);
      if (read === undefined || read.bytes.length === 0) return;
      assert.deepEqual(readDhtMessage(read.bytes, () => true)?.bytes, read.bytes);
      const { a, r } = decodeBencode(read.bytes) as {
        a?: Record<string, unknown>;
        r?: Record<string, unknown>;
      };
      for (const name of ['id', 'target', 'info_hash']) {
        const value = (a ?? r)?.[name];
        assert.ok(value === undefined || (value instanceof Uint8Array && value.length === 20), name);
      }
    }),
  );
});

it('of the peers and nodes in an answer only those remain that are believed', () => {
  fc.assert(
    fc.property(nodes, fc.array(endpoints4, { maxLength: 20 }), endpoints4, (told, values, teller) => {
      const packet = encodeBencode({
        t: 'aa',
        y: 'r',
        r: {
          id: new Uint8Array(20),
          nodes: Buffer.concat(told.map(([id, endpoint]) => Buffer.concat([id, compact(endpoint)]))),
          values: values.map(compact),
        },
      });
      const seen: Endpoint[] = [];
      const read = readDhtMessage(packet, (endpoint) => isBelievable(teller.address, endpoint));
      assert.ok(read !== undefined);
      readDhtMessage(read.bytes, (endpoint) => seen.push(endpoint) > 0);
      const all = [...told.map(([, endpoint]) => endpoint), ...values];
      const believed = all.filter((endpoint) => isBelievable(teller.address, endpoint));
      assert.deepEqual(seen.map(formatEndpoint), believed.map(formatEndpoint));
      for (const { address } of seen) assert.ok(canKnow(teller.address, address));
    }),
  );
});
