/** Node has four. A thread that waits for a disk that hangs is missing to everybody. */
const THREADS = '16';

/**
 * Gives file access (and name lookups) more threads, unless the environment says how many (`UV_THREADPOOL_SIZE`). Call it before
 * anything is read: the pool is made with the first task.
 */
export function widenThreadPool(): void {
  process.env['UV_THREADPOOL_SIZE'] ??= THREADS;
}
