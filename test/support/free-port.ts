import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

/** Below the ports that systems give to connections and to port 0: none of those takes a port between its choice and its use. */
const FIRST_PORT = 10_000;
const END_PORT = 32_000;

const given = new Set<number>();

/**
 * A TCP port that is free now, for programs that cannot be asked which port they took. Never the same twice in one process.
 * Our own servers listen on port 0 instead.
 */
export async function freePort(host = '127.0.0.1'): Promise<number> {
  for (;;) {
    const port = randomInt(FIRST_PORT, END_PORT);
    if (given.has(port) || !(await isFree(host, port))) continue;
    given.add(port);
    return port;
  }
}

function isFree(host: string, port: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) =>
      error.code === 'EADDRINUSE' ? resolve(false) : reject(error),
    );
    server.listen(port, host, () => server.close(() => resolve(true)));
  });
}
