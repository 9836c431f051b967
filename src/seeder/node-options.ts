import { randomBytes } from 'node:crypto';
import { pino } from 'pino';
import { makePeerId } from '../bittorrent/peer-id.ts';
import { systemClock } from './clock.ts';
import { makeSeederCounters } from './counters.ts';
import type { SeedNodeOptions } from './seed-node-types.ts';

/** Random bytes of a peer id. */
const RANDOM_BYTES = 12;

/** The options of a node, with what whoever made it left to us. */
export type CompleteOptions = SeedNodeOptions &
  Required<
    Pick<SeedNodeOptions, 'host' | 'port' | 'peerId' | 'clientVersion' | 'logger' | 'clock' | 'counters'>
  >;

/** Fills in what was left out. */
export function withDefaults(options: SeedNodeOptions): CompleteOptions {
  return {
    host: '::',
    port: 0,
    peerId: makePeerId(randomBytes(RANDOM_BYTES)),
    clientVersion: 'Seedbed',
    logger: pino({ level: 'silent' }),
    clock: systemClock,
    counters: makeSeederCounters(),
    ...options,
  };
}
