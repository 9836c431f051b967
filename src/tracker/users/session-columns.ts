const INITIAL_SLOTS = 64;
const GROWTH = 1.25;
const NONE = -1;

/** The client said that it stopped. */
export const STOPPED = 1;
/** The client had everything at its last announce. */
export const SEEDER = 2;
/** Something of the session waits to be written. */
export const DIRTY = 4;

/** The memory of {@link ClientSessions}: each array holds one field of all sessions. The arrays are others after a slot was added. */
export class SessionColumns {
  /** Slots that were ever in use. */
  length = 0;
  /** Info-hash and peer id: 40 bytes a slot. */
  ids = new Uint8Array(0);
  users = new Uint32Array(0);
  keys = new Uint32Array(0);
  /** The client's counters at its last announce, in bytes; so is the next one. */
  uploaded = new Float64Array(0);
  downloaded = new Float64Array(0);
  /** Unix seconds. */
  lastSeen = new Uint32Array(0);
  /** Seconds until the next announce, as the client was told. */
  intervals = new Uint32Array(0);
  flags = new Uint8Array(0);
  /** The number of the budget that the session shares, -1 for none. */
  budgets = new Int32Array(0);
  /** 1: the slot is in use. */
  used = new Uint8Array(0);

  // What was counted since it was last taken to be written; bytes.
  newUploaded = new Float64Array(0);
  newDownloaded = new Float64Array(0);
  newCreditedUp = new Float64Array(0);
  newCreditedDown = new Float64Array(0);
  newSuspicious = new Float64Array(0);
  newSeeding = new Uint32Array(0);
  newLeeching = new Uint32Array(0);
  /** Unix seconds; 0: not completed since. */
  newCompleted = new Uint32Array(0);

  /** The neighbours in the list of the user's sessions, -1 for none. */
  nextOfUser = new Int32Array(0);
  beforeOfUser = new Int32Array(0);

  /** The number of a new slot. */
  addSlot(): number {
    if (this.length === this.used.length) this.#grow();
    return this.length++;
  }

  /** Zeros everything in a slot. */
  clear(slot: number): void {
    this.ids.fill(0, slot * 40, slot * 40 + 40);
    for (const name of FIELDS) this[name][slot] = 0;
    this.nextOfUser[slot] = this.beforeOfUser[slot] = this.budgets[slot] = NONE;
  }

  #grow(): void {
    const slots = Math.max(INITIAL_SLOTS, Math.ceil(this.used.length * GROWTH));
    const grown = <A extends Uint8Array | Uint32Array | Int32Array | Float64Array>(
      array: A,
      size = slots,
    ): A => {
      const larger = new (array.constructor as new (length: number) => A)(size); // of the same type
      larger.set(array);
      return larger;
    };
    this.ids = grown(this.ids, slots * 40);
    this.users = grown(this.users);
    this.keys = grown(this.keys);
    this.uploaded = grown(this.uploaded);
    this.downloaded = grown(this.downloaded);
    this.lastSeen = grown(this.lastSeen);
    this.intervals = grown(this.intervals);
    this.flags = grown(this.flags);
    this.used = grown(this.used);
    this.budgets = grown(this.budgets).fill(NONE, this.length);
    this.newUploaded = grown(this.newUploaded);
    this.newDownloaded = grown(this.newDownloaded);
    this.newCreditedUp = grown(this.newCreditedUp);
    this.newCreditedDown = grown(this.newCreditedDown);
    this.newSuspicious = grown(this.newSuspicious);
    this.newSeeding = grown(this.newSeeding);
    this.newLeeching = grown(this.newLeeching);
    this.newCompleted = grown(this.newCompleted);
    this.nextOfUser = grown(this.nextOfUser).fill(NONE, this.length);
    this.beforeOfUser = grown(this.beforeOfUser).fill(NONE, this.length);
  }
}

const FIELDS = [
  'users',
  'keys',
  'uploaded',
  'downloaded',
  'lastSeen',
  'intervals',
  'flags',
  'used',
  'newUploaded',
  'newDownloaded',
  'newCreditedUp',
  'newCreditedDown',
  'newSuspicious',
  'newSeeding',
  'newLeeching',
  'newCompleted',
] as const;
