import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type FrameFault, FrameReader, type FrameSink } from '../../../src/seeder/wire/frame-reader.ts';
import { RequestQueue } from '../../../src/seeder/wire/request-queue.ts';
import { handshakeBytes, messageBytes, numbersBytes } from '../../support/fake-peer.ts';

class Recorder implements FrameSink {
  readonly heard: string[] = [];
  readonly reader = new FrameReader(this);
  readonly #pieceCount: number;

  constructor(pieceCount: number) {
    this.#pieceCount = pieceCount;
  }

  onHandshakeFrame(): void {
    this.heard.push('handshake');
    this.reader.setBounds({ pieceCount: this.#pieceCount });
  }

  onMessageFrame(message: Buffer): void {
    this.heard.push(message.toString('hex'));
  }

  onRequestFrame(...numbers: readonly number[]): void {
    this.heard.push(numbers.join());
  }

  onBlockFrame(piece: number, begin: number, block: Buffer): void {
    this.heard.push(`${piece},${begin},${block.toString('hex')}`);
  }

  onKeepAliveFrame(): void {
    this.heard.push('keep-alive');
  }

  onFault(fault: FrameFault): void {
    this.heard.push(fault);
  }
}

function read(pieceCount: number, bytes: Buffer, cuts: readonly number[]): string[] {
  const recorder = new Recorder(pieceCount);
  let at = 0;
  for (const cut of [...cuts].sort((a, b) => a - b)) {
    const end = Math.min(bytes.length, Math.max(at, cut));
    recorder.reader.push(bytes.subarray(at, end));
    at = end;
  }
  recorder.reader.push(bytes.subarray(at));
  return recorder.heard;
}

const hello = handshakeBytes(Buffer.alloc(20));
const u32 = fc.integer({ min: 0, max: 0xffffffff });
const payload = fc.uint8Array({ maxLength: 300 });
const u32Bytes = (number: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(number);
  return bytes;
};
const message = fc.oneof(
  fc.constant(Buffer.alloc(4)),
  fc.constantFrom(0, 1, 2, 3, 14, 15).map((id) => messageBytes(id)),
  fc.tuple(u32, u32, u32).map((numbers) => numbersBytes(6, ...numbers)),
  fc
    .tuple(u32, u32, payload)
    .map(([piece, begin, bytes]) =>
      messageBytes(7, Buffer.concat([u32Bytes(piece), u32Bytes(begin), bytes])),
    ),
  payload.map((bytes) => messageBytes(20, Buffer.concat([Buffer.of(1), bytes]))),
  fc.tuple(fc.integer({ min: 30, max: 255 }), payload).map(([id, bytes]) => messageBytes(id, bytes)),
);

test('what a stream means does not depend on how it was cut', () => {
  fc.assert(
    fc.property(
      fc.array(message, { maxLength: 30 }),
      fc.array(fc.nat(3000), { maxLength: 20 }),
      (messages, cuts) => {
        const bytes = Buffer.concat([hello, ...messages]);
        const whole = read(100, bytes, []);
        assert.equal(whole.length, 1 + messages.length);
        assert.deepEqual(read(100, bytes, cuts), whole);
      },
    ),
  );
});

test('random bytes end in a fault or in messages, the same however they are cut, and never throw', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 400 }),
      fc.array(fc.nat(500), { maxLength: 8 }),
      fc.nat(1000),
      (bytes, cuts, pieceCount) => {
        const stream = Buffer.concat([hello, bytes]);
        assert.deepEqual(read(pieceCount, stream, cuts), read(pieceCount, stream, []));
      },
    ),
  );
});

type Step =
  | { readonly kind: 'push'; readonly piece: number }
  | { readonly kind: 'shift' }
  | { readonly kind: 'remove'; readonly piece: number }
  | { readonly kind: 'drain'; readonly keep: number };

const piece = fc.nat(12);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 5, arbitrary: piece.map((value): Step => ({ kind: 'push', piece: value })) },
  { weight: 2, arbitrary: fc.constant<Step>({ kind: 'shift' }) },
  { weight: 2, arbitrary: piece.map((value): Step => ({ kind: 'remove', piece: value })) },
  { weight: 1, arbitrary: piece.map((value): Step => ({ kind: 'drain', keep: value })) },
);

test('a queue of requests behaves like a list', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 300 }), (steps) => {
      const queue = new RequestQueue(40);
      let model: number[] = [];
      for (const next of steps) {
        if (next.kind === 'push') {
          const isTaken = model.length < 40;
          assert.equal(queue.push(next.piece, 0, 1), isTaken);
          if (isTaken) model.push(next.piece);
        } else if (next.kind === 'shift') {
          queue.shift();
          model.shift();
        } else if (next.kind === 'remove') {
          const at = model.indexOf(next.piece);
          assert.equal(queue.remove(next.piece, 0, 1), at >= 0);
          if (at >= 0) model.splice(at, 1);
        } else {
          queue.drain(
            (value) => value === next.keep,
            () => {},
          );
          model = model.filter((value) => value === next.keep);
        }
        assert.equal(queue.size, model.length);
        if (model.length > 0) assert.equal(queue.headPiece, model[0]);
      }
    }),
  );
});
