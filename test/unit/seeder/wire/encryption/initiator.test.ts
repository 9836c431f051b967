import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Initiator, type InitiatorFault } from '../../../../../src/seeder/wire/encryption/initiator.ts';
import { KEY_LENGTH, KeyExchange } from '../../../../../src/seeder/wire/encryption/key-exchange.ts';
import { randomBytesOf } from '../../../../support/data.ts';
import { EncryptedPair } from '../../../../support/encrypted-pair.ts';

const exchange = new KeyExchange();
const handshake = Buffer.from('a handshake of BEP 3');
const bytewise = (bytes: Buffer): Buffer[] => [...bytes].map((byte) => Buffer.of(byte));

for (const [mode, peerMode, method] of [
  ['allow', 'allow', 'plain'],
  ['allow', 'require', 'rc4'],
  ['require', 'allow', 'rc4'],
  ['require', 'require', 'rc4'],
] as const)
  test(`where we ${mode} and the peer would ${peerMode}, the payload goes ${method}`, () => {
    const pair = new EncryptedPair({ mode, peerMode, initialPayload: handshake }).shakeHands();
    assert.deepEqual(pair.methods, { initiator: method, responder: method });
    pair.say(Buffer.from(' and more'));
    pair.answer(Buffer.from('an answer'));
    assert.equal(pair.heard.responder.toString(), `${handshake} and more`);
    assert.equal(pair.heard.initiator.toString(), 'an answer');
    assert.deepEqual([pair.faults, pair.peerFaults], [[], []]);
  });

test('an answer that comes byte by byte is one too', () => {
  const pair = new EncryptedPair({ mode: 'require', initialPayload: handshake, cut: bytewise }).shakeHands();
  pair.answer(Buffer.from('an answer'));
  assert.equal(pair.heard.initiator.toString(), 'an answer');
});

test('two who mean different torrents never agree', () => {
  const pair = new EncryptedPair({ infoHash: Buffer.alloc(20, 0xbb) }).shakeHands();
  assert.deepEqual(pair.peerFaults, ['unknown-info-hash']);
  assert.deepEqual(pair.methods, {});
});

test('what is sent for a known secret is the known bytes', () => {
  const sent: Buffer[] = [];
  const key = { publicKey: Buffer.alloc(KEY_LENGTH, 5), secretWith: () => Buffer.alloc(KEY_LENGTH, 0x11) };
  initiator([], sent, { begin: () => key }).push(Buffer.alloc(KEY_LENGTH, 7));
  const [answer] = sent;
  assert.ok(answer);
  assert.equal(answer.subarray(0, 20).toString('hex'), '1db9cc1011525de84a7bf6e97c1b42142bc033cb');
  assert.equal(answer.subarray(20, 40).toString('hex'), '1e93fca290a53c82458eef58e973d0ed1e793856');
  // VC, which is zero, and the offer of both methods, which is 3, over the stream 8849f854c2357e6a de797f62.
  assert.equal(answer.subarray(40, 52).toString('hex'), '8849f854c2357e6ade797f61');
});

test('a plain handshake in the place of a key is no common ground', () => {
  const faults = faultsOf(Buffer.concat([Buffer.from('\u0013BitTorrent protocol'), randomBytesOf(1, 700)]));
  assert.deepEqual(faults, ['not-bittorrent']);
});

test('the choice is looked for behind 512 bytes of padding at most', () => {
  const key = exchange.begin().publicKey;
  assert.deepEqual(faultsOf(Buffer.concat([key, randomBytesOf(2, 519)])), []);
  assert.deepEqual(faultsOf(Buffer.concat([key, randomBytesOf(2, 520)])), ['not-bittorrent']);
});

for (const byte of [0x00, 0xff])
  test(`a public key of bytes ${byte} is refused, and the info-hash not told`, () => {
    const sent: Buffer[] = [];
    const faults = faultsOf(Buffer.alloc(KEY_LENGTH, byte), sent);
    assert.deepEqual(faults, ['not-bittorrent']);
    assert.deepEqual(sent, []);
  });

test('where every byte is to be encrypted, a peer that chooses plain payload is left', () => {
  const pair = new EncryptedPair({ mode: 'require', spoil: flipChoice() }).shakeHands();
  assert.deepEqual(pair.faults, ['no-common-encryption']);
  assert.equal(pair.methods.initiator, undefined);
});

test('our padding varies, and never has more than 512 bytes', () => {
  const lengths = Array.from({ length: 200 }, () => initiator([]).hello().length - KEY_LENGTH);
  assert.ok(Math.max(...lengths) <= 512);
  assert.ok(new Set(lengths).size > 50);
});

/** RC4 is a stream: a bit that is changed on the way is one that is changed in what is read. The choice stands behind VC. */
function flipChoice(): (bytes: Buffer) => Buffer {
  let messages = 0;
  return (bytes) => {
    if (++messages === 2) bytes[11] = (bytes[11] ?? 0) ^ 3; // RC4, which is 2, becomes plain, which is 1
    return bytes;
  };
}

function initiator(
  faults: InitiatorFault[],
  sent: Buffer[] = [],
  keyExchange: Pick<KeyExchange, 'begin'> = exchange,
): Initiator {
  return new Initiator(
    {
      encryption: { mode: 'allow', keyExchange },
      infoHash: Buffer.alloc(20, 0xaa),
      initialPayload: handshake,
    },
    {
      onAnswer: (bytes) => sent.push(bytes),
      onAgreed: () => assert.fail('it agreed'),
      onPayload: () => assert.fail('it found payload'),
      onFault: (fault) => faults.push(fault),
    },
  );
}

/** What comes of these bytes from a peer. */
function faultsOf(bytes: Buffer, sent: Buffer[] = []): InitiatorFault[] {
  const faults: InitiatorFault[] = [];
  initiator(faults, sent).push(bytes);
  return faults;
}
