import { once } from 'node:events';
import type { Publisher } from './publisher.ts';

/** Resolves when the signal aborts. */
export async function untilAborted(signal: AbortSignal): Promise<void> {
  if (!signal.aborted) await once(signal, 'abort');
}

/** How a command publishes and stays. */
export interface StayOptions {
  readonly publisher: Publisher;
  readonly signal: AbortSignal;
  readonly quiet: boolean;
}

/**
 * Publishes, and when this process is the server stays until it is told to stop. The server is stopped in any case,
 * also when publishing fails.
 */
export async function publishAndStay(
  { publisher, signal, quiet }: StayOptions,
  publish: () => Promise<void>,
): Promise<void> {
  try {
    await publish();
    if (publisher.app === undefined) return;
    if (!quiet) process.stderr.write('Seeding until you stop it with Ctrl-C.\n');
    await untilAborted(signal);
  } finally {
    await publisher.app?.stop();
  }
}
