import { parentPort, workerData } from 'node:worker_threads';
import { accessFileError } from './access-file-error.ts';
import { readRangeListHere } from './range-list-file.ts';

// The entry of the thread that reads one list of addresses: see readRangeList.
try {
  const content = await readRangeListHere(workerData as string); // given by readRangeList
  const { first4, last4, first6, last6 } = content.columns;
  parentPort?.postMessage(
    { content },
    [first4, last4, first6, last6].map(({ buffer }) => buffer),
  );
} catch (error) {
  parentPort?.postMessage({ trouble: accessFileError(workerData as string, error).message });
}
