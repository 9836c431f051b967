import { Worker } from 'node:worker_threads';
import { AccessFileError } from './access-file-error.ts';
import type { RangeListContent } from './range-list-file.ts';

/** The thread's program lies beside this file, as source or compiled. */
const entry = new URL(
  `./range-list-worker${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`,
  import.meta.url,
);

/** What the thread says, once. */
type Answer = { readonly content: RangeListContent } | { readonly trouble: string };

/**
 * Reads a list of addresses in a thread of its own: a million ranges take seconds to read and sort.
 * @throws {AccessFileError} when it cannot be read, is too large, or `signal` ends it.
 */
export function readRangeList(path: string, signal?: AbortSignal): Promise<RangeListContent> {
  const { promise, resolve, reject } = Promise.withResolvers<RangeListContent>();
  const worker = new Worker(entry, { name: 'access list', workerData: path });
  worker.on('message', (answer: Answer) => {
    if ('content' in answer) resolve(answer.content);
    else reject(new AccessFileError(answer.trouble));
  });
  worker.on('error', (error: unknown) =>
    reject(
      new AccessFileError(`the access list ${path} could not be read: ${String(error)}`, { cause: error }),
    ),
  );
  const stop = (): void => void worker.terminate();
  signal?.addEventListener('abort', stop);
  worker.on('exit', () => {
    signal?.removeEventListener('abort', stop);
    reject(new AccessFileError(`the access list ${path} could not be read: its thread was stopped`));
  });
  return promise;
}
