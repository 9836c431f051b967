import type { AnnounceRequest } from '../../bittorrent/announce-request.ts';
import type { FailureReply } from '../../bittorrent/announce-response.ts';
import { parseAddress } from '../../bittorrent/endpoint.ts';
import type { AnnounceContext } from '../announce-context.ts';
import type { AnnounceRule } from '../announce-rule.ts';
import type { AddressRange } from './address-range.ts';
import { AddressRanges } from './address-ranges.ts';
import { RangeCollector } from './range-collector.ts';

/** Addresses that are denied are denied for long. */
const RETRY_SECONDS = 86_400;
const NONE: AddressRanges = new AddressRanges(new RangeCollector().toColumns());

/** The addresses that may not take part: single ranges, and what stands in files. */
export class AddressRule implements AnnounceRule {
  readonly counter = 'refusedByAddress';
  readonly #refusal: FailureReply = Object.freeze({
    reason: 'your address is not allowed here',
    retryInSeconds: RETRY_SECONDS,
    intervalSeconds: RETRY_SECONDS,
  });
  #entries = NONE;
  #files: readonly AddressRanges[] = [];
  #isAny = false;

  /** Ranges, of all sources. */
  get size(): number {
    return this.#files.reduce((sum, file) => sum + file.size, this.#entries.size);
  }

  /** Nothing is denied. */
  get isEmpty(): boolean {
    return !this.#isAny;
  }

  /** Replaces the single ranges. */
  setEntries(ranges: readonly AddressRange[]): void {
    const collector = new RangeCollector();
    for (const range of ranges) collector.add(range);
    this.#entries = new AddressRanges(collector.toColumns());
    this.#count();
  }

  /** Replaces what stands in files. */
  setFiles(files: readonly AddressRanges[]): void {
    this.#files = files;
    this.#count();
  }

  /** Whether the address of `length` bytes (4 or 16) at `offset` is denied. */
  denies(bytes: Uint8Array, offset: number, length: number): boolean {
    if (this.#entries.has(bytes, offset, length)) return true;
    for (const file of this.#files) if (file.has(bytes, offset, length)) return true;
    return false;
  }

  refusalOf({ ip }: AnnounceRequest, { source }: AnnounceContext): FailureReply | undefined {
    if (!this.#isAny) return undefined;
    // Whether the `ip` parameter counts is not known here; who names an address that is denied has no business here either way.
    const claimed = ip === undefined ? undefined : parseAddress(ip);
    const isDenied =
      this.denies(source, 0, source.length) ||
      (claimed !== undefined && this.denies(claimed, 0, claimed.length));
    return isDenied ? this.#refusal : undefined;
  }

  #count(): void {
    this.#isAny = this.size > 0;
  }
}
