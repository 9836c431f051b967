import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  initiatorKey,
  maskedSkeyHash,
  responderKey,
  skeyHash,
  syncMark,
} from '../../../../../src/seeder/wire/encryption/derived-keys.ts';
import { KeyExchange } from '../../../../../src/seeder/wire/encryption/key-exchange.ts';
import { Rc4 } from '../../../../../src/seeder/wire/encryption/rc4.ts';
import { randomBytesOf } from '../../../../support/data.ts';

const secret = Buffer.alloc(96, 0x11);
const infoHash = Buffer.alloc(20, 0xaa);

function keyStream(key: Uint8Array): string {
  const zeroes = Buffer.alloc(16);
  new Rc4(key).apply(zeroes);
  return zeroes.toString('hex');
}

test('the key stream of RC4 is the known one behind its first KiB', () => {
  assert.equal(keyStream(Buffer.from('0102030405', 'hex')), '30abbcc7c20b01609f23ee2d5f6bb7df');
  const long = Buffer.from(Array.from({ length: 16 }, (_none, at) => at + 1));
  assert.equal(keyStream(long), 'bdf0324e6083dcc6d3cedd3ca8c53c16');
});

test('keys and hashes of a known secret are the known ones', () => {
  const first = initiatorKey(secret, infoHash);
  const second = responderKey(secret, infoHash);
  assert.equal(first.toString('hex'), '5787ecebbb017c0ea92d8023f28a2eb0f804a3e7');
  assert.equal(keyStream(first), '8849f854c2357e6ade797f62bbd82eda');
  assert.equal(second.toString('hex'), 'ddc514ab76a6066cc608058a63faeb554089f7db');
  assert.equal(keyStream(second), 'e49f4e6643cb5f299bda262089ab7ef9');
  assert.equal(syncMark(secret).toString('hex'), '1db9cc1011525de84a7bf6e97c1b42142bc033cb');
  const masked = maskedSkeyHash(skeyHash(infoHash), secret);
  assert.equal(masked.toString('hex'), '1e93fca290a53c82458eef58e973d0ed1e793856');
  assert.deepEqual(maskedSkeyHash(masked, secret), skeyHash(infoHash));
});

test('bytes may be encrypted in portions, in place or into other memory', () => {
  const data = randomBytesOf(1, 5000);
  const whole = Buffer.alloc(5000);
  new Rc4(secret).applyTo(data, whole);
  const cipher = new Rc4(secret);
  const parts = Buffer.from(data);
  for (let at = 0; at < 5000; at += 37) cipher.apply(parts.subarray(at, at + 37));
  assert.deepEqual(parts, whole);
  new Rc4(secret).apply(parts);
  assert.deepEqual(parts, data);
});

test('a key is answered with a new one each time', () => {
  const exchange = new KeyExchange();
  const first = exchange.answer(Buffer.alloc(96, 7));
  const second = exchange.answer(Buffer.alloc(96, 7));
  assert.ok(first !== undefined && second !== undefined);
  assert.equal(first.publicKey.length, 96);
  assert.equal(first.secret.length, 96);
  assert.notDeepEqual(first.publicKey, second.publicKey);
});

for (const [what, key] of [
  ['0', Buffer.alloc(96)],
  ['1', Buffer.concat([Buffer.alloc(95), Buffer.of(1)])],
  ['more than the prime', Buffer.alloc(96, 0xff)],
] as const)
  test(`a public key of ${what} is none`, () => {
    assert.equal(new KeyExchange().answer(key), undefined);
  });
