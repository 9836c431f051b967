import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { encodeBencode } from '../../../../src/bittorrent/bencode.ts';
import { metadataMessage, metadataRequest } from '../../../../src/seeder/wire/metadata-message.ts';

test('reads the data behind the dictionary', () => {
  const header = encodeBencode({ msg_type: 1, piece: 3, total_size: 99_999 });
  const data = Buffer.from('d8:msg_type');
  const message = metadataMessage(Buffer.concat([header, data]));
  assert.deepEqual(message, { kind: 'data', piece: 3, data });
});

test('reads a rejection, and takes no notice of a request', () => {
  assert.deepEqual(metadataMessage(encodeBencode({ msg_type: 2, piece: 0 })), { kind: 'reject', piece: 0 });
  assert.equal(metadataMessage(metadataRequest(0)), undefined);
});

test('any bytes are read or passed over, never an error', () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => void metadataMessage(bytes)));
});
