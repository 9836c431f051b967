/** A peer as it uses the slot that it has. */
export interface SlotUser {
  readonly isUnchoked: boolean;
  /** When it was last unchoked or choked. */
  readonly changedAtMs: number;
  readonly isInterested: boolean;
  /** Bytes given to it in all. */
  readonly uploadedBytes: number;
  /** It asked for blocks that are not on their way yet: our disk, our limits or its line are slow. */
  readonly isOwed: boolean;
  /** It lacks a piece of those that it knows to be here. */
  readonly isOffered: boolean;
}

/**
 * How a peer stands when slots are given out. `ready`: it asks for blocks, or is not known to do otherwise. `idle`: it has a slot and asks
 * for nothing, or did so and has to wait for another chance. `retrying`: it has waited for that, or has it now.
 */
export type Standing = 'ready' | 'retrying' | 'idle';

/** A peer that asks for nothing is idle after so long: at first after it has got its slot, and once it has asked. */
const FIRST_REQUEST_MS = 3_000;
const IDLE_MS = 15_000;
/** Bytes that make up for a millisecond without requests (2 KiB/s): who asks more slowly than that is idle in the end, too. */
const SLOWEST_BYTES_PER_MS = 2.048;
/** A peer that was idle waits so long for another chance; twice as long, up to a bound, with each that it lets pass. */
const FIRST_WAIT_MS = 30_000;
const LONGEST_WAIT_MS = 960_000;
/** Whoever takes so much without being idle meanwhile, when it has another chance, is like all others again. */
const PROOF_BYTES = 64 * 1024;
/** No more than this counts between two looks: while this process stood still nobody could be heard. */
const LONGEST_LOOK_MS = 2_000;

interface Use {
  uploadedBytes: number;
  lookedAtMs: number;
  /** How long it has asked for nothing though it might have, in this turn. */
  idleMs: number;
  /** It asked for something since its turn began. */
  hasAsked: boolean;
  /** Bytes that it took since its turn began, or since it was last idle. */
  takenBytes: number;
  /** Turns in a row that it let pass. */
  idleTurns: number;
  /** It gets no other chance before. */
  waitsUntilMs: number;
}

/** What peers make of their slots. What is known of a peer goes with it. Times are milliseconds of one clock. */
export class SlotUse<Peer extends SlotUser> {
  readonly #uses = new WeakMap<Peer, Use>();

  /** Looks at an interested peer. Call it every second or so. */
  look(peer: Peer, nowMs: number): void {
    const use = this.#uses.get(peer);
    if (use === undefined) return; // it never had a slot
    const { isOwed, isUnchoked, uploadedBytes } = peer;
    const given = uploadedBytes - use.uploadedBytes;
    const elapsedMs = Math.min(LONGEST_LOOK_MS, nowMs - use.lookedAtMs);
    use.uploadedBytes = uploadedBytes;
    use.lookedAtMs = nowMs;
    use.takenBytes += given;
    if (given > 0 || isOwed) {
      use.hasAsked = true;
      if (!isUnchoked) use.waitsUntilMs = 0; // by the pieces that it may fetch meanwhile (BEP 6)
    }
    if (use.takenBytes >= PROOF_BYTES) use.idleTurns = 0;
    const idleMs = use.idleMs - given / SLOWEST_BYTES_PER_MS;
    // The time in which it waits for us does not count, and it is not idle meanwhile.
    if (isOwed) use.idleMs = Math.max(0, Math.min(idleMs, IDLE_MS - LONGEST_LOOK_MS));
    else if (isUnchoked) use.idleMs = Math.max(0, Math.min(idleMs + elapsedMs, IDLE_MS));
    if (isIdle(use)) use.takenBytes = 0;
  }

  /** A peer has got a slot. */
  began(peer: Peer): void {
    const { idleTurns = 0 } = this.#uses.get(peer) ?? {};
    const { uploadedBytes, changedAtMs: lookedAtMs } = peer;
    const turn = { uploadedBytes, lookedAtMs, idleMs: 0, hasAsked: false, takenBytes: 0 };
    this.#uses.set(peer, { ...turn, idleTurns, waitsUntilMs: 0 });
  }

  /** A peer has lost its slot, or has left it. */
  ended(peer: Peer): void {
    const use = this.#uses.get(peer);
    if (use === undefined) return;
    const wasIdle = isIdle(use);
    use.idleMs = 0;
    if (!peer.isOffered) return; // it could not have asked for anything
    // Who leaves by himself before he has shown himself has had his chance as well.
    if (wasIdle || (!use.hasAsked && !peer.isInterested)) {
      const waitMs = FIRST_WAIT_MS * 2 ** use.idleTurns++;
      use.waitsUntilMs = peer.changedAtMs + Math.min(LONGEST_WAIT_MS, waitMs);
    }
  }

  /** How a peer stands now. */
  standing(peer: Peer, nowMs: number): Standing {
    const use = this.#uses.get(peer);
    if (!peer.isUnchoked && !peer.isOffered) return 'idle';
    if (use === undefined) return 'ready';
    if (peer.isUnchoked ? isIdle(use) : nowMs < use.waitsUntilMs) return 'idle';
    return use.idleTurns > 0 ? 'retrying' : 'ready';
  }

  /** Whether it asked for nothing in its last turn, or does not for long in this one, though it might have. */
  isBarren(peer: Peer): boolean {
    const use = this.#uses.get(peer);
    if (use === undefined || use.hasAsked) return false;
    return use.idleTurns > 0 || (use.idleMs >= IDLE_MS && peer.isOffered);
  }
}

/** Whoever has let chances pass has longer to ask each time: it may be slow to begin. */
function isIdle({ idleMs, hasAsked, idleTurns }: Use): boolean {
  return idleMs >= (hasAsked ? IDLE_MS : Math.min(IDLE_MS, FIRST_REQUEST_MS * 2 ** idleTurns));
}
