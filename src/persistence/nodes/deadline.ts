import type { Clock } from '../clock.ts';
import { PersistenceError } from '../errors.ts';

/**
 * The result of a call to a database that may hang: rejects with ERR_DATABASE_BUSY when there is none within `ms`. The call itself
 * goes on; nobody hears what becomes of it.
 */
export function withDeadline<T>(call: Promise<T>, ms: number, clock: Clock): Promise<T> {
  let cancel = () => {};
  const late = new Promise<never>((_, reject) => {
    cancel = clock.after(ms, () => {
      const message = `the database did not answer within ${Math.round(ms / 1_000)} s`;
      reject(new PersistenceError('ERR_DATABASE_BUSY', message));
    });
  });
  return Promise.race([call, late]).finally(() => cancel());
}
