import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type FrameFault, FrameReader, type FrameSink } from '../../../../src/seeder/wire/frame-reader.ts';
import { handshakeBytes, messageBytes, numbersBytes } from '../../../support/fake-peer.ts';

const PIECES = 1000;

/** Writes down what comes, as texts. */
class Recorder implements FrameSink {
  readonly heard: string[] = [];
  reader: FrameReader | undefined;

  onHandshakeFrame(bytes: Buffer): void {
    this.heard.push(`handshake ${bytes.length}`);
    this.reader?.setBounds({ pieceCount: PIECES });
  }

  onMessageFrame(message: Buffer): void {
    this.heard.push(`message ${message.toString('hex')}`);
  }

  onRequestFrame(...numbers: readonly number[]): void {
    this.heard.push(`request ${numbers.join(' ')}`);
  }

  onBlockFrame(piece: number, begin: number, block: Buffer): void {
    this.heard.push(`block ${piece} ${begin} ${block.toString('hex')}`);
  }

  onKeepAliveFrame(): void {
    this.heard.push('keep-alive');
  }

  onFault(fault: FrameFault): void {
    this.heard.push(fault);
  }
}

function read(...chunks: readonly Buffer[]): string[] {
  const recorder = new Recorder();
  recorder.reader = new FrameReader(recorder);
  for (const chunk of chunks) recorder.reader.push(chunk);
  return recorder.heard;
}

const hello = handshakeBytes(Buffer.alloc(20, 1));
const stream = Buffer.concat([
  hello,
  messageBytes(5, Buffer.alloc(PIECES / 8, 0xaa)),
  Buffer.alloc(4),
  messageBytes(2),
  numbersBytes(6, 7, 16_384, 16_384),
  numbersBytes(6, 0xffffffff, 0xfffffffe, 0x80000000),
  messageBytes(20, Buffer.alloc(700, 0x64)),
  numbersBytes(4, 999),
  messageBytes(7, Buffer.from('00000008fffffffe68656c6c6f', 'hex')),
  messageBytes(7, Buffer.from('0000000900000000', 'hex')),
]);

test('a stream means the same however it is cut in two', () => {
  const whole = read(stream);
  assert.equal(whole.length, 10);
  assert.deepEqual(whole.slice(-2), ['block 8 4294967294 68656c6c6f', 'block 9 0 ']);
  for (let at = 1; at < stream.length; at++)
    assert.deepEqual(read(stream.subarray(0, at), stream.subarray(at)), whole, `cut at ${at}`);
});

test('a stream means the same byte by byte', () => {
  const bytes = [...stream].map((byte) => Buffer.from([byte]));
  assert.deepEqual(read(...bytes), read(stream));
});

test('reads the numbers of a request unsigned', () => {
  assert.ok(read(stream).includes('request 4294967295 4294967294 2147483648'));
});

test('a length with the top bit set is too long, not negative', () => {
  assert.deepEqual(read(hello, Buffer.from('80000000', 'hex')), ['handshake 68', 'message-too-long']);
});

test('a length above the limit ends the reading before its message is there', () => {
  assert.deepEqual(read(hello, Buffer.from('00100000', 'hex'), stream), ['handshake 68', 'message-too-long']);
});

for (const [what, bytes] of [
  ['a bitfield of another length', messageBytes(5, Buffer.alloc(PIECES / 8 + 1))],
  ['a short request', messageBytes(6, Buffer.alloc(8))],
  ['a long have', messageBytes(4, Buffer.alloc(5))],
  ['an interested with a payload', messageBytes(2, Buffer.alloc(1))],
  ['an extended message without an id', messageBytes(20)],
  ['a piece of more than a block', messageBytes(7, Buffer.alloc(8 + 16_385))],
] as const)
  test(`${what} ends the reading`, () => {
    assert.deepEqual(read(hello, bytes, stream), ['handshake 68', 'bad-message']);
  });

test('passes on a message with an id that nobody knows', () => {
  assert.deepEqual(read(hello, messageBytes(99, Buffer.from('01', 'hex'))), ['handshake 68', 'message 6301']);
});

test('anything but the BitTorrent protocol ends at its first wrong byte', () => {
  assert.deepEqual(read(Buffer.from('G')), ['not-bittorrent']);
  assert.deepEqual(read(Buffer.from('\u0013BitTorrent protocoX', 'latin1')), ['not-bittorrent']);
  assert.deepEqual(read(Buffer.from('\u0013BitT', 'latin1'), Buffer.from('X')), ['not-bittorrent']);
});

test('nothing is read once it was stopped', () => {
  const recorder = new Recorder();
  const reader = new FrameReader(recorder);
  recorder.reader = reader;
  reader.push(stream.subarray(0, 75));
  reader.stop();
  reader.push(stream.subarray(75));
  assert.deepEqual(recorder.heard, ['handshake 68']);
});

test('without a torrent nothing is read behind the handshake', () => {
  const recorder = new Recorder();
  const reader = new FrameReader(recorder);
  reader.push(stream);
  assert.deepEqual(recorder.heard, ['handshake 68']);
});
