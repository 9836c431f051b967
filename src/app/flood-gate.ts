import type { Logger } from 'pino';
import type { Config } from '../config/settings.ts';
import { FloodGate } from '../tracker/front-end/flood-gate.ts';

/** What sheds floods, for all front ends together; undefined when the settings want nothing shed. */
export function makeFloodGate({ announceRate }: Config, logger: Logger): FloodGate | undefined {
  if (announceRate === 0) return undefined;
  const onShed = (shed: number): void =>
    logger.warn({ shed }, 'announces were shed: an address sends more than --announce-rate allows');
  return new FloodGate({ ratePerSecond: announceRate, onShed });
}
