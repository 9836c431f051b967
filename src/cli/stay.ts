import type { ParsedFlags } from './load-settings.ts';
import type { Publisher } from './publisher.ts';
import type { StopSignal } from './stop-signal.ts';

/**
 * Publishes, and when this process is the server stays until it is told to stop. The server is stopped in any case,
 * also when publishing fails.
 */
export async function stayUntilStopped(
  publisher: Publisher,
  stop: StopSignal,
  flags: ParsedFlags,
  publish: () => Promise<void>,
): Promise<void> {
  try {
    await publish();
    if (publisher.app === undefined) return;
    if (flags['quiet'] !== true) process.stderr.write('Seeding until you stop it with Ctrl-C.\n');
    await stop.requested;
  } finally {
    await publisher.app?.stop();
  }
}
