import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { type Address, addressFromBytes } from '../../../../src/bittorrent/endpoint.ts';
import {
  type AddressRange,
  formatAddressRange,
  parseAddressRange,
} from '../../../../src/tracker/access/address-range.ts';
import { AddressRanges } from '../../../../src/tracker/access/address-ranges.ts';
import { RangeCollector } from '../../../../src/tracker/access/range-collector.ts';
import { readRangeLine } from '../../../../src/tracker/access/range-line.ts';

/** Addresses that lie close together, at both ends of their words, and anywhere. */
const bytes4 = fc.tuple(
  fc.constantFrom(0, 10, 255),
  fc.constantFrom(0, 255),
  fc.constantFrom(0, 1, 255),
  fc.nat(255),
);
const bytes6 = fc
  .tuple(fc.constantFrom(0x20, 0xff), fc.constantFrom(0, 255), fc.constantFrom(0, 1, 255), fc.nat(255))
  .map(([a, b, c, d]) => [a, 1, b, b, b, b, b, b, b, b, b, b, b, b, c, d]);
const address = fc.oneof(bytes4, bytes6).map((bytes) => addressFromBytes(Uint8Array.from(bytes)));
const anyAddress = fc.oneof(
  address,
  fc.uint8Array({ minLength: 4, maxLength: 4 }).map(addressFromBytes),
  fc.uint8Array({ minLength: 16, maxLength: 16 }).map(addressFromBytes),
);

function rangeArbitrary(of: fc.Arbitrary<Address>): fc.Arbitrary<AddressRange> {
  return fc
    .tuple(of, of)
    .filter(([a, b]) => a.length === b.length)
    .map(([a, b]) => (Buffer.compare(a, b) <= 0 ? { first: a, last: b } : { first: b, last: a }));
}

/** An address as a number. */
function numberOf(one: Address): bigint {
  return BigInt(`0x${Buffer.from(one).toString('hex')}`);
}

function contains({ first, last }: AddressRange, one: Address): boolean {
  return first.length === one.length && Buffer.compare(first, one) <= 0 && Buffer.compare(one, last) <= 0;
}

function rangesOf(list: readonly AddressRange[]): AddressRanges {
  const collector = new RangeCollector();
  for (const range of list) collector.add(range);
  return new AddressRanges(collector.toColumns());
}

describe('ranges of addresses', () => {
  it('have what a look through all of them finds', () => {
    fc.assert(
      fc.property(
        fc.array(rangeArbitrary(address), { maxLength: 30 }),
        fc.array(anyAddress, { minLength: 1, maxLength: 30 }),
        (list, asked) => {
          const ranges = rangesOf(list);
          const ends = list.flatMap(({ first, last }) => [first, last]);
          for (const one of [...asked, ...ends]) {
            const expected = list.some((range) => contains(range, one));
            const shifted = Uint8Array.of(7, ...one, 7);
            assert.equal(
              ranges.has(shifted, 1, one.length),
              expected,
              formatAddressRange({ first: one, last: one }),
            );
          }
        },
      ),
      { numRuns: 300 },
    );
  });

  it('that overlap or touch are one', () => {
    fc.assert(
      fc.property(fc.array(rangeArbitrary(address), { maxLength: 20 }), (list) => {
        let count = 0;
        for (const length of [4, 16]) {
          const sorted = list
            .filter(({ first }) => first.length === length)
            .map(({ first, last }) => [numberOf(first), numberOf(last)] as const)
            .sort(([a], [b]) => (a < b ? -1 : 1));
          let end: bigint | undefined;
          for (const [first, last] of sorted) {
            if (end === undefined || first > end + 1n) count++;
            if (end === undefined || last > end) end = last;
          }
        }
        assert.equal(rangesOf(list).size, count);
      }),
      { numRuns: 300 },
    );
  });

  it('are written so that they can be read again', () => {
    fc.assert(
      fc.property(rangeArbitrary(anyAddress), (range) => {
        assert.deepEqual(parseAddressRange(formatAddressRange(range)), range);
      }),
    );
  });

  it('are networks where they can be', () => {
    fc.assert(
      fc.property(anyAddress, fc.nat(128), (one, wanted) => {
        const bits = wanted % (one.length * 8 + 1);
        const network = parseAddressRange(`${formatAddressRange({ first: one, last: one })}/${bits}`);
        assert.ok(network !== undefined && contains(network, one));
        assert.equal(
          numberOf(network.last) - numberOf(network.first) + 1n,
          1n << BigInt(one.length * 8 - bits),
        );
        const text = formatAddressRange(network);
        assert.equal(text.endsWith(`/${bits}`), bits < one.length * 8, text);
      }),
    );
  });

  it('are told from any text without an error', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.string({ unit: fc.constantFrom(...'0123456789.:-/, abcf#;') }),
          fc.string({ unit: 'binary', maxLength: 1024, size: 'max' }),
        ),
        (text) => {
          const range = readRangeLine(text);
          if (typeof range === 'string') return;
          assert.equal(range.first.length, range.last.length);
          assert.ok(Buffer.compare(range.first, range.last) <= 0);
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it('come back from each of the formats, whatever the names are', () => {
    const name = fc.string({ unit: fc.constantFrom(...'ab :-.,/019#'), maxLength: 12 });
    const pad = (one: Address): string => [...one].map((byte) => String(byte).padStart(3, '0')).join('.');
    const dot = (one: Address): string => [...one].join('.');
    fc.assert(
      fc.property(
        rangeArbitrary(fc.uint8Array({ minLength: 4, maxLength: 4 }).map(addressFromBytes)),
        name,
        fc.nat(127),
        (range, text, level) => {
          const { first, last } = range;
          assert.deepEqual(readRangeLine(`${pad(first)} - ${pad(last)} , ${level} , ${text}`), range);
          assert.equal(readRangeLine(`${pad(first)} - ${pad(last)} , ${level + 128} , ${text}`), 'nothing');
          assert.deepEqual(readRangeLine(`x${text}:${dot(first)}-${dot(last)}\r`), range);
          assert.deepEqual(readRangeLine(`${dot(first)}-${dot(last)}`), range);
        },
      ),
    );
  });
});
