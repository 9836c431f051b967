/** How long a test waits for something that another program does, unless it says otherwise. */
export const defaultDeadlineMs = 30_000;

/** Options of `eventually`. */
export interface EventuallyOptions {
  readonly deadlineMs?: number;
  readonly intervalMs?: number;
  readonly signal?: AbortSignal;
}

/**
 * Asks again and again until the probe gives something other than `undefined` and `false`, and returns it. For programs that
 * report no event. Throws after the deadline, with what was waited for in the message; an error of the probe ends the wait.
 */
export async function eventually<T>(
  what: string,
  probe: () => Promise<T | undefined | false> | T | undefined | false,
  { deadlineMs = defaultDeadlineMs, intervalMs = 50, signal }: EventuallyOptions = {},
): Promise<T> {
  const end = performance.now() + deadlineMs;
  for (;;) {
    signal?.throwIfAborted();
    const value = await probe();
    if (value !== undefined && value !== false) return value;
    if (performance.now() > end) throw new Error(`waited ${deadlineMs} ms for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, intervalMs));
  }
}

/** The promise, or an error that says what was waited for once the deadline has passed. */
export async function withDeadline<T>(
  what: string,
  promise: Promise<T>,
  deadlineMs = defaultDeadlineMs,
): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`waited ${deadlineMs} ms for ${what}`)), deadlineMs);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
