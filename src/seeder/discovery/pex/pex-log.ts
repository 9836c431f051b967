import { type Address, type Endpoint, formatEndpoint } from '../../../bittorrent/endpoint.ts';
import type { PexMessage, PexPeer } from '../../wire/ut-pex.ts';
import { canKnow } from '../believable.ts';

/** Peers in a list of one message (BEP 11; what clients agreed on). */
const MAX_TOLD = 50;
/** Changes that are remembered of a torrent, at least; who has not heard older ones will not. */
const MAX_CHANGES = 1000;

interface Present {
  readonly endpoint: Endpoint;
  /** As they are when somebody is told. */
  readonly flags: () => number;
  connections: number;
}

interface Change {
  readonly key: string;
  readonly endpoint: Endpoint;
  readonly hasCome: boolean;
}

/** Who is told. */
export interface PexListener {
  readonly address: Address;
  /** Where it takes connections itself, as {@link formatEndpoint} has it; undefined: not known. */
  readonly key: string | undefined;
}

/**
 * The peers that we are connected to for one torrent, and how that has changed. A connection needs to remember one number only to be told
 * what is new to it, however many others there are.
 */
export class PexLog {
  readonly #present = new Map<string, Present>();
  readonly #changes: Change[] = [];
  #forgotten = 0;

  /** The number of changes so far. */
  get sequence(): number {
    return this.#forgotten + this.#changes.length;
  }

  /** There is a connection to a peer that others can connect to. */
  add(endpoint: Endpoint, flags: () => number): void {
    const key = formatEndpoint(endpoint);
    const present = this.#present.get(key);
    if (present !== undefined) {
      present.connections++;
      return;
    }
    this.#present.set(key, { endpoint, flags, connections: 1 });
    this.#changed({ key, endpoint, hasCome: true });
  }

  /** A connection that was added is over. */
  drop(endpoint: Endpoint): void {
    const key = formatEndpoint(endpoint);
    const present = this.#present.get(key);
    if (present === undefined || --present.connections > 0) return;
    this.#present.delete(key);
    this.#changed({ key, endpoint, hasCome: false });
  }

  /** Fifty of those that are here at random, for somebody who has not been told anything. */
  first(listener: PexListener, random: () => number): PexMessage {
    const keys: string[] = [];
    for (const [key, { endpoint }] of this.#present) if (isFor(listener, key, endpoint)) keys.push(key);
    for (let at = 0; at < Math.min(MAX_TOLD, keys.length); at++) {
      const other = at + Math.floor(random() * (keys.length - at));
      [keys[at], keys[other]] = [keys[other] as string, keys[at] as string]; // both are below the length
    }
    return { added: this.#peers(keys.slice(0, MAX_TOLD)), dropped: [] };
  }

  /** What has changed after `sequence`: who has come and is still here, and who was here and has left; the latest fifty of each. */
  since(sequence: number, listener: PexListener): PexMessage {
    const wasHere = new Map<string, boolean>();
    const left = new Map<string, Endpoint>();
    for (let at = Math.max(0, sequence - this.#forgotten); at < this.#changes.length; at++) {
      const { key, endpoint, hasCome } = this.#changes[at] as Change; // below the length
      if (!isFor(listener, key, endpoint)) continue;
      if (!wasHere.has(key)) wasHere.set(key, !hasCome);
      if (hasCome) left.delete(key);
      else if (wasHere.get(key) === true) left.set(key, endpoint);
    }
    const come = [...wasHere].filter(([key, was]) => !was && this.#present.has(key)).map(([key]) => key);
    return { added: this.#peers(come.slice(-MAX_TOLD)), dropped: [...left.values()].slice(-MAX_TOLD) };
  }

  #peers(keys: readonly string[]): PexPeer[] {
    return keys.flatMap((key) => {
      const present = this.#present.get(key);
      return present === undefined ? [] : { endpoint: present.endpoint, flags: present.flags() };
    });
  }

  #changed(change: Change): void {
    this.#changes.push(change);
    if (this.#changes.length < 2 * MAX_CHANGES) return;
    this.#changes.splice(0, MAX_CHANGES);
    this.#forgotten += MAX_CHANGES;
  }
}

/** Nobody is told of himself, nor of somebody whom he cannot reach. */
function isFor(listener: PexListener, key: string, { address }: Endpoint): boolean {
  return listener.key !== key && canKnow(listener.address, address);
}
