import { createServer } from 'node:net';

const given = new Set<number>();

/**
 * A TCP port that is free now, for programs that cannot be asked which port they took. Never the same twice in one process.
 * Our own servers listen on port 0 instead.
 */
export async function freePort(host = '127.0.0.1'): Promise<number> {
  for (;;) {
    const port = await tryPort(host);
    if (given.has(port)) continue;
    given.add(port);
    return port;
  }
}

function tryPort(host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, host, () => {
      const address = server.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}
