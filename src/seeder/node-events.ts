import type { EventEmitter } from 'node:events';
import type { SeedNodeEvents } from './seed-node-types.ts';

/** How the parts of a node tell its listeners something. */
export interface NodeEvents {
  /** Whether anybody listens to an event: what takes work to tell is told only then. */
  hears(name: keyof SeedNodeEvents): boolean;
  emit<Name extends keyof SeedNodeEvents>(name: Name, ...args: SeedNodeEvents[Name]): void;
}

/** The events of a node as its parts see them. */
export function eventsOf(node: EventEmitter<SeedNodeEvents>): NodeEvents {
  return {
    hears: (name) => node.listenerCount(name) > 0,
    emit: (name, ...args) => void node.emit<keyof SeedNodeEvents>(name, ...args),
  };
}
