import { WriteBehind } from '../../../src/persistence/write-behind.ts';

// A process with nothing to do but to stop a journal whose database refuses everything.
const refuse = (): Promise<never> => Promise.reject(new Error('the disk is full'));
const journal = new WriteBehind({
  persistence: { savePeers: refuse, saveCompleted: refuse },
  logger: { info() {}, warn() {}, error: (_: unknown, message?: string) => console.log(message) },
});
journal.recordCompleted(new Uint8Array(20), 1);
console.log(await journal.stop(300));
