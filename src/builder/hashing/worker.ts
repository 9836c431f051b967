import { parentPort } from 'node:worker_threads';
import type { HashJob } from './job.ts';
import { runHashJob } from './run-job.ts';

// The entry of a hashing thread (see thread.ts): it runs one job after another until it is stopped.
const port = parentPort;
port?.on('message', (job: HashJob) => {
  void runHashJob(job, (report) => port.postMessage(report)); // it never rejects
});
