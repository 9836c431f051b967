/** The wish of the user or the system that the program ends. */
export interface StopSignal {
  /** Resolves at the first SIGINT or SIGTERM. */
  readonly requested: Promise<void>;
  /** Aborts at the same moment, for work under way. */
  readonly signal: AbortSignal;
}

/** Exit code of a process that SIGINT ended. */
const INTERRUPTED = 130;

/** Listens for SIGINT and SIGTERM. The first asks for an orderly end; a second ends the process at once. */
export function stopSignal(): StopSignal {
  const controller = new AbortController();
  const requested = new Promise<void>((resolve) => {
    const onSignal = (): void => {
      if (controller.signal.aborted) process.exit(INTERRUPTED);
      controller.abort();
      resolve();
    };
    process.on('SIGINT', onSignal);
    process.on('SIGTERM', onSignal);
  });
  return { requested, signal: controller.signal };
}
