import { CliError, exitCode } from './exit.ts';

/**
 * A signal that aborts on the first Ctrl-C or SIGTERM, with the exit code of an interrupted program; a second one ends the process at once.
 * `dispose` gives the signals back to the system.
 */
export function abortOnInterrupt(): { readonly signal: AbortSignal; [Symbol.dispose](): void } {
  const controller = new AbortController();
  const stop = (): void => {
    dispose(); // so that the next one has its usual effect
    controller.abort(new CliError('interrupted', exitCode.interrupted));
  };
  const dispose = (): void => {
    process.off('SIGINT', stop);
    process.off('SIGTERM', stop);
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  return { signal: controller.signal, [Symbol.dispose]: dispose };
}

/** Does what SIGTERM does while {@link abortOnInterrupt} waits for it. Then, and where nobody waits for it, nothing happens. */
export function interruptThisProcess(): void {
  process.emit('SIGTERM', 'SIGTERM');
}
