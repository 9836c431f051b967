import assert from 'node:assert/strict';
import { test } from 'node:test';
import { randomBytesOf } from '../../../../support/data.ts';
import { EncryptedConversation } from '../../../../support/encrypted-conversation.ts';

const bytewise = (bytes: Buffer): Buffer[] => [...bytes].map((byte) => Buffer.of(byte));
const hello = Buffer.from('hello');
const world = Buffer.from('world');

for (const [provide, mode, selected] of [
  [3, 'allow', 1],
  [1, 'allow', 1],
  [2, 'allow', 2],
  [0xffffffff, 'allow', 1],
  [3, 'require', 2],
  [2, 'require', 2],
] as const)
  test(`a peer that offers ${provide} in mode ${mode} is told ${selected}`, () => {
    const talk = new EncryptedConversation({ provide, initial: hello }, { mode }).shakeHands();
    assert.deepEqual(talk.faults, []);
    assert.equal(talk.method, selected === 1 ? 'plain' : 'rc4');
    assert.equal(talk.initiator.selected, selected);
    talk.say(world);
    assert.equal(talk.heard.toString(), 'helloworld');
    assert.equal(talk.hear(world).toString(), 'world');
  });

for (const [provide, mode] of [
  [0, 'allow'],
  [4, 'allow'],
  [1, 'require'],
] as const)
  test(`a peer that offers ${provide} in mode ${mode} is refused`, () => {
    const talk = new EncryptedConversation({ provide, initial: hello }, { mode }).shakeHands();
    assert.deepEqual(talk.faults, ['no-common-encryption']);
    assert.equal(talk.heard.length, 0);
  });

for (const provide of [1, 2])
  test(`a handshake that comes byte by byte is one too (offer ${provide})`, () => {
    const options = { provide, padA: 300, padC: 200, initial: hello };
    const talk = new EncryptedConversation(options, { cut: bytewise }).shakeHands();
    talk.say(world);
    assert.equal(talk.heard.toString(), 'helloworld');
    assert.equal(talk.hear(world).toString(), 'world');
  });

for (const stripsSecret of [false, true])
  test(`a secret with leading zeroes is one, ${stripsSecret ? 'also to a peer that leaves them out' : 'with all its bytes'}`, () => {
    for (let met = 0; met < 1; ) {
      const talk = new EncryptedConversation({ provide: 2, initial: hello, stripsSecret }).shakeHands();
      if (!talk.initiator.secretHasZeroes) continue;
      met++;
      assert.deepEqual(talk.faults, []);
      talk.say(world);
      assert.equal(talk.heard.toString(), 'helloworld');
      assert.equal(talk.hear(world).toString(), 'world');
    }
  });

test('padding of 512 bytes is taken', () => {
  const talk = new EncryptedConversation({ padA: 512, padC: 512, initial: hello }).shakeHands();
  assert.equal(talk.heard.toString(), 'hello');
});

test('padding of 513 bytes before the mark is too much', () => {
  assert.deepEqual(new EncryptedConversation({ padA: 513 }).shakeHands().faults, ['not-bittorrent']);
});

test('padding of 513 bytes behind the offer is refused before it comes', () => {
  const talk = new EncryptedConversation({ padC: 0, claimedPadC: 513 }).shakeHands();
  assert.deepEqual(talk.faults, ['not-bittorrent']);
});

test('initial payload of 65535 bytes is passed on as it comes', () => {
  const initial = randomBytesOf(1, 65_535);
  const talk = new EncryptedConversation({ initial }, { cut: (bytes) => portions(bytes, 1000) }).shakeHands();
  talk.say(world);
  assert.deepEqual(talk.heard, Buffer.concat([initial, world]));
});

test('our own padding varies, and never has more than 512 bytes', () => {
  const lengths = Array.from({ length: 200 }, () => {
    const { initiator } = new EncryptedConversation().shakeHands();
    return [initiator.padB, initiator.padD];
  }).flat();
  assert.ok(Math.max(...lengths) <= 512);
  assert.ok(new Set(lengths).size > 100);
});

test('an info-hash that is not ours is refused', () => {
  const talk = new EncryptedConversation({ infoHash: Buffer.alloc(20, 0xbb) }).shakeHands();
  assert.deepEqual(talk.faults, ['unknown-info-hash']);
});

test('a verification constant that is not zero is refused', () => {
  const talk = new EncryptedConversation({ vc: Buffer.alloc(8, 1) }).shakeHands();
  assert.deepEqual(talk.faults, ['not-bittorrent']);
});

for (const byte of [0x00, 0xff])
  test(`a public key of bytes ${byte} is refused, and not answered`, () => {
    const talk = new EncryptedConversation();
    talk.deliver(Buffer.alloc(96, byte));
    assert.deepEqual(talk.faults, ['not-bittorrent']);
    assert.equal(talk.answeredBytes, 0);
  });

test('noise is refused once, when the mark can come no more', () => {
  const talk = new EncryptedConversation({}, { cut: bytewise });
  talk.deliver(randomBytesOf(2, 96 + 531));
  assert.deepEqual(talk.faults, []);
  talk.deliver(randomBytesOf(3, 1000));
  assert.deepEqual(talk.faults, ['not-bittorrent']);
});

function portions(bytes: Buffer, length: number): Buffer[] {
  const parts: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += length) parts.push(bytes.subarray(at, at + length));
  return parts;
}
