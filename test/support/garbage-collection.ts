import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { WebSocket } from 'ws';
import type { ManagedProcess } from './processes.ts';

/** A command before a Node program, so that {@link residentBytes} can have it collect its garbage first. */
export const COLLECTABLE = ['env', 'NODE_OPTIONS=--inspect=127.0.0.1:0'];

/** What a program that was started behind `COLLECTABLE` has in memory once all that nobody uses is collected. Linux only. */
export async function residentBytes(process: ManagedProcess): Promise<number> {
  const [, url = ''] = await process.waitForOutput(/Debugger listening on (ws:\S+)/);
  const socket = new WebSocket(url);
  await once(socket, 'open');
  // Twice: what is finalized in the first round is collected in the second.
  for (const id of [1, 2]) {
    const answer = once(socket, 'message');
    socket.send(JSON.stringify({ id, method: 'HeapProfiler.collectGarbage' }));
    await answer;
  }
  socket.close();
  await once(socket, 'close');
  const status = await readFile(`/proc/${process.pid}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1]) * 1024;
}
