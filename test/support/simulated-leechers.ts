import type { InfoHash } from '../../src/bittorrent/info-hash.ts';
import { Choker } from '../../src/seeder/choking/choker.ts';
import type { ChokingOrder } from '../../src/seeder/choking/choking-order.ts';
import { DEFAULT_SEEDER_LIMITS } from '../../src/seeder/limits.ts';
import type { Peer } from '../../src/seeder/peers/peer.ts';
import { UploadRate } from '../../src/seeder/peers/upload-rate.ts';
import type { RateAllowance } from '../../src/seeder/rates/rate-allowance.ts';
import { RatePacer } from '../../src/seeder/rates/rate-pacer.ts';
import { ManualClock } from './seeder-clock.ts';

const BLOCK = 16_384;
const STEPS_A_SECOND = 10;
const INFO_HASH = new Uint8Array(20) as InfoHash;

/** The torrent of all simulated leechers, as far as a choker looks. */
const TORRENT = { state: 'seeding', serving: 'everybody', isComplete: true };

/** How a leecher behaves. */
export interface LeecherOptions {
  /** 0: it says that it is interested, and never asks for anything. */
  readonly lineBytesPerSecond: number;
  /** Seconds from one request to the next; 0: it always asks. */
  readonly pauseSeconds?: number;
  /** Seconds from when it comes in which it asks for nothing. */
  readonly silentSeconds?: number;
}

/** What a choker sees of a peer that takes what it is given, as fast as its line is. */
export class SimulatedLeecher {
  readonly isInterested = true;
  readonly isOffered = true;
  readonly pieceLength = 1 << 18;
  readonly believedProgress = 0;
  readonly torrent = TORRENT;
  isUnchoked = false;
  changedAtMs = 0;
  bytesSinceUnchoke = 0;
  uploadedBytes = 0;
  /** When it had a slot first, by the simulation; undefined: never yet. */
  firstServedAtMs: number | undefined;
  /** How often it lost its slot. */
  chokes = 0;
  readonly #options: LeecherOptions;
  readonly #rate = new UploadRate();
  readonly #clock: ManualClock;
  readonly #allowance: RateAllowance;
  #room = 0;
  #asksAtMs = 0;
  #servedMs = 0;
  readonly #speaksAtMs: number;

  constructor(clock: ManualClock, pacer: RatePacer, options: LeecherOptions) {
    this.#clock = clock;
    this.#options = options;
    this.#speaksAtMs = clock.nowMs() + 1000 * (options.silentSeconds ?? 0);
    this.#allowance = pacer.open(INFO_HASH, false, () => this.#pump());
  }

  get rateBytesPerSecond(): number {
    return this.#rate.bytesPerSecond;
  }

  /** How long it has had slots in all. */
  get servedMs(): number {
    return this.#servedMs + (this.isUnchoked ? this.#clock.nowMs() - this.changedAtMs : 0);
  }

  /** Its line has room for a block that the limits hold back. */
  get isOwed(): boolean {
    return this.#wants;
  }

  get #wants(): boolean {
    return this.isUnchoked && this.#room >= BLOCK && this.#clock.nowMs() >= this.#asksAtMs;
  }

  unchoke(): void {
    this.isUnchoked = true;
    this.changedAtMs = this.#clock.nowMs();
    this.firstServedAtMs ??= this.changedAtMs;
    this.bytesSinceUnchoke = 0;
    this.#asksAtMs = this.#speaksAtMs;
  }

  choke(): void {
    this.isUnchoked = false;
    this.chokes++;
    this.#servedMs += this.#clock.nowMs() - this.changedAtMs;
    this.changedAtMs = this.#clock.nowMs();
  }

  offerFast(): void {}

  /** A second is over. */
  tick(): void {
    this.#rate.tick(1);
  }

  /** A part of a second is over: its line takes more. */
  step(): void {
    const { lineBytesPerSecond } = this.#options;
    this.#room = Math.min(
      Math.max(BLOCK, lineBytesPerSecond),
      this.#room + lineBytesPerSecond / STEPS_A_SECOND,
    );
    this.#pump();
  }

  #pump(): void {
    while (this.#wants) {
      if (this.#allowance.isLimited && !this.#allowance.mayPass()) return;
      this.#allowance.took(BLOCK);
      this.#room -= BLOCK;
      this.uploadedBytes += BLOCK;
      this.bytesSinceUnchoke += BLOCK;
      this.#rate.add(BLOCK);
      this.#asksAtMs = this.#clock.nowMs() + 1000 * (this.#options.pauseSeconds ?? 0);
    }
  }
}

/** How a simulated node serves. */
export interface SimulationOptions {
  readonly uploadSlots: number;
  /** Of the node, in bytes a second; null: nobody knows what the line carries. */
  readonly limit: number | null;
  readonly choking?: ChokingOrder;
}

/** A choker and a pacer with simulated peers, by a clock of its own. */
export class Simulation {
  readonly clock = new ManualClock();
  readonly #pacer: RatePacer;
  readonly #choker: Choker;
  readonly #leechers: SimulatedLeecher[] = [];

  constructor({ uploadSlots, limit, choking = 'round-robin' }: SimulationOptions) {
    this.#pacer = new RatePacer({ clock: this.clock, limits: { node: limit } });
    this.#choker = new Choker({
      limits: { ...DEFAULT_SEEDER_LIMITS, uploadSlots, choking },
      hasRoom: () => this.#pacer.hasRoom,
      uploadLimit: () => this.#pacer.nodeLimitNow,
      random: () => 0.5,
    });
  }

  /** Peers that have a slot. */
  get unchokedCount(): number {
    return this.#choker.unchokedCount;
  }

  /** So many leechers come at the same time. */
  join(count: number, options: LeecherOptions): SimulatedLeecher[] {
    const come = Array.from({ length: count }, () => new SimulatedLeecher(this.clock, this.#pacer, options));
    this.#leechers.push(...come);
    for (const leecher of come) this.#choker.interestChanged(leecher as unknown as Peer);
    return come;
  }

  /** Lets time pass; `watch` is called after each second. */
  pass(seconds: number, watch: () => void = () => {}): void {
    for (let second = 0; second < seconds; second++) {
      for (let step = 0; step < STEPS_A_SECOND; step++) {
        for (const leecher of this.#leechers) leecher.step();
        this.clock.advance(1000 / STEPS_A_SECOND);
      }
      for (const leecher of this.#leechers) leecher.tick();
      this.#choker.tick(this.clock.nowMs());
      watch();
    }
  }

  stop(): void {
    this.#pacer.stop();
  }
}
